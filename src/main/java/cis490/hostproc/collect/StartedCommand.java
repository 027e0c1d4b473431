package cis490.hostproc.collect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A command that the collector starts and watches from its birth.
 *
 * <p>The process is made as a shell that stops itself (SIGSTOP) before it becomes the command
 * ({@code exec}: same pid, same open {@code /proc} files). So the first row can be taken before the
 * command runs its first instruction, and even {@code true} has one. The command inherits what it
 * would have inherited from the collector's caller: {@link Inheritance}. A shell drops variables
 * whose names it can't use, so that the environment goes to env(1) as words.
 */
public final class StartedCommand {

  private static final String SHELL = "/bin/sh";
  private static final String STOP_THEN_EXEC = "kill -STOP $$; exec env -i -- \"$@\"";

  /** Changes nothing, and so keeps a program with = in its name from being taken for a variable. */
  private static final List<String> NOT_A_VARIABLE = List.of("nice", "-n", "0", "--");

  /** What the process is called when the command is to be executed. */
  private static final Set<String> NAMES_BEFORE = Set.of("env", "nice");

  /** The exit codes of env(1) and nice(1) if they can't run the command. */
  private static final Set<Integer> NOT_EXECUTED = Set.of(126, 127);

  /** Variables that a shell on the way changes by itself. */
  private static final Set<String> CHANGED_BY_SHELLS = Set.of("_", "SHLVL", "PWD", "OLDPWD");

  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;
  private static final int SIGCHLD = 17;
  private static final int SIGCONT = 18;
  private static final int SIGNALS = 64;

  private static final int COMMAND_NAME_BYTES_MAX = 15;
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(10);

  /** How it ended: the exit code, and the name that the process had then. */
  private record End(int exitCode, String name) {}

  @SuppressWarnings("NullAway.Init")
  private static volatile FutureTask<Posix> loading;

  private final Posix posix;
  private final int pid;
  private final String name;
  private final CompletableFuture<End> end = new CompletableFuture<>();

  /** Guarded by this: from then on the pid may be another process's. */
  private boolean reaped;

  private StartedCommand(Posix posix, int pid, String name) {
    this.posix = posix;
    this.pid = pid;
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
  public static StartedCommand startStopped(List<String> command)
      throws IOException, InterruptedException {
    ProgramFile.requireExecutable(command.get(0));
    long ignored = Inheritance.ignoredSignals();
    Posix posix = loaded();
    // Else the kernel would throw the exit code away if the caller ignores it.
    posix.setDefaultAction(SIGCHLD);
    int pid;
    try {
      pid =
          posix.spawn(
              SHELL,
              words(command, ignored),
              Inheritance.descriptorsToClose(),
              Inheritance.blockedSignals(),
              ignored);
    } catch (IOException refused) {
      throw new IOException(
          command.get(0) + " could not be started: " + refused.getMessage(), refused);
    }
    StartedCommand started = new StartedCommand(posix, pid, name(command.get(0)));
    Thread waiting = new Thread(started::awaitEnd, "hostproc-command");
    waiting.setDaemon(true);
    waiting.start();
    started.awaitStopped();
    return started;
  }

  /**
   * Remembers what a command will inherit, and begins to load what starts it, in a thread of its
   * own. To be called before anything else; not needed where the start may take a little longer.
   */
  public static void prepare() {
    try {
      Inheritance.rememberDescriptors();
    } catch (IOException noProc) {
      // Without /proc nothing is sampled, and nothing started.
      return;
    }
    loading = new FutureTask<>(Posix::load);
    Thread thread = new Thread(loading, "hostproc-command");
    thread.setDaemon(true);
    thread.start();
  }

  private static Posix loaded() throws IOException, InterruptedException {
    FutureTask<Posix> begun = loading;
    try {
      return begun == null ? Posix.load() : begun.get();
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof IOException known ? known : new IOException(failure);
    }
  }

  private static List<byte[]> words(List<String> command, long ignored) throws IOException {
    List<byte[]> words = new ArrayList<>();
    for (String each : List.of(SHELL, "-c", ignoring(ignored) + STOP_THEN_EXEC, "hostproc")) {
      words.add(each.getBytes(UTF_8));
    }
    for (byte[] each : Inheritance.environment()) {
      // env(1) takes an entry without '=' as a program.
      if (new String(each, ISO_8859_1).indexOf('=') >= 0) {
        words.add(each);
      }
    }
    if (command.get(0).indexOf('=') >= 0) {
      NOT_A_VARIABLE.forEach(each -> words.add(each.getBytes(UTF_8)));
    }
    words.addAll(Inheritance.bytes(command));
    return words;
  }

  /** The JVM has handlers for some signals that the caller may have ignored. */
  private static String ignoring(long signals) {
    StringBuilder trap = new StringBuilder();
    for (int number = 1; number <= SIGNALS; number++) {
      if (((signals >>> (number - 1)) & 1) != 0) {
        trap.append(trap.isEmpty() ? "trap '' " : " ").append(number);
      }
    }
    return trap.isEmpty() ? "" : trap + "; ";
  }

  /** What the kernel will call it: exec sets comm to the file's name, cut. */
  private static String name(String program) {
    byte[] file = Path.of(program).getFileName().toString().getBytes(UTF_8);
    return new String(file, 0, Math.min(file.length, COMMAND_NAME_BYTES_MAX), UTF_8);
  }

  /** Until it has ended, and was asked for its name. */
  private void awaitEnd() {
    try {
      posix.awaitEnd(pid);
      String last = Files.readString(file("comm"), ISO_8859_1).stripTrailing();
      int exitCode;
      synchronized (this) {
        exitCode = posix.reap(pid);
        reaped = true;
      }
      end.complete(new End(exitCode, last));
    } catch (IOException | RuntimeException lost) {
      end.completeExceptionally(lost);
    }
  }

  private Path file(String file) {
    return Path.of("/proc", Integer.toString(pid), file);
  }

  /** The shell takes about a millisecond to get there; its state says when it has. */
  private void awaitStopped() throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + STOPPED_WITHIN.toNanos();
    while (!end.isDone() && System.nanoTime() < deadlineNs) {
      if (state() == 'T') {
        return;
      }
      TimeUnit.MICROSECONDS.sleep(200);
    }
    send(SIGKILL);
    throw new IOException(SHELL + " did not stop itself before the command");
  }

  private char state() {
    try {
      String text = Files.readString(file("stat"), ISO_8859_1);
      return text.charAt(text.lastIndexOf(')') + 2);
    } catch (IOException ended) {
      return 'X';
    }
  }

  /** Lets the command run. */
  public void proceed() {
    send(SIGCONT);
  }

  private synchronized void send(int signal) {
    if (!reaped) {
      posix.kill(pid, signal);
    }
  }

  /**
   * Calls back when the command has ended.
   *
   * @param callback on a thread of this class's, or at once on this one
   */
  public void onExit(Runnable callback) {
    Future<?> unused = end.whenComplete((code, lost) -> callback.run());
  }

  /**
   * Whether the process has ended without having become the command: the kernel did not execute it,
   * for a reason that shows only then. The words of that are on standard error.
   *
   * @return false also while it runs, and if the command is itself called as what would start it
   */
  public boolean hasFailedToStart() {
    End known = end.isCompletedExceptionally() ? null : end.getNow(null);
    return known != null
        && NOT_EXECUTED.contains(known.exitCode())
        && NAMES_BEFORE.contains(known.name())
        && !known.name().equals(name);
  }

  /**
   * Whether a process has every variable of the environment that the command was given.
   *
   * @param process its pid
   * @return false also if that can't be read, or the command was given none
   */
  public boolean hasItsEnvironment(long process) {
    try {
      Set<String> given = texts(Inheritance.environment());
      return !given.isEmpty() && texts(Inheritance.environment(process)).containsAll(given);
    } catch (IOException unreadable) {
      return false;
    }
  }

  private static Set<String> texts(List<byte[]> variables) {
    return variables.stream()
        .map(each -> new String(each, ISO_8859_1))
        .filter(each -> !CHANGED_BY_SHELLS.contains(each.split("=", 2)[0]))
        .collect(Collectors.toSet());
  }

  /**
   * SIGTERM, and SIGKILL if that does not end it in time. Does nothing to one that has ended.
   *
   * @param limit how long it may take to end by itself
   * @return the exit code, 128 + signal if a signal ended it; null if even SIGKILL did not end it
   *     within the limit (a process stuck in the kernel)
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public @Nullable Integer stop(Duration limit) throws InterruptedException {
    send(SIGTERM);
    Integer exitCode = exitCode(limit);
    return exitCode != null ? exitCode : kill(limit);
  }

  /**
   * SIGKILL: also for one that was never let run.
   *
   * @param limit how long it may take to end
   * @return as {@link #stop}
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public @Nullable Integer kill(Duration limit) throws InterruptedException {
    send(SIGKILL);
    return exitCode(limit);
  }

  private @Nullable Integer exitCode(Duration limit) throws InterruptedException {
    try {
      return end.get(limit.toMillis(), TimeUnit.MILLISECONDS).exitCode();
    } catch (TimeoutException | ExecutionException unknown) {
      return null;
    }
  }

  /**
   * The process.
   *
   * @return its pid, the same before and after {@link #proceed()}
   */
  public long pid() {
    return pid;
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
