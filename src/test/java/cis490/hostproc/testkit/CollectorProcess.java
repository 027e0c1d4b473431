package cis490.hostproc.testkit;

import cis490.hostproc.episode.Manifest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/**
 * {@code hostproc collect} of the built jar, for one file of one episode. It can be started again
 * and again, and goes on in its file each time.
 */
public final class CollectorProcess {

  private static final Duration ROW_WITHIN = Duration.ofSeconds(30);
  public static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(60);

  /** Over the flush timeout: to start, to read back, to end. */
  private static final Duration MARGIN = Duration.ofSeconds(20);

  private static final double NS_PER_MS = 1e6;

  /** From the last tick to the time that the summary gives. */
  private static final double END_MS = 50;

  private final Path folder;
  private final String name;
  private final List<String> options;
  private final RowsFile file;
  private final Map<String, String> environment = new HashMap<>();
  private final List<Child> all = new ArrayList<>();
  private String bootstrapServers;
  private Duration flushTimeout = FLUSH_TIMEOUT;
  private final long pid;
  private int intervalMs;
  private Path jar = Program.JAR;
  private Child child;

  /**
   * Does not start it.
   *
   * @param folder where its files go
   * @param name of the logs of its runs
   * @param output the rows' file
   * @param intervalMs from tick to tick
   * @param pid the process to sample
   * @param bootstrapServers where the brokers are
   * @param options all others
   */
  public CollectorProcess(
      Path folder,
      String name,
      Path output,
      int intervalMs,
      long pid,
      String bootstrapServers,
      List<String> options) {
    this.intervalMs = intervalMs;
    this.pid = pid;
    this.bootstrapServers = bootstrapServers;
    this.folder = folder;
    this.name = name;
    this.options = options;
    this.file = new RowsFile(output);
  }

  public RowsFile file() {
    return file;
  }

  /** Another interval; only before its first run. */
  public CollectorProcess everyMs(int interval) {
    intervalMs = interval;
    return this;
  }

  /** For the runs to come: the same brokers by another way. */
  public CollectorProcess through(String address) {
    bootstrapServers = address;
    return this;
  }

  /** For the runs to come: this copy of the program. */
  public void ofProgram(Path copy) {
    jar = copy;
  }

  public int intervalMs() {
    return intervalMs;
  }

  /** For the runs to come. */
  public CollectorProcess withEnvironment(Map<String, String> more) {
    environment.putAll(more);
    return this;
  }

  /** For the runs to come. */
  public CollectorProcess withFlushTimeout(Duration timeout) {
    flushTimeout = timeout;
    return this;
  }

  /** Starts it, and does not wait. */
  public void launch() throws IOException {
    Assertions.assertFalse(up(), "runs already");
    file.look();
    file.pause();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "collect",
                "--output",
                file.path().toString(),
                "--pid",
                Long.toString(pid),
                "--interval-ms",
                Integer.toString(intervalMs),
                "--bootstrap-servers",
                bootstrapServers,
                "--flush-timeout-s",
                Long.toString(flushTimeout.toSeconds()),
                // So that faults come in the midst of transactions, and not while rows gather.
                "--linger-ms",
                "500",
                "--summary",
                "json"));
    arguments.addAll(options);
    child = Program.start(folder, name + "-run-" + (all.size() + 1), environment, jar, arguments);
    all.add(child);
  }

  /** Starts it, and waits for its first new row. */
  public void start() throws Exception {
    int before = file.count();
    launch();
    awaitRows(before + 1);
  }

  /** Until the file has so many rows; fails if the collector ends before that. */
  public void awaitRows(int rows) throws Exception {
    Wait.until(
        rows + " rows in " + file.path(),
        ROW_WITHIN,
        () -> {
          Assertions.assertTrue(up(), () -> "the collector ended:\n" + err());
          return file.count() >= rows;
        });
  }

  /** Until so many rows more are in the file. */
  public void awaitMoreRows(int rows) throws Exception {
    awaitRows(file.count() + rows);
  }

  /** Of the present or last run. */
  public long pid() {
    return child.pid();
  }

  /** Whether it was started and has not ended; it may be frozen. */
  public boolean up() {
    return child != null && child.alive();
  }

  /** SIGKILL. */
  public void kill() throws Exception {
    child.kill();
    file.look();
  }

  /** SIGSTOP. */
  public void freeze() throws Exception {
    child.freeze();
    file.look();
    file.pause();
  }

  /**
   * SIGCONT. The pause is noted here too: under a tracer a thread that is stopped may be so for a
   * system call alone, and write one more row before it stops for good.
   */
  public void resume() throws Exception {
    if (!child.running()) {
      file.pause();
    }
    child.resume();
  }

  /** SIGTERM. */
  public void terminate() {
    child.terminate();
  }

  /** Its exit code, waited for. */
  public int awaitExit() throws Exception {
    int code = child.awaitExit(flushTimeout.plus(MARGIN));
    file.look();
    return code;
  }

  /** SIGTERM, and then all must be where it should be: exit code 0. */
  public void finish() throws Exception {
    terminate();
    int code = awaitExit();
    Assertions.assertEquals(0, code, () -> "exit code of the collector:\n" + child.out() + err());
    Assertions.assertTrue(summary().get("topic_equals_file").asBoolean(), () -> child.out());
    Assertions.assertEquals(file.count(), summary().get("rows_acknowledged").asLong());
  }

  /** What the ended run said of itself. */
  public JsonNode summary() throws IOException {
    return new ObjectMapper().readTree(child.out());
  }

  /** What the present or last run said on stderr. */
  public String err() {
    return child.err();
  }

  /** Whether the present or last run has said this on stderr. */
  public boolean said(String text) {
    return err().contains(text);
  }

  /** Whether it is up and not frozen. */
  public boolean running() {
    return up() && child.running();
  }

  /** Until the present run says this on stderr; fails if it ends before that. */
  public void awaitSaid(String text) throws Exception {
    Wait.until(
        "the collector says \"" + text + "\"",
        flushTimeout,
        () -> {
          Assertions.assertTrue(up() || said(text), () -> "the collector ended:\n" + err());
          return said(text);
        });
  }

  /** SIGTERM, and then its shipping must have been stopped by what it says: exit code 1. */
  public void finishStopped(String why) throws Exception {
    awaitMoreRows(3);
    terminate();
    Assertions.assertEquals(1, awaitExit(), () -> child.out() + err());
    String problem = summary().get("problem").asText();
    Assertions.assertTrue(problem.contains(why), problem);
    Assertions.assertFalse(summary().get("topic_equals_file").asBoolean(), child.out());
    file.check();
  }

  /** Every tick that was due in its only run is a row, or counted as lost. */
  public void requireTicksCounted() throws IOException {
    JsonNode summary = summary();
    double intervalMs = summary.get("interval_ms").asDouble();
    double due = summary.get("elapsed_ns").asDouble() / NS_PER_MS / intervalMs;
    long counted =
        summary.get("run_rows").asLong()
            + summary.get("ticks_missed").asLong()
            + summary.get("ticks_malformed").asLong()
            + summary.get("ticks_unwritten").asLong();
    double lateMs = summary.get("lateness_max_ns").asDouble() / NS_PER_MS;
    Assertions.assertEquals(due, counted, 2 + (END_MS + lateMs) / intervalMs, summary::toString);
  }

  /** If there is one beside the file: it does not contradict itself. */
  public void requireSoundManifest() throws IOException {
    Path manifest = file.path().resolveSibling("host_proc.episode.json");
    if (Files.exists(manifest)) {
      byte[] json = Files.readAllBytes(manifest);
      Assertions.assertNull(Manifest.fromJson(json).contradiction(), new String(json));
    }
  }

  /** Ends it, if it runs. */
  public void end() {
    if (up()) {
      child.kill();
    }
  }

  /** Copies its file and what stands beside it, as if for another host. */
  public void copyFilesTo(Path output) throws IOException {
    Files.createDirectories(output.getParent());
    Files.copy(file.path(), output);
    String manifest = "host_proc.episode.json";
    Files.copy(file.path().resolveSibling(manifest), output.resolveSibling(manifest));
  }
}
