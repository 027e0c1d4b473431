package cis490.hostproc.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Processes with numbers of their own: the next one can be chosen there, so that a number comes
 * again at once. Needs the right to make one; without it the test is skipped.
 */
public final class PidNamespace implements AutoCloseable {

  /** The number that the next process is to follow on, of this namespace alone. */
  private static final String LAST_PID = "/proc/sys/kernel/ns_last_pid";

  /** A thread of somebody else may take the number; then it is tried again. */
  private static final String SPAWN =
      "for i in $(seq 200); do"
          + " echo $(($1 - 1)) > "
          + LAST_PID
          + "; sh -c '[ $$ = $0 ] || exit 9; exec $SHELL_OF_IT -c \"$SCRIPT\" \"$ARGUMENT\"' $1;"
          + " [ $? = 9 ] || exit 0; done; exit 1";

  private static final Duration READY_WITHIN = Duration.ofSeconds(20);

  private final Child holder;
  private final long firstPid;

  private PidNamespace(Child holder, long firstPid) {
    this.holder = holder;
    this.firstPid = firstPid;
  }

  /** With a process that holds it open, and {@code /proc} of its own. */
  public static PidNamespace start(Path folder) throws Exception {
    Tool.require(
        "unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", "echo 300 > " + LAST_PID);
    Child holder =
        Child.start(
            folder,
            "namespace",
            Map.of(),
            List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sleep", "900"));
    Wait.until(
        "the namespace is there", READY_WITHIN, () -> command(first(holder)).equals("sleep"));
    return new PidNamespace(holder, first(holder));
  }

  /** The process that all others there depend on, as the host numbers it; 0 if it is not there. */
  private static long first(Child holder) {
    return ProcessHandle.of(holder.pid()).stream()
        .flatMap(ProcessHandle::children)
        .mapToLong(ProcessHandle::pid)
        .findFirst()
        .orElse(0);
  }

  private static String command(long pid) throws IOException {
    Path comm = Path.of("/proc", Long.toString(pid), "comm");
    return Files.exists(comm) ? Files.readString(comm).strip() : "";
  }

  /** What a command is started behind to be there; paths must be absolute. */
  public List<String> entered() {
    return List.of("nsenter", "--target", Long.toString(firstPid), "--pid", "--mount", "--");
  }

  /** A process of a fleet with this number, run by this shell; it ends with its input. */
  public Process spawn(long pid, String shell, String argument) throws IOException {
    List<String> command = new ArrayList<>(entered());
    command.addAll(List.of("sh", "-c", SPAWN, "sh", Long.toString(pid)));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(Map.of("SHELL_OF_IT", shell, "SCRIPT", Fleet.SCRIPT, "ARGUMENT", argument));
    return builder.start();
  }

  /** Ends it, and all that is in it. */
  @Override
  public void close() {
    holder.kill();
  }
}
