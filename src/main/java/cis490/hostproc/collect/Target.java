package cis490.hostproc.collect;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.NoSuchProcessException;
import cis490.hostproc.proc.ProcessFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The process to sample: one that runs already, or a command that is started to be sampled. */
final class Target implements AutoCloseable {

  /** How long a command may take to end after SIGTERM. */
  static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private static final Path OWN_PROC = Path.of("/proc");

  private final @Nullable StartedCommand command;
  private final ProcessFiles files;
  private final long pid;
  private boolean proceeded;

  private Target(@Nullable StartedCommand command, ProcessFiles files, long pid) {
    this.command = command;
    this.files = files;
    this.pid = pid;
  }

  /** Opens a process that runs already. */
  static Target running(Path procRoot, long pid)
      throws IOException, NoSuchProcessException, MalformedKernelTextException {
    return new Target(null, ProcessFiles.open(procRoot, pid), pid);
  }

  /** Makes a process for a command; it stands still until {@link #proceed}. */
  static Target starting(Path procRoot, List<String> words)
      throws IOException,
          InterruptedException,
          FailedException,
          NoSuchProcessException,
          MalformedKernelTextException {
    StartedCommand command = StartedCommand.startStopped(words);
    boolean opened = false;
    try {
      requireOwnNamespace(procRoot, command.pid());
      Target target =
          new Target(command, ProcessFiles.open(procRoot, command.pid()), command.pid());
      opened = true;
      return target;
    } finally {
      if (!opened) {
        command.kill(STOP_LIMIT);
      }
    }
  }

  /** The pid is ours; under a procfs of other pids another process, or none, may have it. */
  private static void requireOwnNamespace(Path procRoot, long pid) throws FailedException {
    String id = Long.toString(pid);
    if (!ProcessFiles.areOfOneProcess(OWN_PROC.resolve(id), procRoot.resolve(id))) {
      throw new FailedException(
          "--proc-root "
              + procRoot
              + ": process "
              + pid
              + " there is not the command that was started (another pid namespace?); leave"
              + " --proc-root out, or start the command there and give its --pid");
    }
  }

  ProcessFiles files() {
    return files;
  }

  long pid() {
    return pid;
  }

  String name() {
    return command != null ? command.name() : files.stat().commandName();
  }

  /** Lets a command run; calls back when it has ended. */
  void proceed(Runnable onExit) {
    if (command != null) {
      command.proceed();
      proceeded = true;
      command.onExit(onExit);
    }
  }

  /** Whether there was a process, and never the command. */
  boolean hasFailedToStart() {
    return command != null && command.hasFailedToStart();
  }

  /** Whether a process has every variable that the command was given, and so is likely its own. */
  boolean hasItsEnvironment(long process) {
    return command != null && command.hasItsEnvironment(process);
  }

  boolean isCommand() {
    return command != null;
  }

  /** Ends a command, and gives its exit code; leaves any other process alone, and gives null. */
  @Nullable Integer stop() throws InterruptedException {
    if (command == null) {
      return null;
    }
    return proceeded ? command.stop(STOP_LIMIT) : command.kill(STOP_LIMIT);
  }

  @Override
  public void close() throws IOException {
    files.close();
    try {
      stop();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
