package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code hostproc export}: from the topic back into the file that it came from. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ExportIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final String episode = "export-" + UUID.randomUUID();
  private final String topic = "oracle.host-proc." + episode;
  private Path original;
  private Path output;

  @BeforeEach
  void place() {
    original = folder.resolve("host_proc.jsonl");
    output = folder.resolve("back/rows.jsonl");
  }

  /** The capture host has died; what is left is what Kafka has. */
  @Test
  void aLostFileComesBackByteForByteWithItsManifest() throws Exception {
    byte[] kept = collect();
    Path manifest = folder.resolve("host_proc.episode.json");
    byte[] keptManifest = Files.readAllBytes(manifest);
    Files.delete(original);
    Files.delete(manifest);

    Hostproc run = export();
    assertEquals(0, run.exitCode(), run.out() + run.err());
    assertEquals("", run.err());
    assertArrayEquals(kept, Files.readAllBytes(output));
    assertArrayEquals(keptManifest, Files.readAllBytes(folder.resolve("back/rows.episode.json")));
    long rows = Hostproc.lines(output);
    assertTrue(rows >= 20, "rows: " + rows);
    run.assertSays("file               " + output + ", " + rows + " rows, ");
    run.assertSays("; " + rows + " of them are new\n");
    run.assertSays("topic equals file  yes\n");
    run.assertSays("manifest           sealed; rows, bytes and chain agree; now in ");
    run.assertSays("exported           yes\n");

    Hostproc verify = hostproc("verify", "--episode", episode, output.toString());
    assertEquals(0, verify.exitCode(), verify.out() + verify.err());
  }

  @Test
  void anExportThatWasKilledGoesOn() throws Exception {
    byte[] kept = collect();
    Files.createDirectories(output.getParent());
    int second = nthLineEnd(kept, 2);
    Files.write(output, Arrays.copyOf(kept, second + 17));
    Hostproc run = export();
    assertEquals(0, run.exitCode(), run.out() + run.err());
    assertArrayEquals(kept, Files.readAllBytes(output));
    run.assertSays("; " + (Hostproc.lines(output) - 2) + " of them are new\n");

    Hostproc again = export();
    assertEquals(0, again.exitCode(), again.out() + again.err());
    assertArrayEquals(kept, Files.readAllBytes(output));
    again.assertSays("; 0 of them are new\n");
  }

  @Test
  void aFileOfOtherRowsIsNamedAndNotTouched() throws Exception {
    byte[] kept = collect();
    Files.createDirectories(output.getParent());
    String other = "{\"other\": 1}\ntorn";
    Files.writeString(output, other);
    Hostproc run = export();
    assertEquals(1, run.exitCode());
    assertEquals(other, Files.readString(output));
    run.assertSays("topic equals file  no: row 0 (offset 0) differs\n");
    run.assertSays("  in the file      {\"other\": 1}\n");
    run.assertSays("exported           no: the file is not what the topic holds\n");
    assertFalse(Files.exists(folder.resolve("back/rows.episode.json")));

    byte[] longer = Arrays.copyOf(kept, kept.length + 3);
    longer[kept.length] = '{';
    longer[kept.length + 1] = '}';
    longer[kept.length + 2] = '\n';
    Files.write(output, longer);
    Hostproc tooLong = export();
    assertEquals(1, tooLong.exitCode());
    assertArrayEquals(longer, Files.readAllBytes(output));
    tooLong.assertSays(" is in the file and not in the topic\n");
  }

  /** A row that somebody altered, with all else as it should be: the chain tells. */
  @Test
  void aRowThatWasNotShippedSoIsNamed() throws Exception {
    byte[] file = "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n".getBytes(UTF_8);
    List<ProducerRecord<byte[], byte[]>> records = TestTopics.records(topic, episode, file);
    records.set(1, with(records.get(1), episode, "{\"a\": 9}"));
    TestTopics.create(topic, 1, Map.of());
    TestTopics.send(records);
    Hostproc run = export();
    assertEquals(1, run.exitCode());
    run.assertSays("no: row 1 (offset 1) or one before it is not as it was shipped\n");
    run.assertSays("manifest           none in Kafka");
  }

  @Test
  void aRecordOfAnotherKeyOrPlaceIsNamed() throws Exception {
    byte[] file = "{\"a\": 1}\n{\"a\": 2}\n".getBytes(UTF_8);
    List<ProducerRecord<byte[], byte[]>> records = TestTopics.records(topic, episode, file);
    TestTopics.create(topic, 1, Map.of());
    TestTopics.send(List.of(records.get(0), with(records.get(1), "stranger", "{\"a\": 2}")));
    Hostproc key = export();
    assertEquals(1, key.exitCode());
    key.assertSays("no: row 1 (offset 1) has another key\n");
    assertEquals("{\"a\": 1}\n", Files.readString(output));

    TestTopics.delete(topic);
    TestTopics.create(topic, 1, Map.of());
    TestTopics.send(List.of(records.get(1)));
    Hostproc place = export();
    assertEquals(1, place.exitCode());
    place.assertSays("no: row 0 (offset 0) has other headers\n");
  }

  @Test
  void rowsThatTheManifestHasAndTheTopicHasNotAreAFailure() throws Exception {
    collect();
    Path manifest = folder.resolve("host_proc.episode.json");
    ObjectNode more = (ObjectNode) JSON.readTree(manifest.toFile());
    more.put("state", "ended").put("rows", more.get("rows").asLong() + 1);
    publish(more);
    Hostproc run = export();
    assertEquals(1, run.exitCode());
    run.assertSays("manifest           ended, but it says rows " + more.get("rows"));
    run.assertSays("exported           no: the manifest does not agree\n");
  }

  @Test
  void linesThatWereNeverShippedAreTold() throws Exception {
    collect("--offline");
    List<String> lines = new ArrayList<>(Files.readAllLines(original));
    lines.add(3, "no row");
    Files.writeString(original, String.join("\n", lines) + "\n");
    Files.delete(folder.resolve("host_proc.episode.json"));
    Hostproc ship = hostproc("ship", "--episode", episode, original.toString(), "--skip-invalid");
    assertEquals(0, ship.exitCode(), ship.err());
    Hostproc run = export();
    assertEquals(0, run.exitCode(), run.out() + run.err());
    run.assertSays("left out           7 bytes of lines that were not rows");
    lines.remove(3);
    assertEquals(lines, Files.readAllLines(output));
  }

  @Test
  void severalEpisodesEachGetAFileAndOneThatFailsKeepsNoOther() throws Exception {
    byte[] kept = collect();
    Hostproc two =
        hostproc(
            "export",
            "--episode",
            "none-" + episode,
            "--episode",
            episode,
            "--output-dir",
            folder.resolve("all").toString());
    assertEquals(1, two.exitCode());
    assertEquals(
        "hostproc export: episode none-"
            + episode
            + ": no topic oracle.host-proc.none-"
            + episode
            + " on "
            + TestBroker.address()
            + " (hostproc episodes lists what is there)\n",
        two.err());
    Path file = folder.resolve("all/" + episode + "/host_proc.jsonl");
    assertArrayEquals(kept, Files.readAllBytes(file));

    Hostproc all =
        hostproc("export", "--all", "--output-dir", folder.resolve("everything").toString());
    all.exitCode(); // Other tests' topics are there, too, some of them broken on purpose.
    file = folder.resolve("everything/" + episode + "/host_proc.jsonl");
    assertArrayEquals(kept, Files.readAllBytes(file));
  }

  @Test
  void whereThereIsNoTopicThereComesNoFile() {
    Hostproc run = export();
    assertEquals(1, run.exitCode());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("no topic " + topic), run.err());
    assertFalse(Files.exists(output));
  }

  private byte[] collect() throws IOException {
    return collect("--bootstrap-servers=" + TestBroker.address());
  }

  private byte[] collect(String where) throws IOException {
    Hostproc run =
        Hostproc.run(
            folder,
            "collect",
            where,
            "--episode",
            episode,
            "--interval-ms",
            "10",
            "--duration-s",
            "0.5",
            "--output",
            "host_proc.jsonl",
            "--",
            "sleep",
            "99");
    assertEquals(0, run.exitCode(), run.err());
    return Files.readAllBytes(original);
  }

  private Hostproc export() {
    return hostproc("export", "--episode", episode, "--output", output.toString());
  }

  /** With the options before a {@code --}, if there is one. */
  private Hostproc hostproc(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(1, List.of("--bootstrap-servers", TestBroker.address()));
    return Hostproc.call(all.toArray(String[]::new));
  }

  private void publish(ObjectNode manifest) throws Exception {
    byte[] key = episode.getBytes(UTF_8);
    try (var producer = TestTopics.producer(null)) {
      byte[] value = manifest.toString().getBytes(UTF_8);
      producer.send(new ProducerRecord<>("oracle.episodes", 0, key, value)).get();
    }
  }

  private static ProducerRecord<byte[], byte[]> with(
      ProducerRecord<byte[], byte[]> record, String key, String value) {
    return new ProducerRecord<>(
        record.topic(), 0, key.getBytes(UTF_8), value.getBytes(UTF_8), record.headers());
  }

  private static int nthLineEnd(byte[] file, int lines) {
    int at = 0;
    for (int found = 0; found < lines; at++) {
      if (file[at] == '\n') {
        found++;
      }
    }
    return at;
  }
}
