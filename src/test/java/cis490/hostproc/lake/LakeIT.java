package cis490.hostproc.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Tool;
import cis490.hostproc.testkit.Wait;
import cis490.hostproc.truth.KnownLoad;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real engine: Connect, Iceberg's sink and a catalog on disk, beside collectors of the built
 * jar. Connect and the broker are killed in mid-stream, records come that are none; and then the
 * tables must be the files.
 */
@Tag("long")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LakeIT {

  private static final int INTERVAL_MS = 10;
  private static final int COMMIT_MS = 2_000;
  private static final int DISCOVER_MS = 5_000;
  private static final Duration NEW_EPISODE_WITHIN = Duration.ofMinutes(1);
  private static final Duration COMPLETE_WITHIN = Duration.ofMinutes(3);
  private static final Duration PROGRAM_WITHIN = Duration.ofMinutes(1);
  private static final long POLL_MS = 1_000;

  private static final long MIB = 1 << 20;
  private static final long WRITE = 12 * MIB;
  private static final long READ = 8 * MIB;
  private static final long MEMORY = 64 * MIB;
  private static final long PAGES_FROM_DISK = 700;

  /** What the known load does, and what of each there is to be told of it in all. */
  private static final List<String> ORDERS =
      List.of(
          "burn_user 900",
          "burn_kernel 400",
          "write " + WRITE,
          "read " + READ,
          "reserve " + MEMORY,
          "touch",
          "release",
          "fault_major " + PAGES_FROM_DISK);

  private static final long FILE_SYSTEM_BYTES = 32 << 10;
  private static final long FAULTS_OF_PYTHON = 400;

  private static final String NOT_A_ROW = "{\"t_mono_ns\": 1}";

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final long STARTED_NS = System.nanoTime();

  @TempDir private static Path folder;

  private static Path disk;
  private static Brokers brokers;
  private static Lake lake;
  private static KnownLoad load;
  private static KnownLoad.Told told;
  private static Process target;
  private static final List<CollectorProcess> COLLECTORS = new ArrayList<>();
  private static final Set<String> POISON = new TreeSet<>();

  /** The tables when all was over. */
  private static DuckDb tables;

  @BeforeAll
  static void liveThroughIt() throws Exception {
    Tool.require("python3", "--version");
    Tool.require("mvn", "--version");
    disk = Files.createTempDirectory(Path.of("target"), "lake-");
    load = new KnownLoad(disk);
    Tool.require(load.bytesCount(), "the file system of " + disk + " does not count bytes");
    target = new ProcessBuilder("sh", "-c", "while :; do sleep 0.05; done").start();
    tell("the broker");
    brokers = Brokers.start(folder.resolve("brokers"), 1);
    lake = new Lake(folder.resolve("lake"), brokers.address(), COMMIT_MS, DISCOVER_MS);

    tell("the plugins");
    // The first rows that the sink sees have a null, and some records are none.
    shipTheConstantEpisode();
    poison();
    for (String order : ORDERS) {
      load.tell(order);
    }
    CollectorProcess known = collector("known", load.pid());
    known.start();
    final CollectorProcess frozen = collector("frozen", target.pid());
    frozen.start();
    tell("the first rows");
    lake.launch();
    lake.awaitRunning();

    tell("Connect runs");
    KnownLoad.Told before = load.tell("sleep 1");
    for (String order : ORDERS) {
      told = load.tell(order).since(before);
    }
    tell("the known load");
    awaitRows(COMPLETE_WITHIN, "known");

    tell("rows in the table");
    lake.kill();
    frozen.freeze();
    lake.launch();
    lake.awaitRunning();
    tell("Connect was killed and runs again");
    frozen.resume();
    awaitMoreRows("frozen");

    brokers.kill(0);
    known.awaitMoreRows(50);
    brokers.heal();
    tell("the broker was killed and runs again");
    poison();

    CollectorProcess late = collector("late", target.pid());
    late.start();
    awaitRows(NEW_EPISODE_WITHIN, "late");

    tell("a new episode is in the table");
    for (CollectorProcess each : COLLECTORS) {
      each.finish();
    }
    tell("all collected");
    Wait.until("all is in the tables", COMPLETE_WITHIN, POLL_MS, LakeIT::allIsThere);
    tell("all in the tables");
    tables = lake.tables().read();
  }

  private static void tell(String what) {
    System.out.printf("%5.1f s: %s%n", (System.nanoTime() - STARTED_NS) / 1e9, what);
  }

  @AfterAll
  static void endAll() throws Exception {
    COLLECTORS.forEach(CollectorProcess::end);
    for (AutoCloseable each : new AutoCloseable[] {tables, lake, brokers, load}) {
      if (each != null) {
        each.close();
      }
    }
    if (target != null) {
      target.destroyForcibly();
    }
    if (disk != null) {
      Files.delete(disk);
    }
  }

  private static boolean allIsThere() throws Exception {
    try (DuckDb now = lake.tables().read()) {
      List<Map<String, Object>> proof = now.analysis("proof");
      return proof.size() == 4
          && proof.stream().allMatch(each -> each.get("state").equals("sealed"))
          && proof.stream().allMatch(each -> (long) each.get("rows_in_lake") >= rows(each))
          && rowsOf(now, "poison").size() >= 2;
    }
  }

  private static long rows(Map<String, Object> proof) {
    return (long) proof.get("rows_of_manifest");
  }

  @Test
  void everyRowIsThereOnceAndSaysWhatTheFileSays() throws Exception {
    for (String episode : List.of("constant", "known", "frozen", "late")) {
      List<Map<String, Object>> expected = rowsOfFile(episode);
      List<Map<String, Object>> found = rowsOf(tables, episode);
      assertEquals(expected.size(), found.size(), episode);
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(expected.get(i).toString(), found.get(i).toString(), episode);
        assertEquals(expected.get(i), found.get(i), episode);
      }
    }
    assertTrue(
        tables.analysis("proof").stream().allMatch(each -> each.get("complete").equals(true)),
        tables.analysis("proof").toString());
  }

  /** By the row schema: no field is dropped, none is scrambled, none is wider than it must be. */
  @Test
  void theTableHasTheSchemasColumnsTypesAndNulls() throws Exception {
    List<String> expected = new ArrayList<>();
    expected.add("1: episode_id: required string");
    expected.add("2: seq: required long");
    JsonNode schema = JSON.readTree(Files.readString(Path.of("schemas/host_proc.row.schema.json")));
    for (Map.Entry<String, JsonNode> field : schema.get("properties").properties()) {
      JsonNode type = field.getValue().get("type");
      String name = type.isArray() ? type.get(0).asText() : type.asText();
      expected.add(
          String.format(
              "%d: %s: %s %s",
              expected.size() + 1,
              field.getKey(),
              type.isArray() ? "optional" : "required",
              name.equals("integer") ? "long" : name));
    }
    expected.add("17: kafka_topic: required string");
    expected.add("18: kafka_offset: required long");
    assertEquals(expected, lake.tables().columns().subList(0, 18));
  }

  @Test
  void whatIsNoRowIsKeptApartWithTheReasonAndStopsNothing() {
    Set<String> found = new TreeSet<>();
    for (ConsumerRecord<byte[], byte[]> each :
        TestTopics.committed(brokers.address(), "oracle.lake.dead-letters")) {
      String value = new String(each.value(), UTF_8);
      found.add(value);
      String reason =
          new String(
              each.headers().lastHeader("__connect.errors.exception.message").value(), UTF_8);
      assertNotEquals("", reason, value);
    }
    assertEquals(POISON, found);
  }

  /** The same SQL says the same of a capture host's files and of the lake's table. */
  @Test
  void queriesSayTheSameOfFilesAndOfTables() throws Exception {
    try (DuckDb files = DuckDb.overFiles(folder)) {
      for (String query : List.of("episodes", "cpu", "memory", "rates", "gaps")) {
        List<Map<String, Object>> expected = files.analysis(query);
        assertFalse(expected.isEmpty(), query);
        assertEquals(expected, withoutPoison(tables.analysis(query)), query);
      }
    }
  }

  /** It has no manifest; a query without one says something of it, too. */
  private static List<Map<String, Object>> withoutPoison(List<Map<String, Object>> rows) {
    return rows.stream().filter(row -> !row.get("episode_id").equals("poison")).toList();
  }

  @Test
  void theKnownLoadIsFound() throws Exception {
    Map<String, Object> found = of("known", tables.analysis("episodes"));
    double cpuUs = (double) found.get("cpu_percent") / 100 * (double) found.get("seconds") * 1e6;
    double jiffyUs = 1e6 / Long.parseLong(Tool.line("getconf", "CLK_TCK"));
    assertEquals(told.cpuUs(), cpuUs, 3 * jiffyUs);
    assertBetween(WRITE, WRITE + FILE_SYSTEM_BYTES, found.get("written_bytes"));
    long read = READ + PAGES_FROM_DISK * 4096;
    assertBetween(read, read + FILE_SYSTEM_BYTES, found.get("read_bytes"));
    assertBetween(MEMORY / 4096, MEMORY / 4096 + FAULTS_OF_PYTHON, found.get("minor_faults"));
    assertBetween(PAGES_FROM_DISK, PAGES_FROM_DISK + 5, found.get("major_faults"));
    System.out.println("known load: " + told + ": " + found);
  }

  @Test
  void theStretchThatWasNotSampledIsAGap() throws Exception {
    List<Map<String, Object>> gaps = tables.analysis("gaps");
    long longest =
        gaps.stream()
            .filter(gap -> gap.get("episode_id").equals("frozen"))
            .mapToLong(gap -> (long) gap.get("ticks_missing"))
            .max()
            .orElse(0);
    long missed = manifest("frozen").get("ticks_missed").asLong();
    assertTrue(longest > 100 && longest <= missed, longest + " of " + missed + " ticks");
  }

  /** {@code docs/analysis/Rates.java}, as it stands. */
  @Test
  void theJavaJobPrintsEachEpisodesRates() throws Exception {
    Child rates =
        Child.start(
            folder,
            "rates",
            Map.of(),
            List.of(
                Child.java(),
                "-cp",
                Path.of("target", "lib").toAbsolutePath() + "/*",
                Path.of("docs", "analysis", "Rates.java").toAbsolutePath().toString(),
                brokers.address()));
    try {
      Wait.until(
          "rates of all episodes",
          PROGRAM_WITHIN,
          () -> {
            assertTrue(rates.alive(), rates::err);
            return List.of("constant ", "known ", "late ").stream().allMatch(rates.out()::contains);
          });
    } finally {
      rates.kill();
    }
    String constant =
        rates.out().lines().filter(line -> line.startsWith("constant ")).findFirst().orElseThrow();
    assertEquals(
        "constant 1.000 s cpu 40.0 % rss 8,388,608 bytes read 0 written 1,048,576 bytes/s",
        constant.replaceAll(" +", " "));
  }

  /** {@code docs/analysis/spark.sql} by {@code lake spark}; with {@code -Pspark} alone. */
  @Test
  @EnabledIfSystemProperty(named = "hostproc.spark", matches = "true")
  void sparkSaysTheSame() throws Exception {
    Map<String, JsonNode> found = new HashMap<>();
    for (String line : lake.tables().spark("spark").lines().toList()) {
      JsonNode episode = JSON.readTree(line);
      found.put(episode.get("episode_id").textValue(), episode);
    }
    List<Map<String, Object>> expected = tables.analysis("episodes");
    assertEquals(4, expected.size());
    for (Map<String, Object> duckDb : expected) {
      JsonNode spark = found.get(duckDb.get("episode_id"));
      assertEquals(duckDb.get("rows"), spark.get("rows_in_lake").longValue());
      assertEquals(duckDb.get("written_bytes"), spark.get("written_bytes").longValue());
      assertEquals((double) duckDb.get("cpu_percent"), spark.get("cpu_percent").asDouble(), 1e-9);
      assertEquals(0, spark.get("rows_twice").longValue());
    }
  }

  /** The lake is the proof, its manifest follows, and the next episode comes as ever. */
  @Test
  void anEpisodeOfTheLakeIsRetired() throws Exception {
    Path rows = folder.resolve("lake-rows.jsonl");
    tables.run(
        "COPY (SELECT * FROM host_proc WHERE episode_id = 'frozen' ORDER BY seq) TO '"
            + rows
            + "' (FORMAT json)");
    String said = hostproc("retire", "--episode", "frozen", "--lake-rows", rows, "--delete");
    assertTrue(said.contains("retired            yes, the topic is deleted\n"), said);

    CollectorProcess after = collector(folder.resolve("later"), "after", target.pid());
    after.start();
    awaitRows(NEW_EPISODE_WITHIN, "after");
    Wait.until(
        "the retired manifest is in the lake", NEW_EPISODE_WITHIN, POLL_MS, LakeIT::isRetired);
    assertTrue(lake.isHealthy(), lake::log);
    after.finish();
  }

  private static boolean isRetired() throws Exception {
    try (DuckDb now = lake.tables().read()) {
      return of("frozen", now.analysis("proof")).get("state").equals("retired");
    }
  }

  /** Ten rows a second, 30 + 10 jiffies and 1 MiB a second; what it reads nobody may see. */
  private static void shipTheConstantEpisode() throws Exception {
    IntStream rows = IntStream.range(0, 50);
    Path file = ConstantEpisode.write(folder.resolve("episodes"), "constant", rows);
    hostproc("ship", "--episode", "constant", file);
  }

  /** None of these is a row, or a manifest; the one behind them is. */
  private static void poison() throws Exception {
    String topic = "oracle.host-proc.poison";
    String row = ConstantEpisode.row(POISON.size());
    String fraction = row.replaceFirst("\"rss_bytes\": [0-9]+", "\"rss_bytes\": 1.5");
    assertNotEquals(row, fraction);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String each : List.of("no JSON", NOT_A_ROW, fraction, row)) {
      records.addAll(TestTopics.records(topic, "poison", (each + "\n").getBytes(UTF_8)));
    }
    POISON.addAll(List.of("no JSON", NOT_A_ROW, fraction, "no manifest"));
    byte[] key = "poison".getBytes(UTF_8);
    records.add(new ProducerRecord<>("oracle.episodes", 0, key, "no manifest".getBytes(UTF_8)));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", brokers.address()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (ProducerRecord<byte[], byte[]> each : records) {
        producer.send(each).get();
      }
    }
  }

  private static CollectorProcess collector(String episode, long pid) throws Exception {
    return collector(folder.resolve("episodes"), episode, pid);
  }

  private static CollectorProcess collector(Path episodes, String episode, long pid)
      throws Exception {
    Path own = Files.createDirectories(episodes.resolve(episode));
    CollectorProcess made =
        new CollectorProcess(
            own,
            episode,
            own.resolve("host_proc.jsonl"),
            INTERVAL_MS,
            pid,
            brokers.address(),
            List.of("--episode", episode));
    COLLECTORS.add(made);
    return made;
  }

  private static void awaitRows(Duration within, String episode) throws Exception {
    Wait.until(
        "rows of " + episode + " are in the table",
        within,
        POLL_MS,
        () -> lake.tables().rows(episode) > 0);
  }

  private static void awaitMoreRows(String episode) throws Exception {
    long before = lake.tables().rows(episode);
    Wait.until(
        "more rows of " + episode + " are in the table",
        COMPLETE_WITHIN,
        POLL_MS,
        () -> lake.tables().rows(episode) > before);
  }

  /** What it said; exit code 0. */
  private static String hostproc(String command, Object... options) throws Exception {
    List<String> all = new ArrayList<>();
    all.add(Program.LAUNCHER.toString());
    all.addAll(List.of(command, "--bootstrap-servers", brokers.address()));
    for (Object each : options) {
      all.add(each.toString());
    }
    Child run = Child.start(folder, command, Map.of(), all);
    assertEquals(0, run.awaitExit(PROGRAM_WITHIN), () -> run.out() + run.err());
    return run.out();
  }

  private static List<Map<String, Object>> rowsOf(DuckDb from, String episode) throws Exception {
    return from.query(
        "SELECT * EXCLUDE (kafka_topic, kafka_offset) FROM host_proc WHERE episode_id = '"
            + episode
            + "' ORDER BY seq");
  }

  private static List<Map<String, Object>> rowsOfFile(String episode) throws Exception {
    Path file = folder.resolve("episodes").resolve(episode).resolve("host_proc.jsonl");
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("episode_id", episode);
      row.put("seq", (long) rows.size());
      for (Map.Entry<String, JsonNode> field : JSON.readTree(line).properties()) {
        row.put(field.getKey(), value(field.getValue()));
      }
      rows.add(row);
    }
    return rows;
  }

  private static Object value(JsonNode json) {
    return switch (json.getNodeType()) {
      case NUMBER -> json.longValue();
      case BOOLEAN -> json.booleanValue();
      case NULL -> null;
      default -> json.textValue();
    };
  }

  private static JsonNode manifest(String episode) throws Exception {
    Path folderOfIt = folder.resolve("episodes").resolve(episode);
    return JSON.readTree(folderOfIt.resolve("host_proc.episode.json").toFile());
  }

  private static Map<String, Object> of(String episode, List<Map<String, Object>> rows) {
    return rows.stream()
        .filter(row -> row.get("episode_id").equals(episode))
        .findFirst()
        .orElseThrow();
  }

  private static void assertBetween(long least, long most, Object found) {
    long number = (long) found;
    assertTrue(number >= least && number <= most, number + ": not " + least + " to " + most);
  }
}
