package cis490.hostproc.sample;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

  /** As much as the kernel reads (BINPRM_BUF_SIZE). */
  private static final int BEGINNING_BYTES = 256;

  /** Of a 32-bit program; elf(5). */
  private static final int ELF_HEADER_BYTES_MIN = 52;

  /** Word size, and the low byte of the machine, in an ELF header. */
  private static final int ELF_CLASS_AT = 4;

  private static final int ELF_MACHINE_AT = 18;

  /** Interpreters for other formats that this host has registered. */
  private static final Path BINFMT_MISC = Path.of("/proc/sys/fs/binfmt_misc");

  private static final Set<String> BINFMT_OWN = Set.of("register", "status");

  /** As many scripts in a row as the kernel follows. */
  private static final int INTERPRETERS_MAX = 5;

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
    Path file = find(program);
    if (file == null) {
      throw new IOException(program + ": no such command");
    }
    requireFormat(program, file);
  }

  /** Null if there is none. */
  private static Path find(String program) {
    if (program.contains("/")) {
      return executable(Path.of(program)) ? Path.of(program) : null;
    }
    String path = System.getenv("PATH");
    for (String folder : (path == null ? "/usr/bin:/bin" : path).split(File.pathSeparator)) {
      if (executable(Path.of(folder, program))) {
        return Path.of(folder, program);
      }
    }
    return null;
  }

  /**
   * What the kernel looks at first (execve(2)). Text without {@code #!} is left to the shell, which
   * takes it for a script of its own; the rest shows when the command is let run.
   */
  private static void requireFormat(String program, Path file) throws IOException {
    Path each = file;
    for (int depth = 0; depth < INTERPRETERS_MAX; depth++) {
      byte[] begin = beginning(each);
      if (begin.length < 2 || begin[0] != '#' || begin[1] != '!') {
        requireProgramOrText(program, each, begin);
        return;
      }
      String line = new String(begin, ISO_8859_1).substring(2).lines().findFirst().orElse("");
      String interpreter = line.strip().split("[ \t]", 2)[0];
      each = Path.of(interpreter);
      if (interpreter.isEmpty() || !executable(each)) {
        throw new IOException(
            program
                + " could not be started: its interpreter '"
                + interpreter
                + "' is no program that may be executed");
      }
    }
    throw new IOException(program + " could not be started: its interpreters are scripts, too");
  }

  private static void requireProgramOrText(String program, Path file, byte[] begin)
      throws IOException {
    boolean elf = begin.length >= 4 && begin[0] == 0x7f && begin[1] == 'E' && begin[2] == 'L';
    if (elf && begin.length < ELF_HEADER_BYTES_MIN) {
      throw new IOException(program + " could not be started: " + file + " is cut short");
    }
    if (elf && !isForThisMachine(begin)) {
      throw new IOException(
          program + " could not be started: " + file + " is a program for another machine");
    }
    if (!elf && new String(begin, ISO_8859_1).indexOf(0) >= 0) {
      throw new IOException(
          program + " could not be started: " + file + " is neither a program nor a script");
    }
  }

  /** True also where it can't be told: other machines' programs may be run by an emulator. */
  private static boolean isForThisMachine(byte[] elf) {
    String[] handlers = BINFMT_MISC.toFile().list((folder, name) -> !BINFMT_OWN.contains(name));
    byte[] own = beginning(Path.of("/proc/self/exe"));
    boolean emulated = handlers != null && handlers.length > 0;
    return emulated
        || own.length < ELF_HEADER_BYTES_MIN
        || elf[ELF_CLASS_AT] != own[ELF_CLASS_AT]
        || elf[ELF_MACHINE_AT] == own[ELF_MACHINE_AT];
  }

  /** Empty also if it may be executed and not read. */
  private static byte[] beginning(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(BEGINNING_BYTES);
    } catch (IOException unreadable) {
      return new byte[0];
    }
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
