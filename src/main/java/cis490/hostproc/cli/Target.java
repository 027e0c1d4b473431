package cis490.hostproc.cli;

import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.NoSuchProcessException;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.sample.TargetCommand;
import java.io.IOException;
import java.time.Duration;

/** The process to sample: one that runs already, or a command that is started to be sampled. */
final class Target implements AutoCloseable {

  /** How long a command may take to end after SIGTERM. */
  static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final TargetCommand command;
  private final ProcessFiles files;
  private final long pid;
  private boolean proceeded;

  private Target(TargetCommand command, ProcessFiles files, long pid) {
    this.command = command;
    this.files = files;
    this.pid = pid;
  }

  /** Opens the process; a command is made, and stands still until {@link #proceed}. */
  static Target open(CollectCommand options)
      throws IOException,
          InterruptedException,
          NoSuchProcessException,
          MalformedKernelTextException {
    if (options.command.isEmpty()) {
      return new Target(null, ProcessFiles.open(options.procRoot, options.pid), options.pid);
    }
    TargetCommand command = TargetCommand.startStopped(options.command);
    try {
      ProcessFiles files = ProcessFiles.open(options.procRoot, command.pid());
      return new Target(command, files, command.pid());
    } catch (IOException | NoSuchProcessException | MalformedKernelTextException failure) {
      command.kill();
      throw failure;
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
  void proceed(Runnable onExit) throws IOException, InterruptedException {
    if (command != null) {
      command.proceed();
      proceeded = true;
      command.onExit(onExit);
    }
  }

  /** Ends a command, and gives its exit code; leaves any other process alone, and gives null. */
  Integer stop() throws InterruptedException {
    return command == null ? null : command.stop(STOP_LIMIT);
  }

  @Override
  public void close() throws IOException {
    files.close();
    if (command != null && !proceeded) {
      command.kill();
    } else if (command != null) {
      try {
        command.stop(STOP_LIMIT);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
