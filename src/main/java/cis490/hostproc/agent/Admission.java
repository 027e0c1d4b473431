package cis490.hostproc.agent;

import cis490.hostproc.config.AgentConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Whether one more episode can begin, and which processes were refused: each is said once. */
final class Admission {

  private static final Duration AGAIN_AFTER = Duration.ofMinutes(1);

  private final Logger log;
  private final Map<ProcessKey, String> refused = new HashMap<>();

  /** Those whose opening has failed, and when they are tried again, {@link System#nanoTime()}. */
  private final Map<ProcessKey, Long> failed = new HashMap<>();

  Admission(Logger log) {
    this.log = log;
  }

  /** Why no further episode can begin now; null if one can. */
  @Nullable String problem(AgentConfig.Limits limits, int episodes, Path output) {
    if (episodes >= limits.episodes()) {
      return "limits.episodes: " + limits.episodes() + " run already";
    }
    Path folder = existing(output.toAbsolutePath());
    try {
      long freeBytes = Files.getFileStore(folder).getUsableSpace();
      return freeBytes >= limits.freeDiskBytes()
          ? null
          : "limits.free_disk: " + folder + " has less left; make room";
    } catch (IOException unknown) {
      return null;
    }
  }

  /** The folder that one to be made would be made in. */
  private static Path existing(Path folder) {
    Path existing = folder;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    return existing;
  }

  /** Whether it has failed only just: it is tried again after a while. */
  boolean isFailed(ProcessKey process, long nowNs) {
    Long againAtNs = failed.get(process);
    return againAtNs != null && nowNs - againAtNs < 0;
  }

  /** Says it once. */
  void refuse(ProcessKey process, String name, String rule, String why) {
    if (!why.equals(refused.put(process, why))) {
      log.error("process {} ({}, rule {}) is not recorded: {}", process.pid(), name, rule, why);
    }
  }

  /** It could not begin: said once, and tried again after a while. */
  void fail(AgentEpisode episode, long nowNs) {
    String why = String.valueOf(episode.refusal());
    if (!why.equals(refused.put(episode.process(), why))) {
      episode.log().error("not recorded: {}", why);
    }
    failed.put(episode.process(), nowNs + AGAIN_AFTER.toNanos());
  }

  /** Others are not there any more. */
  void keepOnly(Set<ProcessKey> there) {
    refused.keySet().retainAll(there);
    failed.keySet().retainAll(there);
  }

  void clear() {
    refused.clear();
    failed.clear();
  }
}
