package cis490.hostproc.agent;

import cis490.hostproc.config.AgentConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Whether one more episode can begin, and which processes were refused: each is said once. */
final class Admission {

  private final Logger log;
  private final Map<ProcessKey, String> refused = new HashMap<>();

  /** Those whose opening has failed: they are not tried again until the rules change. */
  private final Set<ProcessKey> failed = new HashSet<>();

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

  boolean isRefusedForGood(ProcessKey process) {
    return failed.contains(process);
  }

  /** Says it once. */
  void refuse(ProcessKey process, String name, String rule, String why) {
    if (!why.equals(refused.put(process, why))) {
      log.error("process {} ({}, rule {}) is not recorded: {}", process.pid(), name, rule, why);
    }
  }

  /** It has been said already why. */
  void refuseForGood(ProcessKey process) {
    failed.add(process);
  }

  /** Others are not there any more. */
  void keepOnly(Set<ProcessKey> there) {
    refused.keySet().retainAll(there);
    failed.retainAll(there);
  }

  void clear() {
    refused.clear();
    failed.clear();
  }
}
