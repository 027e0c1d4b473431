package cis490.hostproc.sample;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command that the collector starts and watches from its birth.
 *
 * <p>The process is made as a shell that stops itself (SIGSTOP) before it becomes the command
 * ({@code exec}: same pid, same open {@code /proc} files). So the first row can be taken before the
 * command runs its first instruction, and even {@code true} has one. Standard input, output and
 * error are the collector's own.
 */
public final class TargetCommand {

  /** The launcher may have set LC_ALL for the JVM; the command gets the caller's own. */
  private static final String RESTORE_LOCALE =
      "case ${HOSTPROC_LC_ALL-} in =*) LC_ALL=${HOSTPROC_LC_ALL#=};; -) unset LC_ALL;; esac;"
          + " unset HOSTPROC_LC_ALL; ";

  private static final String STOP_THEN_EXEC = RESTORE_LOCALE + "kill -STOP $$; exec \"$@\"";
  private static final int CONTINUE_TRIES = 3;
  private static final String CONTINUE = "kill -CONT \"$0\"";
  private static final int COMMAND_NAME_BYTES_MAX = 15;
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(10);

  private final Process process;
  private final String name;

  private TargetCommand(Process process, String name) {
    this.process = process;
    this.name = name;
  }

  /**
   * Makes the process, stopped before the command.
   *
   * @param command the program and its arguments, at least the program
   * @return the stopped process
   * @throws IOException if there is no such program, or it can't be started
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public static TargetCommand startStopped(List<String> command)
      throws IOException, InterruptedException {
    requireExecutable(command.get(0));
    List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c", STOP_THEN_EXEC, "hostproc"));
    shell.addAll(command);
    Process process = new ProcessBuilder(shell).inheritIO().start();
    TargetCommand started = new TargetCommand(process, name(command.get(0)));
    started.awaitStopped();
    return started;
  }

  /**
   * Checks that there is such a program, as a shell would look for it.
   *
   * @param program a path, or a name to be found on the PATH
   * @throws IOException if there is none
   */
  public static void requireExecutable(String program) throws IOException {
    if (!executable(program)) {
      throw new IOException(program + ": no such command");
    }
  }

  private static boolean executable(String program) {
    if (program.contains("/")) {
      return executable(Path.of(program));
    }
    String path = System.getenv("PATH");
    for (String folder : (path == null ? "/usr/bin:/bin" : path).split(File.pathSeparator)) {
      if (executable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private static boolean executable(Path file) {
    return Files.isExecutable(file) && !Files.isDirectory(file);
  }

  /** What the kernel will call it: exec sets comm to the file's name, cut. */
  private static String name(String program) {
    byte[] file = Path.of(program).getFileName().toString().getBytes(UTF_8);
    return new String(file, 0, Math.min(file.length, COMMAND_NAME_BYTES_MAX), UTF_8);
  }

  /** The shell takes about a millisecond to get there; its state says when it has. */
  private void awaitStopped() throws IOException, InterruptedException {
    Path stat = Path.of("/proc", Long.toString(pid()), "stat");
    long deadlineNs = System.nanoTime() + STOPPED_WITHIN.toNanos();
    while (process.isAlive() && System.nanoTime() < deadlineNs) {
      String text = Files.readString(stat, ISO_8859_1);
      if (text.charAt(text.lastIndexOf(')') + 2) == 'T') {
        return;
      }
      TimeUnit.MICROSECONDS.sleep(200);
    }
    process.destroyForcibly();
    throw new IOException("/bin/sh did not stop itself before the command");
  }

  /**
   * Lets the command run.
   *
   * @throws IOException if it can't be continued
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void proceed() throws IOException, InterruptedException {
    for (int i = 0; i < CONTINUE_TRIES; i++) {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", CONTINUE, Long.toString(pid())).inheritIO().start();
      // A Ctrl-C at this moment ends the messenger, too.
      if (kill.waitFor() == 0 || !process.isAlive()) {
        return;
      }
    }
    throw new IOException("could not continue process " + pid());
  }

  /**
   * Calls back when the command has ended.
   *
   * @param callback on a thread of the JDK's
   */
  public void onExit(Runnable callback) {
    process.onExit().thenRun(callback);
  }

  /**
   * SIGTERM, and SIGKILL if that does not end it in time. Does nothing to one that has ended.
   *
   * @param limit how long it may take to end by itself
   * @return the exit code, 128 + signal if a signal ended it; null if even SIGKILL did not end it
   *     within the limit (a process stuck in the kernel)
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public Integer stop(Duration limit) throws InterruptedException {
    process.destroy();
    return endsWithin(limit) ? Integer.valueOf(process.exitValue()) : kill(limit);
  }

  /**
   * SIGKILL: also for one that was never let run.
   *
   * @param limit how long it may take to end
   * @return as {@link #stop}
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public Integer kill(Duration limit) throws InterruptedException {
    process.destroyForcibly();
    return endsWithin(limit) ? Integer.valueOf(process.exitValue()) : null;
  }

  private boolean endsWithin(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * The process.
   *
   * @return its pid, the same before and after {@link #proceed()}
   */
  public long pid() {
    return process.pid();
  }

  /**
   * The command's name as the kernel will give it.
   *
   * @return at most 15 bytes
   */
  public String name() {
    return name;
  }
}
