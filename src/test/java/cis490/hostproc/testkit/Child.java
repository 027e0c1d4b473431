package cis490.hostproc.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/** A process that can be killed, frozen and resumed. What it prints goes to two files. */
public final class Child {

  private static final Duration SIGNAL_WITHIN = Duration.ofSeconds(20);

  private final Process process;
  private final Path out;
  private final Path err;
  private final Thread atExit;
  private boolean frozen;

  private Child(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
    this.atExit = new Thread(process::destroyForcibly, "end-child");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Starts it.
   *
   * @param folder its working directory, and where {@code name.out} and {@code name.err} are
   * @param environment added to the tests' own
   */
  public static Child start(
      Path folder, String name, Map<String, String> environment, List<String> command)
      throws IOException {
    Path out = folder.resolve(name + ".out");
    Path err = folder.resolve(name + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("KAFKA_BOOTSTRAP_SERVERS");
    builder.environment().putAll(environment);
    return new Child(builder.start(), out, err);
  }

  /** The java that runs the tests. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Alive and not frozen. */
  public boolean running() {
    return alive() && !frozen;
  }

  /** SIGKILL, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(SIGNAL_WITHIN);
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGSTOP; when this returns no thread of it runs. */
  public void freeze() throws Exception {
    signal("STOP");
    frozen = true;
    Wait.until(pid() + " stops", SIGNAL_WITHIN, () -> !alive() || isStopped());
  }

  /** SIGCONT. */
  public void resume() throws Exception {
    frozen = false;
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
  }

  /** Its threads stop one after the other. Under a tracer that state has a letter of its own. */
  private boolean isStopped() throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid()), "task"))) {
      return threads.map(Child::state).allMatch(state -> "TtX".indexOf(state) >= 0);
    } catch (NoSuchFileException ended) {
      return true;
    }
  }

  /** R, S, T, … as in stat; X for a thread that is gone. */
  private static char state(Path thread) {
    try {
      String text = Files.readString(thread.resolve("stat"));
      return text.charAt(text.lastIndexOf(')') + 2);
    } catch (IOException ended) {
      return 'X';
    }
  }

  /** Its exit code; fails if it is still there after the limit. */
  public int awaitExit(Duration limit) {
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      Assertions.assertTrue(ended, () -> "runs on after " + limit.toSeconds() + " s:\n" + err());
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException alreadyExiting) {
      // Then the hook runs, and finds nobody.
    }
    return process.exitValue();
  }

  /** All it printed on stdout. */
  public String out() {
    return read(out);
  }

  /** All it printed on stderr. */
  public String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      return "(" + failure + ")";
    }
  }
}
