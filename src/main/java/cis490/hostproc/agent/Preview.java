package cis490.hostproc.agent;

import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.config.Rule;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process that an agent would record now.
 *
 * @param pid the process
 * @param command its name
 * @param rules that fit, the first of which it is recorded by
 * @param episode the id that it would have
 * @param problem why it would not be recorded; null if it would
 */
public record Preview(
    long pid, String command, List<String> rules, String episode, @Nullable String problem) {

  /**
   * Looks once, and touches nothing.
   *
   * @param config the rules
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @return by pid
   * @throws FailedException if a user of a rule is not known
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static List<Preview> of(AgentConfig config, Path procRoot)
      throws FailedException, InterruptedException {
    Discovery discovery = new Discovery(procRoot);
    discovery.follow(config.watch());
    List<Found> found = new ArrayList<>(discovery.look(System.nanoTime()));
    found.sort(Comparator.comparingLong(each -> each.process().pid()));
    Map<String, Long> taken = new HashMap<>();
    List<Preview> previews = new ArrayList<>();
    for (Found each : found) {
      String id = each.episode();
      Long other = taken.putIfAbsent(id, each.process().pid());
      String problem = other == null ? problem(id) : "process " + other + " has the same episode";
      previews.add(
          new Preview(
              each.process().pid(),
              each.process().name(),
              each.rules().stream().map(Rule::name).toList(),
              id,
              problem));
    }
    return previews;
  }

  private static @Nullable String problem(String id) {
    try {
      EpisodeId unused = new EpisodeId(id);
      return null;
    } catch (IllegalArgumentException invalid) {
      return invalid.getMessage();
    }
  }
}
