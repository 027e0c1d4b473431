package cis490.hostproc.config;

import cis490.hostproc.episode.EpisodeId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the rows' files lie.
 *
 * @param folder that all of them are under
 * @param file the path of one, with the placeholder {@value #EPISODE}
 */
public record Output(Path folder, Template file) {

  static final String EPISODE = "episode";

  private static final String FILE_IN_FOLDER = "/{" + EPISODE + "}/host_proc.jsonl";

  /** From a folder, or from a template of a file. */
  static Output of(Template text) {
    if (text.placeholders().isEmpty()) {
      return new Output(Path.of(text.lead()), text.then(Template.parse(FILE_IN_FOLDER)));
    }
    String lead = text.lead();
    return new Output(Path.of(lead.substring(0, lead.lastIndexOf('/') + 1)), text);
  }

  /**
   * The file of one episode.
   *
   * @param episode the episode
   * @return its path
   */
  public Path rows(EpisodeId episode) {
    return Path.of(file.expand(Map.of(EPISODE, episode.value())));
  }

  /**
   * Whose rows a file under the folder would be.
   *
   * @param path of a file
   * @return empty if no episode's rows would lie there
   */
  public Optional<EpisodeId> episode(Path path) {
    StringBuilder pattern = new StringBuilder();
    String next = "(?<" + EPISODE + ">[^/]+)";
    for (Template.Part part : file.parts()) {
      pattern.append(part.isPlaceholder() ? next : Pattern.quote(part.text()));
      next = part.isPlaceholder() ? "\\k<" + EPISODE + ">" : next;
    }
    Matcher found = Pattern.compile(pattern.toString()).matcher(path.toString());
    return found.matches() && EpisodeId.fits(found.group(EPISODE))
        ? Optional.of(new EpisodeId(found.group(EPISODE)))
        : Optional.empty();
  }
}
