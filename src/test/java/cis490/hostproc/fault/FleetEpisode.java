package cis490.hostproc.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.testkit.Cadence;
import cis490.hostproc.testkit.RowsFile;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Assertions;

/** One episode of a fleet: its file, its manifest and its topic, as a bystander sees them. */
final class FleetEpisode {

  private static final double NS_PER_MS = 1e6;

  /** The tick that finds the end, and one at each end that may or may not be due. */
  private static final double TICKS_AT_THE_ENDS = 3;

  private final String id;
  private final RowsFile file;

  /** Lies in a folder that has its id. */
  FleetEpisode(Path folder) {
    this.id = folder.getFileName().toString();
    this.file = new RowsFile(folder.resolve("host_proc.jsonl"));
  }

  String id() {
    return id;
  }

  RowsFile file() {
    return file;
  }

  String topic() {
    return "oracle.host-proc." + id;
  }

  Path manifestFile() {
    return file.path().resolveSibling("host_proc.episode.json");
  }

  JsonNode manifest() throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(manifestFile()));
  }

  boolean isSealed() throws IOException {
    return Files.exists(manifestFile()) && manifest().get("state").asText().equals("sealed");
  }

  /** Cheaper than counting rows. */
  long bytes() throws IOException {
    return Files.exists(file.path()) ? Files.size(file.path()) : 0;
  }

  /** What it has by now stays, and what comes next is another run's. */
  void pause() throws IOException {
    file.look();
    file.pause();
  }

  /** Its topic must be its file, byte for byte. */
  Oracle.Count requireExact(String address) throws IOException {
    file.look();
    file.check();
    List<ConsumerRecord<String, String>> committed = Oracle.committed(address, topic());
    List<String> values = Oracle.values(committed);
    Oracle.Count count = Oracle.compare(file.rows(), values);
    Assertions.assertEquals(new Oracle.Count(0, 0, 0), count, id);
    StringBuilder topic = new StringBuilder();
    values.forEach(value -> topic.append(value).append('\n'));
    Assertions.assertArrayEquals(file.complete(), topic.toString().getBytes(UTF_8), id);
    Oracle.checkHeaders(committed);
    return count;
  }

  /** It is sealed, has ended as it should, and each tick of each run is accounted for. */
  void requireSealed(List<String> endReasons) throws IOException {
    JsonNode manifest = manifest();
    Assertions.assertEquals("sealed", manifest.get("state").asText(), manifest::toString);
    Assertions.assertEquals(file.count(), manifest.get("rows").asLong(), manifest::toString);
    Assertions.assertTrue(
        endReasons.contains(manifest.get("end_reason").asText()),
        () -> "one of " + endReasons + ": " + manifest);
    requireSound();
  }

  /** Its shipping was stopped: all rows are in the file, and nobody says that they have arrived. */
  void requireStopped() throws IOException {
    file.look();
    file.check();
    Assertions.assertEquals("ended", manifest().get("state").asText(), id);
    requireSound();
  }

  /** What another host would have of it now. */
  void copyTo(Path output) throws IOException {
    Files.createDirectories(output.getParent());
    Files.copy(manifestFile(), output.resolveSibling(manifestFile().getFileName()));
    Files.copy(file.path(), output);
  }

  /** It does not contradict itself, and each tick of each run is accounted for. */
  void requireSound() throws IOException {
    JsonNode manifest = manifest();
    Assertions.assertNull(
        Manifest.fromJson(Files.readAllBytes(manifestFile())).contradiction(), manifest::toString);
    List<String> rows = file.rows();
    long first = 0;
    for (JsonNode run : manifest.get("runs")) {
      Assertions.assertEquals(first, run.get("first_row").asLong(), manifest::toString);
      long next = first + run.get("rows").asLong();
      requireTicks(run, rows.subList((int) first, (int) next));
      first = next;
    }
    Assertions.assertEquals(rows.size(), first, manifest::toString);
  }

  /**
   * No tick between its rows is forgotten, and none is counted that was not due. A killed run has
   * counted nothing.
   */
  private void requireTicks(JsonNode run, List<String> rows) {
    if (run.get("ticks_missed").isNull()) {
      return;
    }
    long counted =
        rows.size()
            + run.get("ticks_missed").asLong()
            + run.get("ticks_malformed").asLong()
            + run.get("ticks_unwritten").asLong();
    double intervalNs = run.get("interval_ms").asLong() * NS_PER_MS;
    double dueNs = run.get("ended_wall_ns").asLong() - run.get("started_wall_ns").asLong();
    long fromFirstToLast =
        rows.isEmpty() ? 0 : tick(rows, rows.size() - 1, intervalNs) - tick(rows, 0, intervalNs);
    Assertions.assertTrue(
        counted >= fromFirstToLast && counted <= dueNs / intervalNs + TICKS_AT_THE_ENDS,
        () ->
            id
                + ": "
                + counted
                + " ticks counted, "
                + fromFirstToLast
                + " from the first row to"
                + " the last, "
                + dueNs / intervalNs
                + " due: "
                + run);
  }

  private static long tick(List<String> rows, int row, double intervalNs) {
    return (long) (RowsFile.number(rows.get(row), "t_mono_ns") / intervalNs);
  }

  Cadence cadence(int intervalMs) throws IOException {
    return file.cadence(intervalMs);
  }
}
