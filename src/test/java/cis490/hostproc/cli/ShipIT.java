package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.Seed;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code hostproc ship}: files of any origin into their topics, whatever comes in between. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ShipIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final String episode = "ship-" + UUID.randomUUID();

  @Test
  void aFileOfThePythonSamplerArrivesAndIsSealed() throws Exception {
    Path file = write(1_000);
    Hostproc run = ship(file);

    assertEquals(0, run.exitCode(), run.err());
    assertTopicHolds(Files.readString(file));
    assertTrue(
        run.err()
            .matches(
                "(?s).*1,000 shipped in [0-9.]+ s, read back in [0-9.]+ s \\(connected in [0-9.]+ s\\), .*"),
        run.err());
    assertTrue(run.err().contains("topic equals file  yes"), run.err());
    JsonNode manifest = manifest(file);
    assertEquals("sealed", manifest.get("state").asText());
    assertEquals("unknown", manifest.get("end_reason").asText());
    assertEquals(1_000, manifest.get("rows").asLong());
    assertEquals(1_000, manifest.get("rows_acknowledged").asLong());
    assertEquals(Files.size(file), manifest.get("bytes").asLong());
    assertTrue(manifest.get("pid").isNull());
    assertTrue(manifest.get("lines_skipped").isNull());
    assertEquals(row(0).get("t_wall_ns"), manifest.get("started_wall_ns"));
    assertEquals(row(999).get("t_wall_ns"), manifest.get("ended_wall_ns"));
    assertEquals(manifest, manifestInKafka());
  }

  @Test
  void shippedTwiceIsThereOnceAndGrownSinceThenToo() throws Exception {
    Path file = write(100);
    assertEquals(0, ship(file).exitCode());
    Hostproc again = ship(file);
    assertEquals(0, again.exitCode(), again.err());
    assertTrue(again.err().contains(" 0 shipped in "), again.err());
    assertTrue(again.err().contains("100 were in the topic already"), again.err());

    append(file, 100, 150);
    Hostproc grown = ship(file);
    assertEquals(0, grown.exitCode(), grown.err());
    assertTopicHolds(Files.readString(file));
    assertEquals(150, manifest(file).get("rows").asLong());
  }

  @Test
  void aLineThatIsNoRowIsRefusedBeforeAnythingIsSent() throws Exception {
    Path file = write(50);
    Files.writeString(file, "{\"t_mono_ns\": 1}\nnonsense\n", StandardOpenOption.APPEND);
    append(file, 50, 60);
    byte[] before = Files.readAllBytes(file);
    Hostproc run = ship(file);

    assertEquals(1, run.exitCode());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(file.getFileName() + ":51: not a valid row: "), run.err());
    assertTrue(run.err().contains("(and 1 more lines); --skip-invalid"), run.err());
    assertEquals("", TestTopics.asFileIfThere(TestBroker.address(), topic()));
    assertFalse(Files.exists(manifestOf(file)));
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void linesThatAreNoRowsCanBeLeftOut() throws Exception {
    Path file = write(50);
    String first = Files.readString(file);
    Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);
    append(file, 50, 60);
    String rows = first + Files.readString(file).substring(first.length() + 9);
    Files.writeString(file, "\n{}\n", StandardOpenOption.APPEND);
    for (int round = 0; round < 2; round++) {
      Hostproc run = ship(file, "--skip-invalid");

      assertEquals(0, run.exitCode(), run.err());
      assertTrue(run.err().contains("lines skipped      3, the first "), run.err());
      assertTopicHolds(rows);
      assertEquals(60, manifest(file).get("rows").asLong());
      assertEquals(3, manifest(file).get("lines_skipped").asLong());
      assertEquals(Files.size(file), manifest(file).get("bytes").asLong());
    }
    append(file, 60, 70);
    Hostproc strict = ship(file);
    assertEquals(1, strict.exitCode());
    assertTrue(strict.err().contains(":51: not a valid row"), strict.err());
    assertTopicHolds(rows);
  }

  @Test
  void aTornLastRowIsNeitherShippedNorCut() throws Exception {
    Path file = write(20);
    String whole = Files.readString(file);
    Files.writeString(file, "{\"t_mono_ns\": 20", StandardOpenOption.APPEND);
    Hostproc run = ship(file);

    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().contains("16 bytes of a row that is not complete"), run.err());
    assertTopicHolds(whole);
    assertEquals(whole + "{\"t_mono_ns\": 20", Files.readString(file));
  }

  @Tag("long")
  @Test
  void killedAnywhereItEndsExact() throws Exception {
    SplittableRandom random = Seed.random("ShipIT");
    Path file = write(60_000);
    for (int kill = 0; kill < 6; kill++) {
      Hostproc killed = shipping(file);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(1_500)));
      killed.kill();
      killed.exitCode();
    }
    Hostproc last = ship(file);
    assertEquals(0, last.exitCode(), last.err());
    assertTopicHolds(Files.readString(file));
  }

  @Test
  void aFileThatGrowsIsFollowedUntilStopped() throws Exception {
    Path file = write(0);
    Hostproc run = shipping(file, "--follow");
    String half = line(200).substring(0, 40);
    for (int row = 0; row < 200; row += 10) {
      append(file, row, row + 10);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    Files.writeString(file, half, StandardOpenOption.APPEND);
    run.await(() -> inTopic() == 200);
    assertTrue(run.alive());
    Files.writeString(file, line(200).substring(40) + "\n", StandardOpenOption.APPEND);
    run.await(() -> inTopic() == 201);
    run.terminate();

    assertEquals(0, run.exitCode(), run.err());
    assertTopicHolds(Files.readString(file));
    assertEquals(201, manifest(file).get("rows").asLong());
  }

  @Test
  void aLineThatIsNoRowEndsTheFollowingAfterTheRowsBeforeIt() throws Exception {
    Path file = write(10);
    Hostproc run = shipping(file, "--follow");
    run.await(() -> inTopic() == 10);
    append(file, 10, 15);
    Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);
    append(file, 15, 20);

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains(file.getFileName() + ":16: not a valid row"), run.err());
    assertEquals(15, inTopic());
  }

  /** The shipper is stopped in mid-work, so that it is certain what comes between. */
  @Test
  void aFileThatHasGrownOrIsAnotherByTheEndIsNotSealed() throws Exception {
    Path file = write(100_000);
    Hostproc grown = shipping(file);
    grown.await(() -> hasBegun());
    grown.signal("STOP");
    append(file, 100_000, 100_001);
    grown.signal("CONT");
    assertEquals(1, grown.exitCode(), grown.err());
    assertTrue(grown.err().contains(" bytes meanwhile: not sealed; ship it again"), grown.err());
    assertEquals("open", manifestInKafka().get("state").asText());

    Hostproc other = shipping(file);
    other.await(() -> hasOpen(other, file));
    other.signal("STOP");
    Path moved = Files.move(file, folder.resolve("moved.jsonl"));
    Files.copy(moved, file);
    other.signal("CONT");
    assertEquals(1, other.exitCode(), other.err());
    assertTrue(other.err().contains(" is another file by now: not sealed"), other.err());
    assertEquals(0, ship(file).exitCode());
    assertEquals("sealed", manifestInKafka().get("state").asText());
    assertTopicHolds(Files.readString(file));
  }

  /** From then on it looks at each line before it ships any. */
  private static boolean hasOpen(Hostproc run, Path file) {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(run.pid()), "fd"))) {
      return open.anyMatch(each -> leadsTo(each, file));
    } catch (IOException endedMeanwhile) {
      return false;
    }
  }

  private static boolean leadsTo(Path link, Path file) {
    try {
      return Files.readSymbolicLink(link).equals(file);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  @Test
  void aFileThatLosesRowsEndsTheFollowing() throws Exception {
    Path file = write(10);
    Hostproc run = shipping(file, "--follow");
    run.await(() -> inTopic() == 10);
    try (FileChannel cut = FileChannel.open(file, StandardOpenOption.WRITE)) {
      cut.truncate(4L * (line(0).length() + 1));
    }

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("shipping stopped: " + file + ": has become"), run.err());
    assertTrue(run.err().contains("topic equals file  no: " + file), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
    assertEquals(10, inTopic());
  }

  @Test
  void aCollectorThatShipsNothingIsFollowedToItsEnd() throws Exception {
    Path file = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    Hostproc collect = collect("--offline");
    collect.awaitLines(file, 5);

    Hostproc refused = ship(file);
    assertEquals(1, refused.exitCode());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(refused.err().contains("is being written by a collector; --follow"), refused.err());

    Hostproc run = shipping(file, "--follow");
    run.await(() -> inTopic() > 10);
    assertEquals("open", manifestInKafka().get("state").asText());
    collect.terminate();

    assertEquals(0, collect.exitCode(), collect.err());
    assertEquals(0, run.exitCode(), run.err());
    assertTopicHolds(Files.readString(file));
    JsonNode manifest = manifest(file);
    assertEquals("sealed", manifest.get("state").asText());
    assertEquals("signal", manifest.get("end_reason").asText());
    assertEquals(manifest, manifestInKafka());
  }

  @Test
  void stoppedBeforeTheCollectorItLeavesTheEpisodeOpen() throws Exception {
    Path file = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    Hostproc collect = collect("--offline");
    collect.awaitLines(file, 5);
    Hostproc run = shipping(file, "--follow");
    run.await(() -> inTopic() > 5);
    run.terminate();

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("open", manifest(file).get("state").asText());
    assertEquals("open", manifestInKafka().get("state").asText());
    collect.terminate();
    assertEquals(0, collect.exitCode(), collect.err());
    assertEquals(0, ship(file).exitCode());
    assertTopicHolds(Files.readString(file));
    assertEquals("sealed", manifestInKafka().get("state").asText());
  }

  @Test
  void besideACollectorThatShipsItselfItYields() throws Exception {
    Path file = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    Hostproc collect = collect("--bootstrap-servers", TestBroker.address());
    collect.awaitLines(file, 5);
    collect.await(() -> inTopic() > 0);
    Hostproc run = shipping(file, "--follow");

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("fenced twice: another collector writes to"), run.err());
    long before = inTopic();
    collect.await(() -> inTopic() > before);
    collect.terminate();
    assertEquals(0, collect.exitCode(), collect.err());
    assertTopicHolds(Files.readString(file));
  }

  @Test
  void whatAKilledCollectorLeftIsShippedAndItsEpisodeClosed() throws Exception {
    Path file = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    Hostproc collect = collect("--bootstrap-servers", "127.0.0.1:1");
    collect.awaitLines(file, 10);
    collect.kill();
    collect.exitCode();
    Hostproc run = ship(file);

    assertEquals(0, run.exitCode(), run.err());
    JsonNode manifest = manifest(file);
    assertEquals("sealed", manifest.get("state").asText());
    assertEquals("unknown", manifest.get("end_reason").asText());
    assertEquals(Hostproc.lines(file), manifest.get("rows").asLong());
    assertEquals(Hostproc.lines(file), manifest.at("/runs/0/rows").asLong());
    assertEquals("unknown", manifest.at("/runs/0/end_reason").asText());
    assertEquals(manifest, manifestInKafka());
  }

  @Test
  void theCommandThatCollectNamesShipsTheRest() throws Exception {
    Hostproc collect =
        collect(
            "--bootstrap-servers", "127.0.0.1:1", "--duration-s", "1", "--flush-timeout-s", "1");
    assertEquals(1, collect.exitCode());
    String next = collect.err().replaceFirst("(?s).*next +(.*)\n", "$1");
    assertTrue(next.startsWith(Program.LAUNCHER + " ship --episode "), next);

    Hostproc run =
        Hostproc.startCommand(
            folder, List.of("sh", "-c", next.replace("127.0.0.1:1", TestBroker.address())));
    assertEquals(0, run.exitCode(), run.err());
    Path file = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    assertTopicHolds(Files.readString(file));
    assertEquals("duration", manifest(file).get("end_reason").asText());
  }

  @Test
  void aFileThatHasLostOrChangedRowsSinceItsEndIsRefused() throws Exception {
    Path file = write(30);
    assertEquals(0, ship(file).exitCode());
    String whole = Files.readString(file);
    Files.writeString(file, whole.substring(0, whole.indexOf('\n', 3_000) + 1));
    Hostproc shorter = ship(file);
    assertEquals(1, shorter.exitCode());
    assertEquals(1, shorter.err().lines().count(), shorter.err());
    assertTrue(shorter.err().contains("when its episode ended it had"), shorter.err());

    Files.writeString(file, whole.replaceFirst("\"rss_bytes\": .", "\"rss_bytes\": 9"));
    Hostproc altered = ship(file);
    assertEquals(1, altered.exitCode());
    assertEquals(1, altered.err().lines().count(), altered.err());
    assertTrue(altered.err().contains("was altered after its episode ended"), altered.err());
    assertTopicHolds(whole);
  }

  @Test
  void anotherEpisodesFileIsRefused() throws Exception {
    Path file = write(5);
    assertEquals(0, ship(file).exitCode());
    Hostproc run =
        Hostproc.call(
            "ship",
            "--episode",
            "other",
            file.toString(),
            "--bootstrap-servers",
            TestBroker.address());
    assertEquals(1, run.exitCode());
    assertEquals("hostproc ship: " + file + " is of the episode " + episode + "\n", run.err());
  }

  @Test
  void aTopicWithOtherRowsIsLeftAsItIs() throws Exception {
    Path file = write(20);
    assertEquals(0, ship(file).exitCode());
    String there = Files.readString(file);
    Path other = folder.resolve("other.jsonl");
    Files.writeString(other, there.replace("\"rss_bytes\": 7", "\"rss_bytes\": 8"));
    Hostproc run = ship(other);

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("topic equals file  no: "), run.err());
    assertTrue(run.err().contains("row 7 (line 8, offset 7) differs"), run.err());
    assertTopicHolds(there);
  }

  @Test
  void withoutABrokerItGivesUpInTime() throws Exception {
    Path file = write(20);
    Hostproc run =
        Hostproc.call(
            "ship",
            "--episode",
            episode,
            file.toString(),
            "--bootstrap-servers",
            "127.0.0.1:1",
            "--give-up-after-s",
            "1");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("not yet: 20 rows not shipped"), run.err());
    assertTrue(run.err().contains("the same command again, once Kafka takes rows"), run.err());
  }

  @Test
  void aFileThatIsNotThereIsOneLine() {
    Hostproc run = ship(folder.resolve("no.jsonl"));
    assertEquals(1, run.exitCode());
    assertEquals("hostproc ship: " + folder.resolve("no.jsonl") + ": no such file\n", run.err());
  }

  private Hostproc ship(Path file, String... options) {
    return Hostproc.call(arguments(file, options));
  }

  /** In a process of its own, for what is done to it meanwhile. */
  private Hostproc shipping(Path file, String... options) {
    return Hostproc.start(folder, arguments(file, options));
  }

  private String[] arguments(Path file, String... options) {
    List<String> args = new ArrayList<>(List.of("ship", "--episode", episode, file.toString()));
    args.addAll(List.of("--bootstrap-servers", TestBroker.address(), "--linger-ms", "200"));
    args.addAll(Arrays.asList(options));
    return args.toArray(String[]::new);
  }

  private Hostproc collect(String... options) throws IOException {
    Process target = Hostproc.target();
    List<String> args =
        new ArrayList<>(
            List.of("collect", "--episode", episode, "--pid", Long.toString(target.pid())));
    args.addAll(List.of("--interval-ms", "20"));
    if (!List.of(options).contains("--offline")) {
      args.addAll(List.of("--linger-ms", "200"));
    }
    args.addAll(Arrays.asList(options));
    return Hostproc.start(folder, args.toArray(String[]::new));
  }

  private Path write(int rows) throws IOException {
    Path file = Files.createFile(folder.resolve("sampler.jsonl"));
    append(file, 0, rows);
    return file;
  }

  private static void append(Path file, int from, int to) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int row = from; row < to; row++) {
      lines.append(line(row)).append('\n');
    }
    Files.writeString(file, lines, StandardOpenOption.APPEND);
  }

  private static JsonNode row(int number) throws IOException {
    return JSON.readTree(line(number));
  }

  /** As Python's json.dumps writes it. */
  static String line(int row) {
    return "{\"t_mono_ns\": "
        + (row * 100_000_000L + 12_345)
        + ", \"t_wall_ns\": "
        + (1_795_000_000_000_000_000L + row * 100_000_000L)
        + ", \"source\": \"host_proc\", \"available_in_deployment\": false,"
        + " \"cpu_user_jiffies\": 1, \"cpu_sys_jiffies\": 2, \"rss_bytes\": "
        + row
        + ", \"vsize_bytes\": 4, \"io_read_bytes\": null, \"io_write_bytes\": null,"
        + " \"voluntary_ctxsw\": 5, \"involuntary_ctxsw\": 6, \"minor_faults\": 7,"
        + " \"major_faults\": 8}";
  }

  private String topic() {
    return "oracle.host-proc." + episode;
  }

  private long inTopic() {
    return TestTopics.asFileIfThere(TestBroker.address(), topic()).lines().count();
  }

  /** Quick to ask, while much is on its way. */
  private boolean hasBegun() {
    return TestTopics.end(TestBroker.address(), topic()) > 0;
  }

  private void assertTopicHolds(String rows) {
    assertEquals(rows, TestTopics.asFileIfThere(TestBroker.address(), topic()));
  }

  private static Path manifestOf(Path file) {
    String name = file.getFileName().toString();
    return file.resolveSibling(name.replace(".jsonl", ".episode.json"));
  }

  private static JsonNode manifest(Path file) throws IOException {
    return JSON.readTree(manifestOf(file).toFile());
  }

  private JsonNode manifestInKafka() throws IOException {
    return JSON.readTree(
        TestTopics.committed(TestBroker.address(), "oracle.episodes").stream()
            .filter(record -> episode.equals(new String(record.key())))
            .reduce((earlier, later) -> later)
            .orElseThrow()
            .value());
  }
}
