package cis490.hostproc.agent;

import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.config.Rule;
import cis490.hostproc.episode.EpisodeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A process that an agent would record now.
 *
 * @param pid the process
 * @param command its name
 * @param rules that fit, the first of which it is recorded by
 * @param episode the id that it would have; null if that is not a valid one
 * @param problem why it would not be recorded; null if it would
 */
public record Preview(
    long pid,
    String command,
    List<String> rules,
    @Nullable String episode,
    @Nullable String problem) {

  /**
   * Looks once, and touches nothing.
   *
   * @param config the rules
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @param log what is wrong with a rule
   * @return by pid
   * @throws UnknownUserException if a user of a rule is not known
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static List<Preview> of(AgentConfig config, Path procRoot, Logger log)
      throws UnknownUserException, InterruptedException {
    Discovery discovery = new Discovery(procRoot, log);
    discovery.follow(config.watch());
    Map<EpisodeId, Long> taken = new HashMap<>();
    List<Preview> previews = new ArrayList<>();
    for (Found each : discovery.look(System.nanoTime())) {
      previews.add(of(each, taken));
    }
    return previews;
  }

  private static Preview of(Found found, Map<EpisodeId, Long> taken) {
    long pid = found.process().pid();
    String command = found.process().name();
    List<String> rules = found.rules().stream().map(Rule::name).toList();
    try {
      EpisodeId id = found.episode();
      Long other = taken.putIfAbsent(id, pid);
      String problem = other == null ? null : "process " + other + " has the same episode";
      return new Preview(pid, command, rules, id.value(), problem);
    } catch (IllegalArgumentException invalid) {
      return new Preview(pid, command, rules, null, invalid.getMessage());
    }
  }
}
