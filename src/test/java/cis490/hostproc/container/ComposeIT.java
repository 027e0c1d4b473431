package cis490.hostproc.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.lake.LakeTables;
import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.RowsFile;
import cis490.hostproc.testkit.Tool;
import cis490.hostproc.testkit.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docker-compose.yml} and {@code src/main/docker/Dockerfile} as they stand: Kafka in a
 * container, collectors on the host and in a container. Takes port 9092, as the file says.
 */
@Tag("long")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ComposeIT {

  private static final String FROM_THE_HOST = "localhost:9092";
  private static final String COLLECTOR_IMAGE =
      "hostproc:" + System.getProperty("hostproc.version");
  private static final String FILES = "/var/lib/hostproc/episodes";
  private static final Duration HEALTHY_WITHIN = Duration.ofMinutes(2);
  private static final Duration ROWS_WITHIN = Duration.ofMinutes(1);
  private static final Duration NETWORK_IS_CUT = Duration.ofMinutes(1);
  private static final Duration IN_THE_LAKE_WITHIN = Duration.ofMinutes(2);
  private static final long POLL_MS = 1_000;
  private static Compose compose;

  @TempDir private static Path tables;

  @TempDir private Path folder;
  private Episodes episodes;
  private final List<String> containers = new ArrayList<>();

  @BeforeAll
  static void up() throws Exception {
    Docker.require(Docker.KAFKA_IMAGE);
    compose = new Compose(tables);
    compose.run("build", "collector");
    compose.up();
    awaitHealthy("kafka");
  }

  @AfterAll
  static void down() throws Exception {
    if (compose != null) {
      compose.down();
    }
  }

  @BeforeEach
  void startTarget() throws IOException {
    episodes = new Episodes(folder);
  }

  @AfterEach
  void endAll() throws Exception {
    if (episodes != null) {
      episodes.close();
    }
    for (String each : containers) {
      Docker.docker("rm", "--force", "--volumes", each);
    }
  }

  /** As somebody types it who has read no further. */
  @Test
  void theReadmesCollectLineWorksAsWritten() throws Exception {
    String line =
        Files.readAllLines(Path.of("README.md")).stream()
            .filter(each -> each.startsWith("target/hostproc collect "))
            .filter(each -> each.contains(" --bootstrap-servers " + FROM_THE_HOST))
            .findFirst()
            .orElseThrow();
    Path link = folder.resolve("target");
    Files.createSymbolicLink(link, Path.of("target").toAbsolutePath());

    Docker.Ended ended =
        Docker.run(Map.of(), List.of("sh", "-c", "cd \"$0\" && exec " + line, folder.toString()));
    Files.delete(link);

    Assertions.assertEquals(0, ended.exitCode(), ended::err);
    Assertions.assertTrue(ended.err().contains("topic equals file  yes"), ended.err());
  }

  @Test
  void collectedOnTheHostAndConsumedInAContainer() throws Exception {
    CollectorProcess collector = episodes.started(FROM_THE_HOST);
    Episodes.finishAndRequireExact(collector, FROM_THE_HOST);

    String consumed =
        compose.run(
            "run", "--rm", "collector", "consume", "--episode", Episodes.episode(collector));
    Assertions.assertEquals(new String(collector.file().complete(), UTF_8), consumed);
  }

  @Test
  void theBrokersContainerIsRestartedInTheMiddle() throws Exception {
    CollectorProcess collector = episodes.started(FROM_THE_HOST);

    compose.run("restart", "kafka");
    awaitHealthy("kafka");

    // A restart may be over before the clients give up: then nothing is said of it.
    collector.awaitMoreRows(Episodes.SOME_ROWS);
    Episodes.finishAndRequireExact(collector, FROM_THE_HOST);
  }

  @Test
  void theNetworkIsCutForAMinute() throws Exception {
    CollectorProcess outside = episodes.collector(FROM_THE_HOST);
    outside.start();
    String episode = "inside-" + UUID.randomUUID();
    String inside = collectInAContainer(episode);
    outside.awaitRows(Episodes.SOME_ROWS);
    awaitRowsOf(inside, episode, Episodes.SOME_ROWS);

    String kafka = compose.container("kafka");
    Docker.docker("network", "disconnect", compose.network(), kafka);
    int before = outside.file().count();
    // Its length is the fault itself.
    Thread.sleep(NETWORK_IS_CUT.toMillis());
    int sampled = outside.file().count();
    Docker.docker("network", "connect", "--alias", "kafka", compose.network(), kafka);
    Assertions.assertTrue(sampled - before > Episodes.SOME_ROWS, "sampling goes on");
    Assertions.assertTrue(outside.said("shipping broke off"), outside.err());
    Assertions.assertTrue(logOf(inside).contains("shipping broke off"), logOf(inside));

    outside.awaitSaid("rows caught up");
    outside.awaitRows(sampled + Episodes.SOME_ROWS);
    Episodes.finishAndRequireExact(outside, FROM_THE_HOST);
    requireExact(end(inside), episode);
  }

  /** As in docs/lake.md, "On one machine". */
  @Test
  void theLakeGetsEachRowOnce() throws Exception {
    Docker.run(Map.of(), List.of("src/main/lake/lake", "plugins")).require();
    compose.run("up", "--detach", "--no-build", "lake");
    CollectorProcess collector = episodes.started(FROM_THE_HOST);
    awaitHealthy("lake");
    Episodes.finishAndRequireExact(collector, FROM_THE_HOST);

    LakeTables lake = new LakeTables(tables, folder);
    String episode = Episodes.episode(collector);
    Wait.until(
        "all rows are in the lake",
        IN_THE_LAKE_WITHIN,
        POLL_MS,
        () -> lake.rows(episode) >= collector.file().count());
    Assertions.assertEquals(collector.file().count(), lake.rows(episode));
  }

  /** The process is root's, the container's user another: so the rights are needed. */
  @Test
  void withItsRightsTheContainerReadsAllOfAForeignProcess() throws Exception {
    Tool.requireRoot();
    String episode = "rights-" + UUID.randomUUID();
    String collector = collectInAContainer(episode);
    awaitRowsOf(collector, episode, Episodes.SOME_ROWS);

    RowsFile file = requireExact(end(collector), episode);

    Assertions.assertFalse(logOf(collector).contains("null"), logOf(collector));
    for (String row : file.rows()) {
      Assertions.assertTrue(RowsFile.number(row, "io_read_bytes") >= 0, row);
    }
    Assertions.assertNotEquals(
        "root", compose.run("run", "--rm", "--entrypoint", "whoami", "collector").strip());
  }

  @Test
  void withoutThemTheContainerSaysWhatIsNull() throws Exception {
    Tool.requireRoot();
    String name = "hostproc-it-" + UUID.randomUUID();
    containers.add(name);
    List<String> command = new ArrayList<>(List.of("docker", "run", "--name", name));
    command.addAll(List.of("--pid", "host", "--cap-drop", "ALL", COLLECTOR_IMAGE));
    command.addAll(List.of("collect", "--episode", "e", "--offline", "--duration-s", "1"));
    command.addAll(List.of("--pid", Long.toString(episodes.pid())));
    Docker.Ended ended = Docker.run(Map.of(), command);

    Assertions.assertEquals(0, ended.exitCode(), ended::err);
    Assertions.assertTrue(
        ended.err().contains("io_read_bytes and io_write_bytes are null"), ended.err());
    for (String row : fileOf(name, "e").rows()) {
      Assertions.assertTrue(row.contains("\"io_read_bytes\": null, \"io_write_bytes\": null"), row);
    }
  }

  private static void awaitHealthy(String service) throws Exception {
    String container = compose.container(service);
    Wait.until(
        service + "'s container is healthy",
        HEALTHY_WITHIN,
        () ->
            "healthy"
                .equals(
                    Docker.docker("inspect", "--format", "{{.State.Health.Status}}", container)));
  }

  /** Starts a collector of the compose file for the target on the host; the container's name. */
  private String collectInAContainer(String episode) throws Exception {
    String name = "hostproc-it-" + episode;
    containers.add(name);
    compose.run(
        "run",
        "--detach",
        "--name",
        name,
        "collector",
        "collect",
        "--episode",
        episode,
        "--pid",
        Long.toString(episodes.pid()),
        "--interval-ms",
        "10");
    return name;
  }

  private void awaitRowsOf(String container, String episode, int rows) throws Exception {
    Wait.until(
        rows + " rows in " + container + ", which says\n" + logOf(container),
        ROWS_WITHIN,
        () -> lines(container, episode) >= rows);
  }

  private static int lines(String container, String episode) throws Exception {
    List<String> count =
        List.of(
            "docker", "exec", container, "wc", "-l", FILES + "/" + episode + "/host_proc.jsonl");
    Docker.Ended ended = Docker.run(Map.of(), count);
    return ended.exitCode() == 0 ? Integer.parseInt(ended.out().split(" ")[0]) : 0;
  }

  /** SIGTERM; it must end in good order. */
  private static String end(String container) throws Exception {
    Docker.docker("kill", "--signal", "TERM", container);
    Assertions.assertEquals("0", Docker.docker("wait", container), logOf(container));
    return container;
  }

  private RowsFile requireExact(String container, String episode) throws Exception {
    RowsFile file = fileOf(container, episode);
    Episodes.requireExact(file, Episodes.topic(episode), FROM_THE_HOST);
    return file;
  }

  private RowsFile fileOf(String container, String episode) throws Exception {
    Path copy = Files.createTempFile(folder, "rows-", ".jsonl");
    Docker.docker(
        "cp", container + ":" + FILES + "/" + episode + "/host_proc.jsonl", copy.toString());
    return new RowsFile(copy);
  }

  private static String logOf(String container) throws Exception {
    return Docker.run(Map.of(), List.of("docker", "logs", container)).err();
  }
}
