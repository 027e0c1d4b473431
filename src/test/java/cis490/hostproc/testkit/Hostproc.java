package cis490.hostproc.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.cli.Main;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A run of the program: as its users run it, a process of its own in a folder of its own; or, where
 * the process is not the point, in the tests' own, which is quicker ({@link #call}). With {@link
 * EndsWhatItStarts} no process and no file of it is left behind.
 */
public final class Hostproc {

  private static final long LIMIT_S = 120;

  /** Of stat(5), counted behind the name: the nice value. */
  private static final int NICE = 16;

  private static final List<Hostproc> STARTED = new ArrayList<>();
  private static final List<Process> TARGETS = new ArrayList<>();

  /** Null after a {@link #call}. */
  private final Process process;

  private final Path out;
  private final Path err;
  private final int codeOfCall;

  private Hostproc(Process process, Path out, Path err, int codeOfCall) {
    this.process = process;
    this.out = out;
    this.err = err;
    this.codeOfCall = codeOfCall;
    STARTED.add(this);
  }

  /** Runs a command to its end in this process; paths must be absolute. */
  public static Hostproc call(String... args) {
    try {
      Path out = Files.createTempFile("hostproc-", ".out");
      Path err = Files.createTempFile("hostproc-", ".err");
      try (OutputStream printed = Files.newOutputStream(out);
          PrintStream said = new PrintStream(Files.newOutputStream(err), true, UTF_8)) {
        return new Hostproc(null, out, err, Main.run(args, printed, said));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Starts the launcher in a folder. */
  public static Hostproc start(Path folder, String... args) {
    return startBehind(List.of(), folder, args);
  }

  /** Starts the launcher behind another program: setpriv, setsid, env. */
  public static Hostproc startBehind(List<String> before, Path folder, String... args) {
    return start(folder, before, List.of(Program.LAUNCHER.toString()), args);
  }

  /** Starts another jar than the built one, by {@code java -jar}. */
  public static Hostproc startJar(Path jar, Path folder, String... args) {
    return start(folder, List.of(), List.of(Child.java(), "-jar", jar.toString()), args);
  }

  /**
   * Where the tests are a background job, SIGINT is ignored, and the program would inherit that;
   * env undoes it. Most runs are short, so the second compiler would cost more than it gains.
   */
  private static Hostproc start(
      Path folder, List<String> before, List<String> program, String... args) {
    List<String> command = new ArrayList<>(before);
    command.addAll(List.of("env", "--default-signal=INT"));
    command.add("HOSTPROC_JAVA_OPTIONS=-XX:TieredStopAtLevel=1");
    command.addAll(program);
    command.addAll(Arrays.asList(args));
    return startCommand(folder, command);
  }

  public static Hostproc startCommand(Path folder, List<String> command) {
    try {
      Path out = Files.createTempFile("hostproc-", ".out");
      Path err = Files.createTempFile("hostproc-", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().remove("KAFKA_BOOTSTRAP_SERVERS");
      return new Hostproc(builder.start(), out, err, 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Runs to the end. */
  public static Hostproc run(Path folder, String... args) {
    Hostproc hostproc = start(folder, args);
    hostproc.exitCode();
    return hostproc;
  }

  public int exitCode() {
    if (process == null) {
      return codeOfCall;
    }
    try {
      assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), () -> "still running: " + err());
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  public String out() {
    return read(out);
  }

  public String err() {
    return read(err);
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGKILL. */
  public void kill() {
    process.destroyForcibly();
  }

  public void signal(String name) {
    signal(process.pid(), name);
  }

  /** A negative pid is a process group. */
  public static void signal(long pid, String name) {
    try {
      new ProcessBuilder("kill", "-" + name, "--", Long.toString(pid)).start().waitFor();
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Closes the writing end of its standard input. */
  public void closeInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Until something holds, or the program has ended, or two minutes are over. */
  public void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    while (!condition.getAsBoolean()) {
      assertTrue(process.isAlive() && System.nanoTime() < deadlineNs, () -> "in vain: " + err());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  public void awaitLines(Path file, long lines) {
    await(() -> lines(file) >= lines);
  }

  /** Of its threads whose name begins so; the kernel cuts a name to 15 bytes. */
  public List<String> niceValues(String thread) throws IOException {
    List<String> found = new ArrayList<>();
    try (var threads = Files.list(Path.of("/proc", Long.toString(pid()), "task"))) {
      for (Path each : threads.toList()) {
        String stat = Files.readString(each.resolve("stat"));
        if (stat.contains("(" + thread)) {
          found.add(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
        }
      }
    }
    return found;
  }

  public static long lines(Path file) {
    return read(file).chars().filter(c -> c == '\n').count();
  }

  public static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, UTF_8) : "";
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Ends all that was started, with what it started itself. */
  public static void endAll() throws IOException {
    for (Hostproc hostproc : STARTED) {
      if (hostproc.process != null) {
        hostproc.process.descendants().forEach(ProcessHandle::destroyForcibly);
        hostproc.process.destroyForcibly();
      }
      Files.delete(hostproc.out);
      Files.delete(hostproc.err);
    }
    STARTED.clear();
    TARGETS.forEach(Process::destroyForcibly);
    TARGETS.clear();
  }

  /** A {@code --kafka-config} that waits for no broker as long as people would. */
  public static String impatient(Path folder) {
    try {
      Path config = folder.resolve("impatient.properties");
      Files.writeString(config, "default.api.timeout.ms=1500\nrequest.timeout.ms=1000\n");
      return "--kafka-config=" + config;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A process that does nothing, to be sampled. */
  public static Process target() {
    return target("sleep", "600");
  }

  /** A process that is to be sampled, with its standard input open. */
  public static Process target(String... command) {
    try {
      Process target = new ProcessBuilder(command).start();
      TARGETS.add(target);
      return target;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** That a report on stdout has these lines, or this part of one. */
  public void assertSays(String text) {
    assertTrue(out().contains(text), () -> text + "\nin\n" + out() + err());
  }
}
