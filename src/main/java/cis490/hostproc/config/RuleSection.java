package cis490.hostproc.config;

import cis490.hostproc.episode.EpisodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One item of {@code watch}. */
final class RuleSection {

  private static final String NAME = "name";
  private static final String MATCH = "match";
  private static final String EPISODE = "episode";
  private static final String INTERVAL_MS = "interval_ms";
  private static final Pattern NAME_FORM = Pattern.compile("[A-Za-z0-9._-]+");

  private final Section section;
  private final Match match;

  private RuleSection(Section section) throws ConfigException {
    this.section = section;
    match = MatchSection.read(section.require(MATCH, "{command: \"qemu-system-*\"}"));
  }

  static Rule read(Field field, long intervalMs, List<Rule> before) throws ConfigException {
    Section section = new Section(field, List.of(NAME, MATCH, EPISODE, INTERVAL_MS));
    String name = name(section.require(NAME, "guests"), before);
    RuleSection rule = new RuleSection(section);
    return new Rule(name, rule.match, rule.episode(), rule.intervalMs(intervalMs));
  }

  private static String name(Field field, List<Rule> before) throws ConfigException {
    String name =
        field.text(
            Rule.NAME_LENGTH_MAX, NAME_FORM, "a name; use letters, digits, '.', '_' and '-'");
    if (before.stream().anyMatch(rule -> rule.name().equals(name))) {
      throw field.wrong(Words.quoted(name) + " is another rule's name; each needs its own");
    }
    return name;
  }

  private Template episode() throws ConfigException {
    Field field = section.require(EPISODE, "\"{command}-{pid}-{started}\"");
    Template episode = field.template();
    List<String> names = episode.placeholders();
    for (String name : names) {
      if (!known().contains(name)) {
        throw field.wrong("{" + name + "} is not known; " + Words.meant(name, known()));
      }
    }
    if (Rule.SHARED.containsAll(names)) {
      throw field.wrong(
          "each process would be the same episode; add {started}, {pid} or a named group of"
              + " arguments");
    }
    requireId(field, episode);
    return episode;
  }

  private List<String> known() {
    List<String> known = new ArrayList<>(Rule.PLACEHOLDERS);
    known.addAll(match.groups());
    return known;
  }

  /** Whatever the placeholders stand for, the rest must be right. */
  private static void requireId(Field field, Template episode) throws ConfigException {
    Map<String, String> values = new HashMap<>();
    episode.placeholders().forEach(name -> values.put(name, "x"));
    if (!EpisodeId.fits(episode.expand(values))) {
      throw field.isNot(
          "an episode id; use a letter or digit, then letters, digits, '.', '_' or '-'");
    }
  }

  private long intervalMs(long otherwise) throws ConfigException {
    return section.number(
        INTERVAL_MS, AgentConfig.INTERVAL_MS_MIN, AgentConfig.INTERVAL_MS_MAX, otherwise);
  }
}
