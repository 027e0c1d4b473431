package cis490.hostproc.agent;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.proc.Host;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Episodes of processes of this boot: one that is found again goes on in its file and topic. */
final class Unfinished {

  private final Host host;
  private final Map<ProcessKey, Recorded> byProcess = new HashMap<>();

  Unfinished(Path procRoot) {
    this.host = Host.read(procRoot);
  }

  /** The last one of a process stands. */
  void add(Recorded recorded) {
    Manifest.Beginning beginning = recorded.manifest().beginning();
    Long pid = beginning.pid();
    Long startTimeTicks = beginning.processStartTicks();
    boolean isOfThisBoot = host.known() && host.bootId().equals(beginning.bootId());
    boolean isRetired = recorded.manifest().state() == Manifest.State.RETIRED;
    if (isOfThisBoot && !isRetired && pid != null && startTimeTicks != null) {
      byProcess.put(new ProcessKey(pid, startTimeTicks), recorded);
    }
  }

  @Nullable Recorded of(ProcessKey process) {
    return byProcess.get(process);
  }

  void remove(ProcessKey process) {
    byProcess.remove(process);
  }
}
