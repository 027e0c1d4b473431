package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code hostproc retire}: deletes a topic only with a proof, and only if told to. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RetireIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final String episode = "retire-" + UUID.randomUUID();
  private final String topic = "oracle.host-proc." + episode;
  private Path file;

  @BeforeEach
  void collect() {
    file = folder.resolve("host_proc.jsonl");
    Hostproc run =
        hostproc(
            "collect",
            "--episode",
            episode,
            "--interval-ms",
            "10",
            "--duration-s",
            "0.3",
            "--output",
            "host_proc.jsonl",
            "--",
            "sleep",
            "99");
    assertEquals(0, run.exitCode(), run.err());
  }

  @Test
  void aFileThatIsCompleteIsAProofAndADryRunAltersNothing() throws Exception {
    long rows = Hostproc.lines(file);
    Hostproc dry = retire("--file", at("host_proc.jsonl"));
    assertEquals(0, dry.exitCode(), dry.out() + dry.err());
    assertEquals("", dry.err());
    dry.assertSays("topic              " + topic + ", " + rows + " rows\n");
    dry.assertSays("proved by          " + file + ", row by row, and the sealed manifest\n");
    dry.assertSays("retired            not yet: a dry run; with --delete");
    assertTrue(topicIsThere());
    assertEquals("sealed", state());

    Hostproc run = retire("--file", at("host_proc.jsonl"), "--delete");
    assertEquals(0, run.exitCode(), run.out() + run.err());
    run.assertSays("retired            yes, the topic is deleted\n");
    assertFalse(topicIsThere());
    assertEquals("retired", state());
    assertEquals("retired", manifestBeside().get("state").asText());

    // Its rows are elsewhere: none of these makes a topic anew.
    assertRefused(hostproc("ship", "--episode", episode, at("host_proc.jsonl")), "retired episode");
    assertRefused(collectAgain(), "retired episode");
    assertRefused(retire("--file", at("host_proc.jsonl")), "no topic " + topic);
    assertFalse(topicIsThere());
    Hostproc list = hostproc("episodes");
    String line = list.out().lines().filter(l -> l.startsWith(episode)).findFirst().orElseThrow();
    assertTrue(line.matches(episode + " +retired +" + rows + " +- +- .*"), line);
  }

  @Test
  void whatExportWroteIsAProof() throws Exception {
    assertEquals(0, hostproc("export", "--episode", episode, "--output", at("b.jsonl")).exitCode());
    Hostproc run = retire("--file", at("b.jsonl"), "--delete");
    assertEquals(0, run.exitCode(), run.out() + run.err());
    assertFalse(topicIsThere());

    // Neither the file nor what lies beside it knows: Kafka is asked before a topic is made.
    Hostproc ship = hostproc("ship", "--episode", episode, at("host_proc.jsonl"));
    assertEquals(1, ship.exitCode(), ship.err());
    assertTrue(ship.err().contains("the episode " + episode + " is retired"), ship.err());
    Files.delete(file);
    Files.delete(folder.resolve("host_proc.episode.json"));
    Hostproc collect = collectAgain();
    assertEquals(1, collect.exitCode(), collect.err());
    assertTrue(collect.err().contains("the episode " + episode + " is retired"), collect.err());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) TestBroker.address()))) {
      assertFalse(admin.listTopics().names().get().contains(topic), "not even an empty one");
    }
    assertEquals("retired", state());
  }

  @Test
  void whatTheLakeHasIsAProof() throws Exception {
    Files.writeString(folder.resolve("lake.jsonl"), String.join("\n", lakeRows()) + "\n");
    Hostproc run = retire("--lake-rows", at("lake.jsonl"), "--delete");
    assertEquals(0, run.exitCode(), run.out() + run.err());
    run.assertSays(
        "proved by          " + at("lake.jsonl") + ", row by row, and the sealed manifest\n");
    assertFalse(topicIsThere());
  }

  @Test
  void aRowThatTheLakeHasNotKeepsTheTopic() throws Exception {
    List<String> rows = lakeRows();
    rows.remove(4);
    Files.writeString(folder.resolve("lake.jsonl"), String.join("\n", rows) + "\n");
    Hostproc run = retire("--lake-rows", at("lake.jsonl"), "--delete");
    assertEquals(1, run.exitCode());
    run.assertSays(
        "retired            no: the lake's rows are not the topic's: row 4 is missing\n");
    assertTrue(topicIsThere());
    assertEquals("sealed", state());

    Files.writeString(folder.resolve("lake.jsonl"), "");
    Hostproc none = retire("--lake-rows", at("lake.jsonl"), "--delete");
    assertEquals(1, none.exitCode());
    none.assertSays("row 0 is missing, and all behind it\n");
    assertTrue(topicIsThere());
  }

  @Test
  void aRowThatTheFileHasNotKeepsTheTopic() throws Exception {
    List<String> lines = Files.readAllLines(file);
    Files.writeString(folder.resolve("cut.jsonl"), String.join("\n", lines.subList(0, 7)) + "\n");
    Hostproc run = retire("--file", at("cut.jsonl"), "--delete");
    assertEquals(1, run.exitCode());
    run.assertSays("retired            no: the file is not what the topic holds: row 7 (offset 7)");
    assertTrue(topicIsThere());
  }

  /** The file is what the topic holds, and both lack what the manifest says there was. */
  @Test
  void aTopicThatLacksRowsOfTheManifestStays() throws Exception {
    ObjectNode manifest = manifestBeside();
    long rows = manifest.get("rows").asLong();
    publish(manifest.put("rows", rows + 1));
    for (String[] proof :
        new String[][] {{"--file", at("host_proc.jsonl")}, {"--lake-rows", at("l")}}) {
      Files.writeString(folder.resolve("l"), String.join("\n", lakeRows()) + "\n");
      Hostproc run = retire(proof[0], proof[1], "--delete");
      assertEquals(1, run.exitCode());
      run.assertSays("no: the topic has " + rows + " rows, the manifest says " + (rows + 1) + "\n");
    }
    publish(manifest.put("rows", rows).put("chain", "0".repeat(64)));
    Hostproc chain = retire("--file", at("host_proc.jsonl"), "--delete");
    assertEquals(1, chain.exitCode());
    chain.assertSays("retired            no: the file's hash is ");
    Hostproc lake = retire("--lake-rows", at("l"), "--delete");
    assertEquals(1, lake.exitCode());
    lake.assertSays("retired            no: the topic's hash is ");
    assertTrue(topicIsThere());
  }

  @Test
  void anEpisodeThatIsNotSealedStays() throws Exception {
    publish(manifestBeside().put("state", "ended"));
    assertRefused(retire("--file", at("host_proc.jsonl"), "--delete"), "is not sealed (ended)");
    Hostproc none =
        hostproc("retire", "--episode", "none-" + episode, "--file", at("host_proc.jsonl"));
    assertRefused(none, "Kafka has no manifest of none-" + episode);
    assertTrue(topicIsThere());
  }

  /** Killed between the two: the manifest says retired, and the topic is still there. */
  @Test
  void aRetirementThatWasInterruptedIsFinished() throws Exception {
    publish(manifestBeside().put("state", "retired"));
    Hostproc run = retire("--file", at("host_proc.jsonl"), "--delete");
    assertEquals(0, run.exitCode(), run.out() + run.err());
    assertFalse(topicIsThere());
  }

  private List<String> lakeRows() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      ObjectNode row = (ObjectNode) JSON.readTree(line);
      rows.add(row.put("episode_id", episode).put("seq", rows.size()).toString());
    }
    return rows;
  }

  private Hostproc collectAgain() {
    return hostproc(
        "collect",
        "--episode",
        episode,
        "--append-other-process",
        "--output",
        "host_proc.jsonl",
        "--",
        "true");
  }

  private Hostproc retire(String... args) {
    List<String> all = new ArrayList<>(List.of("retire", "--episode", episode));
    all.addAll(List.of(args));
    return hostproc(all.toArray(String[]::new));
  }

  private Hostproc hostproc(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(1, List.of("--bootstrap-servers", TestBroker.address()));
    String[] words = all.toArray(String[]::new);
    return args[0].equals("collect") ? Hostproc.run(folder, words) : Hostproc.call(words);
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private boolean topicIsThere() {
    return !TestTopics.asFileIfThere(TestBroker.address(), topic).isEmpty();
  }

  private String state() throws IOException {
    String last = "";
    for (var record : TestTopics.committed(TestBroker.address(), "oracle.episodes")) {
      if (new String(record.key(), UTF_8).equals(episode)) {
        last = JSON.readTree(record.value()).get("state").asText();
      }
    }
    return last;
  }

  private ObjectNode manifestBeside() throws IOException {
    return (ObjectNode) JSON.readTree(folder.resolve("host_proc.episode.json").toFile());
  }

  private void publish(ObjectNode manifest) throws Exception {
    byte[] key = episode.getBytes(UTF_8);
    try (var producer = TestTopics.producer(null)) {
      byte[] value = manifest.toString().getBytes(UTF_8);
      producer.send(new ProducerRecord<>("oracle.episodes", 0, key, value)).get();
    }
  }

  private static void assertRefused(Hostproc run, String why) {
    assertEquals(1, run.exitCode(), run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(why), run.err());
  }
}
