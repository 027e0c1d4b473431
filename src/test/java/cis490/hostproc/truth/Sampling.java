package cis490.hostproc.truth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Wait;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code hostproc collect} of the built jar on one process, and its rows while they come. */
final class Sampling implements AutoCloseable {

  static final int INTERVAL_MS = 10;
  static final long INTERVAL_NS = 1_000_000L * INTERVAL_MS;
  private static final Duration ROW_WITHIN = Duration.ofSeconds(30);

  private final Hostproc run;
  private final Path manifest;
  private final InputStream file;
  private final List<Sample> rows = new ArrayList<>();
  private String cut = "";

  private Sampling(Hostproc run, Path file) throws Exception {
    this.run = run;
    this.manifest = file.resolveSibling("host_proc.episode.json");
    Wait.until("a file of rows", ROW_WITHIN, () -> Files.exists(file) || !run.alive());
    assertTrue(run.alive(), run::err);
    this.file = Files.newInputStream(file);
  }

  /** Begins, every 10 ms, and waits for the first row. */
  static Sampling of(long pid, Path folder, String... more) throws Exception {
    List<String> options = new ArrayList<>(List.of("collect", "--episode", "truth", "--offline"));
    options.addAll(List.of("--pid", Long.toString(pid)));
    options.addAll(List.of("--interval-ms", Integer.toString(INTERVAL_MS)));
    options.addAll(List.of(more));
    Hostproc run = Hostproc.start(folder, options.toArray(String[]::new));
    Sampling sampling = new Sampling(run, folder.resolve("episodes/truth/host_proc.jsonl"));
    sampling.await(1);
    return sampling;
  }

  /** All that are complete by now. */
  List<Sample> rows() throws IOException {
    String text = cut + new String(file.readAllBytes(), UTF_8);
    int end = text.lastIndexOf('\n') + 1;
    cut = text.substring(end);
    for (String line : text.substring(0, end).lines().toList()) {
      rows.add(Sample.of(line));
    }
    return rows;
  }

  /** The last one that was complete when this was called: its reading had ended by then. */
  Sample rowBefore() throws IOException {
    rows();
    return rows.get(rows.size() - 1);
  }

  /**
   * The first one whose reading began after this was called. The next row may have been under way;
   * the one after that began when the next was in the file, which it is not yet.
   */
  Sample rowAfter() throws Exception {
    int known = rows().size();
    await(known + 2);
    return rows.get(known + 1);
  }

  private void await(int count) throws Exception {
    Wait.until(
        count + " rows",
        ROW_WITHIN,
        () -> {
          assertTrue(rows().size() >= count || run.alive(), run::err);
          return rows.size() >= count;
        });
  }

  Hostproc run() {
    return run;
  }

  /** Waits until it has ended by itself; all its rows. */
  List<Sample> ended(Duration within) throws Exception {
    Wait.until("the end of the collector", within, () -> !run.alive());
    assertEquals(0, run.exitCode(), run::err);
    return rows();
  }

  /** SIGTERM; all its rows. */
  List<Sample> end() throws Exception {
    run.terminate();
    return ended(Duration.ofSeconds(60));
  }

  JsonNode manifest() throws IOException {
    return new ObjectMapper().readTree(manifest.toFile());
  }

  @Override
  public void close() throws IOException {
    file.close();
    Hostproc.endAll();
  }
}
