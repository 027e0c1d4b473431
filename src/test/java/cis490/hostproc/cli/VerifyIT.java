package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code hostproc verify}: what it passes, and what it says of what it does not pass. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class VerifyIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MS = 1_000_000;
  private static final long WALL_NS = 1_795_000_000_000L * MS;

  @TempDir private Path folder;

  private final String episode = "verify-" + UUID.randomUUID();
  private final String topic = "oracle.host-proc." + episode;
  private final List<String> lines = new ArrayList<>();
  private Path file;
  private Process target;

  @BeforeEach
  void startTarget() throws IOException {
    file = folder.resolve("host_proc.jsonl");
    target = Hostproc.target();
    for (int row = 0; row < 10; row++) {
      lines.add(line(row * 100L * MS, 0));
    }
  }

  // What passes.

  @Test
  void whatWasCollectedAndSealedIsVerifiedAndNotTouched() throws Exception {
    collect("--duration-s", "1");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    Map<Path, String> before = folderNow();
    Hostproc run;
    try {
      run = verify();
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    long rows = Hostproc.lines(file);
    assertEquals(0, run.exitCode(), run.out() + run.err());
    assertEquals("", run.err());
    run.assertSays("episode            " + episode);
    run.assertSays("file               " + file + ", " + rows + " rows, ");
    run.assertSays("topic              " + topic + ", " + rows + " rows\n");
    run.assertSays("chain              " + sha256());
    run.assertSays("topic equals file  yes");
    run.assertSays("rows valid         yes");
    run.assertSays("cadence            one every 20 ms, ");
    run.assertSays("wall clock         no steps");
    run.assertSays("manifest           sealed; rows, bytes and chain agree");
    run.assertSays("verified           yes");
    assertEquals(before, folderNow());
  }

  @Test
  void aFileWithoutAManifestCanBeEqualToo() throws Exception {
    write();
    send(records());
    Hostproc run = verify();
    assertEquals(0, run.exitCode(), run.out() + run.err());
    run.assertSays("cadence            one every 100 ms, no gaps\n");
    run.assertSays("manifest           none beside the file");
  }

  @Test
  void gapsAndStepsOfTheClockAreToldAndAreNoFailure() throws Exception {
    lines.add(line(1_400 * MS, 0));
    lines.add(line(1_500 * MS, -3_600_000 * MS));
    lines.add(line(1_800 * MS, -3_600_000 * MS));
    lines.add(line(1_800 * MS, -3_600_000 * MS));
    write();
    send(records());
    Hostproc run = verify();
    assertEquals(0, run.exitCode(), run.out() + run.err());
    run.assertSays(
        "cadence            one every 100 ms, 2 gaps, 6 ticks missing; the longest is 500.0 ms,"
            + " before line 11\n"
            + "                   line 11: 500.0 ms after the row before\n"
            + "                   line 13: 300.0 ms after the row before\n");
    run.assertSays(
        "order              1 row is not later than the row before\n"
            + "                   line 14: +0 µs\n");
    run.assertSays("wall clock         1 step; the largest is -3600.0 s, at line 12\n");
  }

  @Test
  void aGapBetweenTwoRunsIsNamedSo() throws Exception {
    collect("--duration-s", "0.2");
    long first = Hostproc.lines(file);
    collect("--duration-s", "0.2");
    Hostproc run = verify();
    assertEquals(0, run.exitCode(), run.out() + run.err());
    run.assertSays("before line " + (first + 1) + " (run 2 began)\n");
  }

  @Test
  void linesThatWereLeftOutOfTheTopicCanBeLeftOutHere() throws Exception {
    lines.set(3, "{}");
    lines.add("torn" + lines.get(1));
    write();
    Hostproc ship = hostproc("ship", "--skip-invalid");
    assertEquals(0, ship.exitCode(), ship.err());

    Hostproc lenient = verify("--skip-invalid");
    assertEquals(0, lenient.exitCode(), lenient.out() + lenient.err());
    lenient.assertSays("file               " + file + ", 11 rows, ");
    lenient.assertSays(topic + ", 9 rows\n");
    lenient.assertSays(
        "rows valid         yes, except for 2 lines left out; the first, line 4: field t_mono_ns is"
            + " missing\n");
    lenient.assertSays("manifest           sealed; rows, bytes and chain agree");

    Hostproc strict = verify();
    assertEquals(1, strict.exitCode());
    strict.assertSays(
        "rows valid         no, 2 lines; the first, line 4: field t_mono_ns is missing (left out of"
            + " the topic when it was shipped: see --skip-invalid)\n");
    strict.assertSays("topic equals file  no: row 3 (line 4, offset 3) differs\n");
    strict.assertSays("manifest           sealed, but it says rows 9\n");
  }

  // What does not.

  @Test
  void aRowAlteredInTheFileIsShownInBothVersions() throws Exception {
    write();
    send(records());
    String original = lines.get(3);
    lines.set(3, original.replace("\"rss_bytes\": 3", "\"rss_bytes\": 4"));
    write();
    Hostproc run = verify();
    assertEquals(1, run.exitCode());
    run.assertSays(
        "topic equals file  no: row 3 (line 4, offset 3) differs\n"
            + "  in the file      "
            + lines.get(3)
            + "\n  in the topic     "
            + original
            + "\n");
    run.assertSays("verified           no: the topic does not equal the file\n");
    assertEquals("", run.err());
  }

  @Test
  void aRowMissingAtTheEndOfTheTopicIsShown() throws Exception {
    write();
    send(records().subList(0, 9));
    Hostproc run = verify();
    assertEquals(1, run.exitCode());
    run.assertSays(topic + ", 9 rows\n");
    run.assertSays(
        "topic equals file  no: row 9 (line 10) is in the file and not in the topic\n"
            + "  in the file      "
            + lines.get(9)
            + "\nrows valid");
  }

  @Test
  void aRowMoreInTheTopicIsShown() throws Exception {
    write();
    send(records());
    String last = lines.remove(9);
    write();
    Hostproc run = verify();
    assertEquals(1, run.exitCode());
    run.assertSays(
        "topic equals file  no: row 9 (offset 9) is in the topic and not in the file\n"
            + "  in the topic     "
            + last
            + "\nrows valid");
  }

  @Test
  void aForeignRecordIsShown() throws Exception {
    write();
    List<ProducerRecord<byte[], byte[]>> records = records();
    records.add(5, new ProducerRecord<>(topic, 0, null, "not\u001b[2J ours".getBytes(UTF_8)));
    send(records);
    Hostproc run = verify();
    assertEquals(1, run.exitCode());
    run.assertSays("no: row 5 (line 6, offset 5) differs\n");
    run.assertSays("  in the topic     not\\x1b[2J ours\n");
    run.assertSays(topic + ", 11 rows\n");
  }

  @Test
  void aTornLastRowIsNotComplete() throws Exception {
    write();
    send(records());
    Files.writeString(file, Files.readString(file) + "{\"t_mono_ns\": 10");
    Hostproc run = verify();
    assertEquals(1, run.exitCode());
    run.assertSays("; then a torn last row, 16 bytes\n");
    run.assertSays("topic equals file  yes\n");
    run.assertSays("verified           no: the file ends in a torn row\n");
  }

  @Test
  void aLineThatIsNoRowFailsThoughTheTopicHasIt() throws Exception {
    lines.set(2, lines.get(2).replace("\"rss_bytes\": 2", "\"rss_bytes\": -2"));
    write();
    send(records());
    Hostproc run = verify();
    assertEquals(1, run.exitCode());
    run.assertSays("topic equals file  yes\n");
    run.assertSays(
        "rows valid         no, 1 line; the first, line 3: rss_bytes is -2, less than 0\n");
    run.assertSays("verified           no: 1 line is not a valid row\n");
  }

  @Test
  void anotherEpisodesFileIsRefused() throws Exception {
    collect("--duration-s", "0.2");
    String other = "verify-" + UUID.randomUUID();
    TestTopics.create("oracle.host-proc." + other, 1, Map.of());
    Hostproc run =
        Hostproc.call(
            "verify",
            "--episode",
            other,
            file.toString(),
            "--bootstrap-servers",
            TestBroker.address());
    assertEquals(1, run.exitCode());
    run.assertSays("manifest           of another episode, " + episode + "\n");
    run.assertSays("no: the topic does not equal the file; the manifest does not agree\n");
  }

  @Test
  void aManifestThatDoesNotAgreeFails() throws Exception {
    collect("--duration-s", "0.2");
    Path manifest = folder.resolve("host_proc.episode.json");
    ObjectNode altered = (ObjectNode) JSON.readTree(manifest.toFile());
    altered.put("rows", 1_000).put("bytes", 2_000).put("chain", "00");
    JSON.writeValue(manifest.toFile(), altered);
    Hostproc run = verify();
    assertEquals(1, run.exitCode());
    run.assertSays("topic equals file  yes\n");
    run.assertSays("sealed, but it says rows 1000, bytes 2000, chain 00\n");
    run.assertSays("verified           no: the manifest does not agree\n");

    Files.writeString(manifest, "{");
    Hostproc broken = verify();
    assertEquals(1, broken.exitCode());
    broken.assertSays("manifest           " + manifest + ": not a manifest: ");
  }

  @Test
  void whileTheCollectorIsAtWorkNothingIsComplete() throws Exception {
    Hostproc collect = startCollect();
    collect.awaitLines(file, 20);
    collect.await(() -> !TestTopics.asFileIfThere(TestBroker.address(), topic).isEmpty());
    Hostproc run = verify();
    assertEquals(1, run.exitCode(), run.out());
    run.assertSays("manifest           open: the collector is at work, or was killed\n");
    run.assertSays("the manifest does not agree\n");
    assertFalse(run.out().contains("differs"), run.out());
    assertFalse(run.out().contains("not in the file"), run.out());
    collect.terminate();
    assertEquals(0, collect.exitCode(), collect.err());
    assertEquals(0, verify().exitCode(), "and then it is");
  }

  // One line on stderr.

  @Test
  void whatIsNotThereIsOneLine() throws Exception {
    assertOneLine(verify(), "hostproc verify: " + file + ": no such file\n");
    write();
    assertOneLine(
        verify(),
        "hostproc verify: no topic "
            + topic
            + " on "
            + TestBroker.address()
            + " (hostproc episodes lists what is there)\n");
    Hostproc nowhere =
        Hostproc.call(
            "verify",
            "--episode",
            episode,
            file.toString(),
            "--bootstrap-servers",
            "127.0.0.1:1",
            Hostproc.impatient(folder));
    assertOneLine(nowhere, "hostproc verify: no Kafka broker answers on 127.0.0.1:1\n");
  }

  private static void assertOneLine(Hostproc run, String line) {
    assertEquals(1, run.exitCode());
    assertEquals(line, run.err());
    assertEquals("", run.out());
  }

  private Hostproc verify(String... options) {
    return hostproc("verify", options);
  }

  private Hostproc hostproc(String command, String... options) {
    List<String> args = new ArrayList<>(List.of(command, "--episode", episode, file.toString()));
    args.addAll(List.of("--bootstrap-servers", TestBroker.address()));
    args.addAll(Arrays.asList(options));
    return Hostproc.call(args.toArray(String[]::new));
  }

  private void collect(String... options) {
    Hostproc run = startCollect(options);
    assertEquals(0, run.exitCode(), run.err());
  }

  private Hostproc startCollect(String... options) {
    List<String> args = new ArrayList<>(List.of("collect", "--episode", episode));
    args.addAll(List.of("--pid", Long.toString(target.pid()), "--interval-ms", "20"));
    args.addAll(List.of("--output", file.toString()));
    args.addAll(List.of("--bootstrap-servers", TestBroker.address()));
    args.addAll(Arrays.asList(options));
    return Hostproc.start(folder, args.toArray(String[]::new));
  }

  /** As Python's json.dumps writes it; its resident memory is its number. */
  private String line(long tMonoNs, long wallStepNs) {
    return "{\"t_mono_ns\": "
        + tMonoNs
        + ", \"t_wall_ns\": "
        + (WALL_NS + tMonoNs + wallStepNs)
        + ", \"source\": \"host_proc\", \"available_in_deployment\": false,"
        + " \"cpu_user_jiffies\": 1, \"cpu_sys_jiffies\": 2, \"rss_bytes\": "
        + lines.size()
        + ", \"vsize_bytes\": 4, \"io_read_bytes\": null, \"io_write_bytes\": null,"
        + " \"voluntary_ctxsw\": 5, \"involuntary_ctxsw\": 6, \"minor_faults\": 7,"
        + " \"major_faults\": 8}";
  }

  private void write() throws IOException {
    Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private List<ProducerRecord<byte[], byte[]>> records() throws IOException {
    return TestTopics.records(topic, episode, Files.readAllBytes(file));
  }

  private void send(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
    TestTopics.create(topic, 1, Map.of());
    TestTopics.send(records);
  }

  private String sha256() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  /** Each file with its content and the time of its last change. */
  private Map<Path, String> folderNow() throws IOException {
    Map<Path, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(path, Files.getLastModifiedTime(path) + Files.readString(path));
      }
    }
    return files;
  }
}
