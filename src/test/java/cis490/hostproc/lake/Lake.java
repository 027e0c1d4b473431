package cis490.hostproc.lake;

import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.Wait;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** {@code src/main/lake} as it stands: Connect, Iceberg's sink, and a catalog on disk. */
final class Lake implements AutoCloseable {

  private static final Path SCRIPTS = Path.of("src", "main", "lake").toAbsolutePath();

  /** Maven may have to fetch the jars. */
  private static final Duration PLUGINS_WITHIN = Duration.ofMinutes(5);

  private static final Duration RUNNING_WITHIN = Duration.ofMinutes(4);
  private static final Duration PROGRAM_WITHIN = Duration.ofMinutes(1);
  private static final long POLL_MS = 500;

  /** Connect's words for a task that has failed. */
  private static final String TASK_IS_DEAD = "will not recover until manually restarted";

  private final Path folder;
  private final LakeTables tables;
  private final Map<String, String> environment;
  private final List<Child> connects = new ArrayList<>();
  private int programs;

  /**
   * Makes the plugin folder, and starts nothing yet.
   *
   * @param folder for the tables and for logs
   * @param brokers where the topics are
   * @param commitMs how often rows are committed into the tables
   * @param discoverMs how often it looks for new topics
   */
  Lake(Path folder, String brokers, int commitMs, int discoverMs) throws IOException {
    this.folder = Files.createDirectories(folder);
    Path place = folder.resolve("tables");
    this.tables = new LakeTables(place, folder);
    try (ServerSocket free = new ServerSocket(0)) {
      this.environment =
          Map.of(
              "KAFKA_BOOTSTRAP_SERVERS",
              brokers,
              "HOSTPROC_LAKE",
              place.toString(),
              "HOSTPROC_LAKE_COMMIT_MS",
              Integer.toString(commitMs),
              "HOSTPROC_LAKE_DISCOVER_MS",
              Integer.toString(discoverMs),
              "HOSTPROC_LAKE_REST",
              "http://127.0.0.1:" + free.getLocalPort());
    }
    require(start("plugins", PLUGINS_WITHIN, List.of(script("lake"), "plugins")));
  }

  LakeTables tables() {
    return tables;
  }

  /** Starts Connect, and does not wait. */
  void launch() throws IOException {
    String name = "connect-" + (connects.size() + 1);
    connects.add(Child.start(folder, name, environment, List.of(script("lake"))));
  }

  /** Until the connector and its task run; fails at once if they never will. */
  void awaitRunning() throws Exception {
    try {
      Wait.until(
          "Connect is healthy",
          RUNNING_WITHIN,
          POLL_MS,
          () -> {
            Assertions.assertTrue(connect().alive(), "Connect has ended");
            Assertions.assertFalse(connect().err().contains(TASK_IS_DEAD), "a task is dead");
            return isHealthy();
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ":\n" + log(), e);
    }
  }

  /** What the health check of the compose file says. */
  boolean isHealthy() throws IOException {
    return start("healthy", PROGRAM_WITHIN, List.of(script("healthy"))).awaitExit(PROGRAM_WITHIN)
        == 0;
  }

  /** SIGKILL to Connect. */
  void kill() {
    connect().kill();
  }

  /** All that Connect has said, in all its lives. */
  String log() {
    StringBuilder log = new StringBuilder();
    connects.forEach(each -> log.append(each.err()));
    return log.toString();
  }

  private Child start(String name, Duration within, List<String> command) throws IOException {
    programs++;
    Child child = Child.start(folder, name + "-" + programs, environment, command);
    child.awaitExit(within);
    return child;
  }

  private static void require(Child ended) {
    Assertions.assertEquals(0, ended.awaitExit(PROGRAM_WITHIN), ended::err);
  }

  private static String script(String name) {
    return SCRIPTS.resolve(name).toString();
  }

  private Child connect() {
    return connects.get(connects.size() - 1);
  }

  @Override
  public void close() {
    connects.stream().filter(Child::alive).forEach(Child::kill);
  }
}
