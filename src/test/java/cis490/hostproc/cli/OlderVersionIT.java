package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * An episode that version 0.1.0 (commit b106b00) recorded: its file, its manifest, and what kcat
 * printed of its two topics. This version goes on with all of them.
 */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class OlderVersionIT {

  private static final Path OLD = Path.of("src/test/resources/b106b00");
  private static final String EPISODE = "from-b106b00";
  private static final String TOPIC = "oracle.host-proc." + EPISODE;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Path file;
  private byte[] before;

  @BeforeEach
  void bringBack() throws Exception {
    file = folder.resolve("host_proc.jsonl");
    Files.copy(OLD.resolve("host_proc.jsonl"), file);
    Files.copy(OLD.resolve("host_proc.episode.json"), folder.resolve("host_proc.episode.json"));
    before = Files.readAllBytes(file);
    TestTopics.create(TOPIC, 1, Map.of());
    TestTopics.send(records("rows.kcat", TOPIC));
    TestTopics.createIfMissing("oracle.episodes", Map.of("cleanup.policy", "compact"));
    TestTopics.send(records("manifests.kcat", "oracle.episodes"));
  }

  /** Of lines with the key, the value and the headers of a record, a tab between them. */
  private static List<ProducerRecord<byte[], byte[]>> records(String dump, String topic)
      throws IOException {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String line : Files.readAllLines(OLD.resolve(dump))) {
      String[] parts = line.split("\t", -1);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(topic, 0, parts[0].getBytes(UTF_8), parts[1].getBytes(UTF_8));
      for (String header : parts[2].isEmpty() ? new String[0] : parts[2].split(",")) {
        String[] pair = header.split("=", 2);
        TestTopics.header(record, pair[0], pair[1]);
      }
      records.add(record);
    }
    return records;
  }

  @Test
  void anEpisodeOfVersion010IsShippedVerifiedGoneOnWithExportedAndRetired() throws Exception {
    long rows = Hostproc.lines(file);
    Hostproc ship = call("ship", file.toString());
    assertEquals(0, ship.exitCode(), ship.err());
    assertTrue(ship.err().contains(" 0 shipped in "), ship.err());
    assertTrue(ship.err().contains(rows + " were in the topic already"), ship.err());
    JsonNode old = JSON.readTree(OLD.resolve("host_proc.episode.json").toFile());
    assertSaysTheSame(old, manifest());
    verify();

    Hostproc collect =
        Hostproc.run(
            folder,
            "collect",
            "--episode",
            EPISODE,
            "--append-other-process",
            "--interval-ms",
            "20",
            "--duration-s",
            "0.5",
            "--output",
            file.toString(),
            "--bootstrap-servers",
            TestBroker.address(),
            "--",
            "sleep",
            "9");
    assertEquals(0, collect.exitCode(), collect.err());
    assertArrayEquals(before, Arrays.copyOf(Files.readAllBytes(file), before.length));
    assertTrue(Hostproc.lines(file) > rows, collect.err());
    assertEquals(2, manifest().get("runs").size());
    assertSaysTheSame(old.at("/runs/0"), manifest().at("/runs/0"));
    verify();

    Path back = folder.resolve("back.jsonl");
    Hostproc export = call("export", "--output", back.toString());
    assertEquals(0, export.exitCode(), export.out() + export.err());
    assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(back));

    Hostproc retire = call("retire", "--file", file.toString(), "--delete");
    assertEquals(0, retire.exitCode(), retire.out() + retire.err());
    assertEquals("retired", manifest().get("state").asText());
  }

  private void verify() {
    Hostproc verify = call("verify", file.toString());
    assertEquals(0, verify.exitCode(), verify.out() + verify.err());
    verify.assertSays("manifest           sealed; rows, bytes and chain agree\n");
  }

  /** Fields that version 0.1.0 did not have are null, and lists are empty. */
  private static void assertSaysTheSame(JsonNode old, JsonNode now) {
    if (old.isContainerNode()) {
      assertEquals(old.getNodeType(), now.getNodeType());
      old.fieldNames().forEachRemaining(name -> assertSaysTheSame(old.get(name), now.get(name)));
      now.fieldNames()
          .forEachRemaining(name -> assertTrue(old.has(name) || isNothing(now.get(name)), name));
      for (int index = 0; old.isArray() && index < old.size(); index++) {
        assertSaysTheSame(old.get(index), now.get(index));
      }
    } else {
      assertEquals(old, now);
    }
  }

  private static boolean isNothing(JsonNode value) {
    return value.isNull() || (value.isArray() && value.isEmpty());
  }

  private JsonNode manifest() throws IOException {
    return JSON.readTree(folder.resolve("host_proc.episode.json").toFile());
  }

  private static Hostproc call(String command, String... words) {
    List<String> all = new ArrayList<>(List.of(command, "--episode", EPISODE));
    all.addAll(List.of("--bootstrap-servers", TestBroker.address()));
    all.addAll(List.of(words));
    return Hostproc.call(all.toArray(String[]::new));
  }
}
