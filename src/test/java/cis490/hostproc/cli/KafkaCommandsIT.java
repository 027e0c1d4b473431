package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code consume}, {@code episodes} and {@code broker}, and the embedded broker behind them. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class KafkaCommandsIT {

  @TempDir private Path folder;

  private final String episode = "it-" + UUID.randomUUID();

  /** The README's first command, but for its length; then the one that its summary proposes. */
  @Tag("long")
  @Test
  void aNewcomersFirstRunAndTheNextOne() throws Exception {
    Hostproc first =
        Hostproc.run(
            folder,
            "collect",
            "--episode",
            "demo",
            "--embedded-broker",
            "--duration-s",
            "3",
            "--",
            "sh",
            "-c",
            "while :; do :; done");
    assertEquals(0, first.exitCode(), first.err());
    assertTrue(first.err().contains("topic equals file  yes"), first.err());
    assertFalse(first.err().contains("WARN"), first.err());

    String next =
        first.err().lines().filter(line -> line.startsWith("next")).findFirst().orElseThrow();
    Hostproc second =
        Hostproc.startCommand(folder, List.of("sh", "-c", next.replaceFirst("next +", "")));
    assertEquals(0, second.exitCode(), second.err());
    Path rows = folder.resolve("episodes/demo/host_proc.jsonl");
    assertEquals(Files.readString(rows), second.out());
    assertTrue(Hostproc.lines(rows) >= 25, "some 30 rows: " + Hostproc.lines(rows));

    Hostproc list = Hostproc.run(folder, "episodes", "--embedded-broker");
    assertEquals(0, list.exitCode(), list.err());
    assertTrue(
        list.out().lines().anyMatch(line -> line.matches("demo +sealed +\\d+ .*duration.*")));
  }

  @Test
  void episodesSaysWhatIsMissingInATopic() throws Exception {
    collect("--duration-s", "1").exitCode();
    Path file = folder.resolve("episodes/" + episode + "/host_proc.episode.json");
    ObjectNode manifest = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    long rows = manifest.get("rows").asLong();
    long missed = manifest.get("ticks_missed").asLong();
    assertTrue(rows > 0);
    assertListed("sealed", rows, rows, 0, missed);

    // Told by the topic, not by what the manifest says.
    publish(manifest.put("state", "ended").put("rows", rows + 5).put("rows_acknowledged", 1));
    assertListed("ended", rows + 5, rows, 5, missed);
    publish(manifest.put("rows", rows - 1));
    assertListed("ended", rows - 1, rows, 0, missed);
    publish(manifest.put("rows", rows + 5));

    TestTopics.delete(topic());
    assertListed("ended", rows + 5, 0, rows + 5, missed);
    publish(manifest.put("state", "sealed").put("rows_acknowledged", rows + 5));
    assertListed("sealed", rows + 5, rows + 5, 0, missed);

    publish(manifest.put("state", "ended").putNull("started_wall_ns").putNull("ticks_missed"));
    assertListed("ended", rows + 5, 0, rows + 5, "-  -");
  }

  @Test
  void episodesCountsTheRowsOfACollectorThatWasKilled() {
    Hostproc killed = collect();
    Path rows = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    killed.awaitLines(rows, 10);
    killed.await(() -> !TestTopics.asFileIfThere(TestBroker.address(), topic()).isEmpty());
    killed.kill();
    killed.exitCode();
    // What it left open hides nothing that was committed.
    long inTopic = TestTopics.asFileIfThere(TestBroker.address(), topic()).lines().count();

    String line = listed();
    assertTrue(line.matches(episode + " +open +- +\\d+ +- +0  \\d.* - +-"), line);
    assertTrue(Long.parseLong(line.split(" +")[3]) >= inTopic, line);
  }

  /** A deleted entry is none; a stranger's key is shown without what a terminal would obey. */
  @Test
  void episodesShowsEntriesThatAreThereAndNothingThatATerminalObeys() throws Exception {
    byte[] key = (episode + "-\u001b[31m\u009b7m\n").getBytes(UTF_8);
    byte[] deleted = (episode + "-deleted").getBytes(UTF_8);
    try (var producer = TestTopics.producer(null)) {
      for (byte[] value : new byte[][] {"no manifest".getBytes(UTF_8), null}) {
        producer.send(new ProducerRecord<>("oracle.episodes", 0, deleted, value)).get();
      }
      producer.send(new ProducerRecord<>("oracle.episodes", 0, key, "x".getBytes(UTF_8))).get();
      String line = listed();
      producer.send(new ProducerRecord<>("oracle.episodes", 0, key, null)).get();
      assertTrue(line.startsWith(episode + "-?[31m?7m? "), line);
      assertTrue(line.endsWith("its entry is not a manifest"), line);
    }
    Hostproc list = Hostproc.run(folder, "episodes", "--bootstrap-servers", TestBroker.address());
    assertFalse(list.out().contains(episode), list.out());
  }

  private String topic() {
    return "oracle.host-proc." + episode;
  }

  private Hostproc collect(String... more) {
    List<String> args = new ArrayList<>(List.of("collect", "--episode", episode));
    args.addAll(List.of("--bootstrap-servers", TestBroker.address()));
    args.addAll(List.of(more));
    args.addAll(List.of("--", "sleep", "99"));
    return Hostproc.start(folder, args.toArray(String[]::new));
  }

  private void publish(ObjectNode manifest) throws Exception {
    byte[] key = episode.getBytes(UTF_8);
    byte[] value = manifest.toString().getBytes(UTF_8);
    try (var producer = TestTopics.producer(null)) {
      producer.send(new ProducerRecord<>("oracle.episodes", 0, key, value)).get();
    }
  }

  private void assertListed(String state, Object... columns) {
    String line = listed();
    StringBuilder expected = new StringBuilder(episode + " +" + state);
    for (Object column : columns) {
      expected.append(" +").append(column);
    }
    assertTrue(line.matches(expected + " .*"), line + " is not " + expected);
  }

  /** This episode's line. */
  private String listed() {
    Hostproc list = Hostproc.run(folder, "episodes", "--bootstrap-servers", TestBroker.address());
    assertEquals(0, list.exitCode(), list.err());
    assertEquals("", list.err());
    assertTrue(list.out().startsWith("EPISODE "), list.out());
    return list.out().lines().filter(line -> line.startsWith(episode)).findFirst().orElseThrow();
  }

  /** Even a SIGKILL of the collector takes its embedded broker along. */
  @Test
  void theEmbeddedBrokerEndsWithItsCollector() throws Exception {
    Hostproc run =
        Hostproc.start(
            folder,
            "collect",
            "--episode",
            episode,
            "--embedded-broker=kafka",
            "--",
            "sleep",
            "99");
    run.await(() -> run.err().contains("embedded Kafka is ready"));
    List<ProcessHandle> children = ProcessHandle.of(run.pid()).orElseThrow().descendants().toList();
    assertEquals(2, children.size(), "the command and the broker");
    run.kill();

    ProcessHandle broker =
        children.stream()
            .filter(child -> child.info().command().orElse("").contains("java"))
            .findFirst()
            .orElseThrow();
    broker.onExit().get(60, TimeUnit.SECONDS);
    children.forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void twoCollectorsShareAnEmbeddedBroker() {
    String[] first = {"collect", "--episode", "a", "--embedded-broker", "--", "sleep", "99"};
    Hostproc run = Hostproc.start(folder, first);
    run.await(() -> run.err().contains("embedded Kafka is ready"));
    Hostproc second =
        Hostproc.run(
            folder,
            "collect",
            "--episode",
            "b",
            "--embedded-broker",
            "--duration-s",
            "1",
            "--",
            "sleep",
            "99");
    assertEquals(0, second.exitCode(), second.err());
    assertTrue(second.err().contains("embedded Kafka was running"), second.err());
    run.terminate();
    assertEquals(0, run.exitCode(), run.err());
  }

  @Tag("long")
  @Test
  void collectorsThatStartTogetherShareOneBrokerAndOutliveItsOwner() {
    List<Hostproc> runs = new ArrayList<>();
    for (String episode : List.of("a", "b", "c")) {
      runs.add(
          Hostproc.start(
              folder, "collect", "--episode", episode, "--embedded-broker", "--", "sleep", "99"));
    }
    runs.forEach(run -> run.await(() -> run.err().contains("embedded Kafka")));
    Hostproc owner =
        runs.stream().filter(run -> run.err().contains("is ready")).findFirst().orElseThrow();
    owner.terminate();
    assertEquals(0, owner.exitCode(), owner.err());
    runs.remove(owner);

    // One of the others starts a broker of its own, and the last one shares that.
    runs.get(0).await(() -> runs.get(0).err().contains("shipping again"));
    runs.get(1).await(() -> runs.get(1).err().contains("shipping again"));
    runs.forEach(Hostproc::terminate);
    runs.forEach(run -> assertEquals(0, run.exitCode(), run.err()));
  }

  @Test
  void aBrokerOfItsOwnServesAndStops() throws Exception {
    Hostproc broker = Hostproc.start(folder, "broker", "--port", "0", "--data", "kafka");
    broker.await(() -> broker.err().contains("Kafka is ready on"));
    String address = broker.err().replaceFirst("(?s).*ready on (\\S+),.*", "$1");

    Hostproc second = Hostproc.run(folder, "broker", "--port", "0", "--data", "kafka");
    assertEquals(1, second.exitCode());
    assertTrue(second.err().contains("kafka is in use by another broker"), second.err());
    assertEquals(1, second.err().lines().count(), second.err());

    String port = address.replaceFirst(".*:", "");
    Hostproc third = Hostproc.run(folder, "broker", "--port", port, "--data", "kafka2");
    assertEquals(1, third.exitCode());
    assertTrue(third.err().contains("port " + port), third.err());
    assertEquals(1, third.err().lines().count(), third.err());

    Hostproc none = Hostproc.run(folder, "episodes", "--bootstrap-servers", address);
    assertEquals(0, none.exitCode());
    assertEquals("no episodes yet\n", none.err());

    broker.terminate();
    assertEquals(0, broker.exitCode(), broker.err());
    assertEquals(1, broker.err().lines().count(), broker.err());
  }

  @Test
  void followPrintsRowsAsTheyComeUntilItIsStopped() throws Exception {
    String address = TestBroker.address();
    Hostproc collect =
        Hostproc.start(
            folder,
            "collect",
            "--episode",
            episode,
            "--bootstrap-servers",
            address,
            "--",
            "sleep",
            "99");
    Path rows = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    collect.await(
        () ->
            Hostproc.lines(rows) > 10
                && !TestTopics.asFileIfThere(address, "oracle.host-proc." + episode).isEmpty());
    Hostproc consume =
        Hostproc.start(
            folder, "consume", "--episode", episode, "--bootstrap-servers", address, "--follow");
    consume.await(() -> consume.out().lines().count() > 20);
    collect.terminate();
    assertEquals(0, collect.exitCode(), collect.err());
    consume.await(() -> consume.out().equals(Hostproc.read(rows)));
    consume.terminate();
    assertEquals(0, consume.exitCode(), consume.err());
    assertEquals("", consume.err());
  }

  /** Said once when Kafka is away, once when it is back; and what becomes of the topic. */
  @Tag("long")
  @Test
  void followOutlivesAnOutageAndSaysWhatBecameOfTheTopic() throws Exception {
    Path rows = folder.resolve("rows.jsonl");
    String row = ShipIT.line(1);
    try (Brokers brokers = Brokers.start(folder.resolve("brokers"), 1)) {
      String address = brokers.address();
      String[] ship = {"ship", "--episode", episode, "rows.jsonl", "--bootstrap-servers", address};
      Files.writeString(rows, (row + "\n").repeat(3));
      Hostproc first = Hostproc.run(folder, ship);
      assertEquals(0, first.exitCode(), first.err());
      // Sooner away than by our defaults.
      Files.writeString(folder.resolve("c"), "default.api.timeout.ms=3000\nclient.id=lab\n");
      String[] follow = {
        "consume", "--follow", "--episode", episode, "--bootstrap-servers", address
      };
      Hostproc consume = Hostproc.start(folder, with(follow, "--kafka-config", "c"));
      consume.await(() -> consume.out().lines().count() == 3);
      brokers.kill(0);
      consume.await(() -> consume.err().contains("Kafka on " + address + " does not answer: "));
      brokers.heal();
      consume.await(() -> consume.err().contains("answers again, after "));
      Files.writeString(rows, (row + "\n").repeat(5));
      Hostproc second = Hostproc.run(folder, ship);
      assertEquals(0, second.exitCode(), second.err());
      consume.await(() -> consume.out().lines().count() == 5);
      assertEquals(2, consume.err().lines().count(), consume.err());

      try (Admin admin = brokers.admin()) {
        admin.deleteTopics(List.of(topic())).all().get();
      }
      assertEquals(1, consume.exitCode());
      assertEquals(Files.readString(rows), consume.out());
      String last = consume.err().lines().reduce((before, line) -> line).orElseThrow();
      String why = "hostproc consume: topic " + topic() + " was deleted, after 5 rows of it";
      assertTrue(last.startsWith(why), consume.err());
    }
  }

  private static String[] with(String[] args, String... more) {
    return Stream.of(args, more).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void aReaderThatHasEnoughIsNoFailure() throws Exception {
    String address = TestBroker.address();
    Hostproc.run(
            folder,
            "collect",
            "--episode",
            episode,
            "--bootstrap-servers",
            address,
            "--interval-ms",
            "1",
            "--duration-s",
            "2",
            "--",
            "sleep",
            "99")
        .exitCode();
    String consume = consumeCommand(address);
    Hostproc run =
        Hostproc.startCommand(
            folder, List.of("bash", "-c", "set -o pipefail; " + consume + " | head -n 1"));

    assertEquals(0, run.exitCode(), run.err());
    assertEquals(1, run.out().lines().count());
    assertEquals("", run.err());
  }

  /** What was asked for did not get out; the rows are where they belong all the same. */
  @Test
  void outputThatIsLostIsAFailure() throws Exception {
    String address = TestBroker.address();
    String kafka = " --bootstrap-servers " + address;
    String of = " --episode " + episode + kafka;
    assertLost("collect --summary json" + of, " > /dev/full", " -- true");
    String rows = "episodes/" + episode + "/host_proc.jsonl";
    assertEquals(
        Files.readString(folder.resolve(rows)), TestTopics.asFileIfThere(address, topic()));

    assertLost("consume" + of, " > /dev/full", "");
    assertLost("consume" + of, " >&-", "");
    assertLost("verify " + rows + of, " > /dev/full", "");
    assertLost("export --output copy" + of, " > /dev/full", "");
    assertEquals(Files.readString(folder.resolve(rows)), Hostproc.read(folder.resolve("copy")));
    assertLost("retire --file " + rows + of, " > /dev/full", "");
    assertLost("episodes" + kafka, " > /dev/full", "");
    assertLost("episodes" + kafka, " > gone", "");
  }

  /** {@code > gone} is a pipe whose reader has gone away before anything was written. */
  private void assertLost(String command, String redirection, String rest) {
    String name = command.split(" ")[0];
    String program = Program.LAUNCHER + " ";
    String line =
        redirection.equals(" > gone")
            ? "mkfifo p; exec 3<>p 4>p 3<&-; " + program + command + rest + " >&4"
            : program + command + redirection + rest;
    Hostproc run = Hostproc.startCommand(folder, List.of("bash", "-c", line));
    assertEquals(1, run.exitCode(), run.err());
    List<String> said = run.err().lines().filter(each -> each.startsWith("hostproc")).toList();
    assertEquals(1, said.size(), run.err());
    assertTrue(said.get(0).startsWith("hostproc " + name + ": standard output: "), run.err());
  }

  @Test
  void anEpisodeThatIsNotThereIsOneLine() {
    Hostproc run =
        Hostproc.call("consume", "--episode", episode, "--bootstrap-servers", TestBroker.address());
    assertEquals(1, run.exitCode());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("no topic oracle.host-proc." + episode), run.err());
  }

  @Test
  void aBrokerThatIsNotThereIsOneLine() {
    Hostproc run =
        Hostproc.call(
            "consume",
            "--episode",
            "a",
            "--bootstrap-servers",
            "127.0.0.1:1",
            Hostproc.impatient(folder));
    assertEquals(1, run.exitCode());
    assertEquals("hostproc consume: no Kafka broker answers on 127.0.0.1:1\n", run.err());
  }

  /** For a shell. */
  private String consumeCommand(String address) {
    return System.getProperty("java.home")
        + "/bin/java -jar "
        + Program.JAR
        + " consume --episode "
        + episode
        + " --bootstrap-servers "
        + address;
  }
}
