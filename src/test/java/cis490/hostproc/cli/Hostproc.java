package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
 * The built program, run as its users run it: a process of its own, in a folder of its own. {@link
 * #endAll()} after each test leaves no process and no file of it behind.
 */
public final class Hostproc {

  static final Path JAR = Path.of("target", "hostproc.jar").toAbsolutePath();
  private static final long LIMIT_S = 120;
  private static final List<Hostproc> STARTED = new ArrayList<>();

  private final Process process;
  private final Path out;
  private final Path err;

  private Hostproc(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts {@code java -jar hostproc.jar} in a folder. */
  public static Hostproc start(Path folder, String... args) {
    return start(folder, List.of(), JAR, args);
  }

  /**
   * Starts another jar, behind another program (setpriv, sh -c …). Where the tests are a background
   * job SIGINT is ignored, and the program would inherit that.
   */
  static Hostproc start(Path folder, List<String> before, Path jar, String... args) {
    List<String> command = new ArrayList<>(before);
    command.addAll(List.of("env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(Arrays.asList(args));
    return startCommand(folder, command);
  }

  static Hostproc startCommand(Path folder, List<String> command) {
    try {
      Path out = Files.createTempFile("hostproc-", ".out");
      Path err = Files.createTempFile("hostproc-", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().remove("KAFKA_BOOTSTRAP_SERVERS");
      Hostproc started = new Hostproc(builder.start(), out, err);
      STARTED.add(started);
      return started;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Runs to the end. */
  static Hostproc run(Path folder, String... args) {
    Hostproc hostproc = start(folder, args);
    hostproc.exitCode();
    return hostproc;
  }

  public int exitCode() {
    try {
      assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), () -> "still running: " + err());
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  String out() {
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
  void kill() {
    process.destroyForcibly();
  }

  public void signal(String name) {
    signal(process.pid(), name);
  }

  /** A negative pid is a process group. */
  static void signal(long pid, String name) {
    try {
      new ProcessBuilder("kill", "-" + name, "--", Long.toString(pid)).start().waitFor();
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Closes the writing end of its standard input. */
  void closeInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Until something holds, or the program has ended, or two minutes are over. */
  void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    while (!condition.getAsBoolean()) {
      assertTrue(process.isAlive() && System.nanoTime() < deadlineNs, () -> "in vain: " + err());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  void awaitLines(Path file, long lines) {
    await(() -> lines(file) >= lines);
  }

  static long lines(Path file) {
    return read(file).chars().filter(c -> c == '\n').count();
  }

  static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, UTF_8) : "";
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Ends all that was started, with what it started itself. */
  public static void endAll() throws IOException {
    for (Hostproc hostproc : STARTED) {
      hostproc.process.descendants().forEach(ProcessHandle::destroyForcibly);
      hostproc.process.destroyForcibly();
      Files.delete(hostproc.out);
      Files.delete(hostproc.err);
    }
    STARTED.clear();
  }
}
