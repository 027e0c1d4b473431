package cis490.hostproc.agent;

import cis490.hostproc.episode.EpisodeId;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * A log for each episode: its lines begin with the episode's id. What is said of many episodes,
 * some seconds after each other, is one line of the first and one line with the number of the
 * others: brokers that are away are away for all.
 */
final class EpisodeLogs {

  /** It is over when nobody has said the same for so long. */
  private static final long CALM_NS = Duration.ofSeconds(3).toNanos();

  /** So long at most nobody hears of the others. */
  private static final long FLOOD_MAX_NS = Duration.ofSeconds(30).toNanos();

  private static final int NAMED_MAX = 5;

  /** Bounds the texts that are remembered at a time. */
  private static final int TEXTS_MAX = 1_000;

  private static final Pattern NUMBER = Pattern.compile("[0-9][0-9,.]*");

  /** Stands for what is not the same in all texts of a flood. */
  private static final String GAP = "…";

  private static final Pattern NUMBER_OR_GAP = Pattern.compile(NUMBER + "|" + GAP);

  private final Logger log;

  /** By what is alike in them: without numbers and the episode's id. Guarded by this. */
  private final Map<String, Flood> floods = new LinkedHashMap<>();

  /** The same said of several episodes. */
  private static final class Flood {
    private final Level level;
    private final String first;
    private final long sinceNs;
    private final Set<String> others = new LinkedHashSet<>();

    /** What all have said. */
    private String common;

    /** What was said last. */
    private String last;

    private long lastNs;

    Flood(Level level, String first, String text, long sinceNs) {
      this.level = level;
      this.first = first;
      this.common = text.replace(first, GAP);
      this.last = text;
      this.sinceNs = sinceNs;
      this.lastNs = sinceNs;
    }

    void add(String episode, String text, long nowNs) {
      others.add(episode);
      common = common(common, text.replace(episode, GAP));
      last = text;
      lastNs = nowNs;
    }

    /** Texts that are alike: numbers that differ are left out. */
    private static String common(String one, String other) {
      Matcher ours = NUMBER_OR_GAP.matcher(one);
      Matcher theirs = NUMBER_OR_GAP.matcher(other);
      StringBuilder common = new StringBuilder();
      while (ours.find() && theirs.find()) {
        String number = ours.group().equals(theirs.group()) ? ours.group() : GAP;
        ours.appendReplacement(common, number);
      }
      return ours.appendTail(common).toString();
    }

    boolean isOver(long nowNs) {
      return nowNs - lastNs > CALM_NS || nowNs - sinceNs > FLOOD_MAX_NS;
    }
  }

  /** All of them are written to {@code log}. */
  EpisodeLogs(Logger log) {
    this.log = log;
  }

  /** The log of an episode. */
  Logger of(EpisodeId episode) {
    return new OfEpisode(episode.value());
  }

  private synchronized void say(Level level, String episode, String text, long nowNs) {
    String alike = level + NUMBER.matcher(text.replace(episode, "")).replaceAll("#");
    Flood flood = floods.get(alike);
    if (flood != null && !flood.isOver(nowNs) && !flood.first.equals(episode)) {
      flood.add(episode, text, nowNs);
      return;
    }
    end(floods.remove(alike));
    log.atLevel(level).log("{}: {}", episode, text);
    if (floods.size() < TEXTS_MAX) {
      floods.put(alike, new Flood(level, episode, text, nowNs));
    }
  }

  /** Says how many others there were, once a flood is over; called every second or so. */
  synchronized void flush(long nowNs) {
    Iterator<Flood> each = floods.values().iterator();
    while (each.hasNext()) {
      Flood flood = each.next();
      if (flood.isOver(nowNs)) {
        each.remove();
        end(flood);
      }
    }
  }

  private void end(@Nullable Flood flood) {
    if (flood != null && !flood.others.isEmpty()) {
      int count = flood.others.size();
      String named = flood.others.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
      log.atLevel(flood.level)
          .log(
              "{} more episode{} ({}{}), as before: {}",
              count,
              count == 1 ? "" : "s",
              named,
              count > NAMED_MAX ? ", …" : "",
              count == 1 ? flood.last : flood.common);
    }
  }

  /** Hands all but what nobody wants to see to the flood's count. */
  private final class OfEpisode extends LegacyAbstractLogger {

    private static final long serialVersionUID = 1L;

    OfEpisode(String episode) {
      this.name = episode;
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String pattern,
        Object @Nullable [] arguments,
        @Nullable Throwable thrown) {
      String text = MessageFormatter.basicArrayFormat(pattern, arguments);
      if (thrown != null) {
        log.atLevel(level).setCause(thrown).log("{}: {}", name, text);
      } else {
        say(level, name, text, System.nanoTime());
      }
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return log.isInfoEnabled();
    }

    @Override
    public boolean isWarnEnabled() {
      return log.isWarnEnabled();
    }

    @Override
    public boolean isErrorEnabled() {
      return log.isErrorEnabled();
    }
  }
}
