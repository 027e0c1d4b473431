package cis490.hostproc.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import cis490.hostproc.config.AgentConfig.Limits;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.sample.Priority;
import cis490.hostproc.testkit.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigFileTest {

  private static final int MUTATIONS = 1000;
  private static final EpisodeId EPISODE = new EpisodeId("web-1");

  /** YAML, then the message after "> "; "==" begins a title. */
  private static final Path CASES = Path.of("src/test/resources/agent/wrong.txt");

  /** Followed by more. */
  private static final String SMALLEST = "kafka: {offline: true}\noutput: episodes\n";

  /** What the cases begin with: the least, and that with the start of a rule. */
  private static final Map<String, String> STARTS =
      Map.of(
          "@smallest",
          SMALLEST.strip(),
          "@rule",
          SMALLEST + "watch:\n  - name: guests",
          "@matched",
          SMALLEST + "watch:\n  - name: guests\n    match: {command: 'qemu-*'}");

  private static final String ALL =
      """
      # A comment.
      kafka:
        bootstrap_servers: lake:9092,pond:9093
        config: /etc/hostproc/kafka.properties
        linger_ms: 60000
      output: data/episodes/{episode}/telemetry-proc.jsonl
      manifests: /var/lib/hostproc/manifests
      interval_ms: 50
      priority: realtime
      flush_timeout_s: 0
      watch:
        - name: guests
          match:
            command: "qemu-system-*"
            arguments: "-name guest=(?<vm>[^,]+)"
            exe: /usr/bin/qemu-*
            user: libvirt-qemu
            cgroup: "/machine.slice/*"
            pid_file: /run/qemu/vm1.pid
          episode: "{vm}-{started}"
          interval_ms: 10
        - name: roots
          match: {user: 0}
          episode: "{command}-{pid}"
      limits:
        episodes: 4096
        free_disk: 5GiB
      keep:
        sealed_days: 7
      control:
        socket: /run/hostproc/agent.sock
      events: /var/log/hostproc/events.jsonl
      look_every_ms: 10000
      """;

  @TempDir private Path folder;

  private AgentConfig read(String yaml) throws IOException, ConfigException {
    return ConfigFile.read(Files.writeString(folder.resolve("a.yaml"), yaml));
  }

  /** The folder's name taken off. */
  private String problem(Path file) {
    String message = assertThrows(ConfigException.class, () -> ConfigFile.read(file)).getMessage();
    return message.replace(folder + "/", "");
  }

  private void assertProblem(String yaml, String expected) throws IOException {
    assertEquals(expected, problem(Files.writeString(folder.resolve("a.yaml"), yaml)));
  }

  // What is right.

  @Test
  void readsAll() throws Exception {
    Rule guests =
        new Rule(
            "guests",
            new Match(
                new Glob("qemu-system-*"),
                new ArgumentsPattern("-name guest=(?<vm>[^,]+)"),
                new Glob("/usr/bin/qemu-*"),
                "libvirt-qemu",
                new Glob("/machine.slice/*"),
                Path.of("/run/qemu/vm1.pid")),
            Template.parse("{vm}-{started}"),
            10);
    Rule roots =
        new Rule(
            "roots",
            new Match(null, null, null, "0", null, null),
            Template.parse("{command}-{pid}"),
            50);
    AgentConfig expected =
        new AgentConfig(
            new KafkaChoice.Cluster(
                "lake:9092,pond:9093", Path.of("/etc/hostproc/kafka.properties"), 60_000),
            new Output(
                Path.of("data/episodes"),
                Template.parse("data/episodes/{episode}/telemetry-proc.jsonl")),
            Path.of("/var/lib/hostproc/manifests"),
            50,
            Priority.REALTIME,
            0,
            List.of(guests, roots),
            new Limits(4096, 5L << 30),
            7L,
            Path.of("/run/hostproc/agent.sock"),
            Path.of("/var/log/hostproc/events.jsonl"),
            10_000);
    assertEquals(expected, read(ALL));
    assertEquals(read(ALL), read("\uFEFF" + ALL.replace("\n", "\r\n")));
    assertNotEquals(expected, read(ALL.replace("[^,]+", "[^,]*")));
  }

  @Test
  void hasDefaults() throws Exception {
    AgentConfig config = read(SMALLEST);
    Output output =
        new Output(Path.of("episodes"), Template.parse("episodes/{episode}/host_proc.jsonl"));
    AgentConfig expected =
        new AgentConfig(
            new KafkaChoice.Offline(),
            output,
            null,
            100,
            Priority.NORMAL,
            30,
            List.of(),
            new Limits(256, 1L << 30),
            null,
            null,
            null,
            500);
    assertEquals(expected, config);
    assertEquals(expected, read(SMALLEST + "watch: []\nlimits: {}\nkeep: {}\n"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "/srv,                    /srv,      /srv/web-1/host_proc.jsonl",
        "/srv/,                   /srv,      /srv/web-1/host_proc.jsonl",
        "/,                       /,         /web-1/host_proc.jsonl",
        ".,                       .,         ./web-1/host_proc.jsonl",
        "a{{b}}c,                 a{b}c,     a{b}c/web-1/host_proc.jsonl",
        "'{episode}.jsonl',       \"\",      web-1.jsonl",
        "/srv/x-{episode}/r,      /srv,      /srv/x-web-1/r",
        "/{episode}/{episode}.j,  /,         /web-1/web-1.j",
      })
  void rowsLieInAFolderOrWhereATemplateSays(String output, String root, String rows)
      throws Exception {
    Output read = read("kafka: {offline: true}\noutput: " + output).output();
    assertEquals(Path.of(root), read.folder());
    assertEquals(Path.of(rows), read.rows(EPISODE));
  }

  @Test
  void kafkaIsOneOfThree() throws Exception {
    assertEquals(new KafkaChoice.Cluster("a:1", null, 5000), kafka("{bootstrap_servers: 'a:1'}"));
    assertEquals(new KafkaChoice.Embedded(null, 1), kafka("{embedded: true, linger_ms: 1}"));
    assertEquals(new KafkaChoice.Embedded(Path.of("/k"), 5000), kafka("{embedded: /k}"));
    assertEquals(new KafkaChoice.Offline(), kafka("{offline: true}"));
  }

  private KafkaChoice kafka(String yaml) throws IOException, ConfigException {
    return read("output: a\nkafka: " + yaml).kafka();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "0KiB, 0",
    "3KiB, 3072",
    "3MiB, 3145728",
    "2GiB, 2147483648",
    "'\"1024TiB\"', 1125899906842624",
    "1125899906842624, 1125899906842624",
    "1099511627776KiB, 1125899906842624"
  })
  void bytesHaveUnits(String size, long bytes) throws Exception {
    assertEquals(
        bytes, read(SMALLEST + "limits: {free_disk: " + size + "}").limits().freeDiskBytes());
  }

  @Test
  void aFileAndItsRulesAreBounded() throws Exception {
    StringBuilder rules = new StringBuilder(SMALLEST + "watch:\n");
    for (int i = 0; i < AgentConfig.RULES_MAX; i++) {
      rules.append("- {name: r").append(i).append(", match: {user: 1}, episode: '{pid}'}\n");
    }
    AgentConfig config = read(rules.toString());
    assertEquals(AgentConfig.RULES_MAX, config.watch().size());
    assertProblem(
        rules + "- {name: s, match: {user: 1}, episode: '{pid}'}\n",
        "a.yaml:4: watch: 1001 items; at most 1000");
    String comment = "#" + "x".repeat((1 << 20) - SMALLEST.length() - 1);
    assertEquals(read(SMALLEST), read(SMALLEST + comment));
    assertProblem(
        SMALLEST + comment + "x", "a.yaml: is larger than 1048576 bytes; make it smaller");
  }

  // What is wrong.

  static List<Arguments> cases() throws IOException {
    List<Arguments> cases = new ArrayList<>();
    StringBuilder yaml = new StringBuilder();
    for (String line : Files.readAllLines(CASES)) {
      if (line.startsWith("> ")) {
        cases.add(arguments(yaml.toString(), line.substring(2)));
        yaml.setLength(0);
      } else if (!line.startsWith("==") && !(yaml.isEmpty() && line.isEmpty())) {
        yaml.append(STARTS.getOrDefault(line, line)).append('\n');
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsWrongIsToldInOneLine(String yaml, String expected) throws Exception {
    assertProblem(yaml, expected);
  }

  static List<Arguments> oddCases() {
    String rule = STARTS.get("@rule") + "\n    match:\n      ";
    String syntax = "; indent with spaces, and put texts with { [ * & : # \\ in single quotes";
    return List.of(
        arguments(
            "kafka:\n\toffline: true\n",
            "a.yaml:2:1: is not YAML: while scanning for the next token, found character '\\t(TAB)'"
                + " that cannot start any token. (Do not use \\t(TAB) for indentation)"
                + syntax),
        arguments("a: b\n# \u0007\n", "a.yaml:2: has the control character U+0007; take it out"),
        arguments("a: b\u0000", "a.yaml:1: has the control character U+0000; take it out"),
        arguments(
            "a: b\uffff", "a.yaml:1:1: is not YAML: special characters are not allowed" + syntax),
        arguments(
            "a: b\nc: " + "[".repeat(100_000), "a.yaml:2: more than 8 levels; no key has so many"),
        arguments(
            SMALLEST + "events: " + "a".repeat(4097),
            "a.yaml:3: events: has 4097 characters; at most 4096"),
        arguments(
            SMALLEST + "control:\n  socket: /" + "é".repeat(54),
            "a.yaml:4: control.socket: has 109 bytes; a socket's path has at most 107"),
        arguments(
            SMALLEST + "watch:\n  - name: " + "a".repeat(101),
            "a.yaml:4: watch[0].name: has 101 characters; at most 100"),
        arguments(
            rule + "command: '" + "*".repeat(1001) + "'",
            "a.yaml:6: watch[0].match.command: has 1001 characters; at most 1000"),
        arguments(
            rule + "arguments: " + "a".repeat(1001),
            "a.yaml:6: watch[0].match.arguments: has 1001 characters; at most 1000"),
        arguments(
            SMALLEST + "priority: " + "a".repeat(100),
            "a.yaml:3: priority: \""
                + "a".repeat(59)
                + "…\" is not a priority; write normal, high or"
                + " realtime"));
  }

  @ParameterizedTest
  @MethodSource("oddCases")
  void whatIsLongOrUnseenIsToldInOneLine(String yaml, String expected) throws Exception {
    assertProblem(yaml, expected);
  }

  static List<String> notWhole() {
    return List.of(
        "\"100\"",
        "100ms",
        "1.5",
        "1e3",
        "0x10",
        "010",
        "1_000",
        "+5",
        "99999999999999999999",
        "true",
        "1:30",
        ".inf",
        "-0");
  }

  @ParameterizedTest
  @MethodSource("notWhole")
  void aNumberIsPlainlyWhole(String number) throws Exception {
    String shown = number.matches("[0-9]+(ms|:30)") ? '"' + number + '"' : number;
    assertProblem(
        SMALLEST + "interval_ms: " + number,
        "a.yaml:3: interval_ms: "
            + shown
            + " is not a whole number; write 1 to 3600000, without quotes");
  }

  @Test
  void otherEncodingsAreRefused() throws Exception {
    byte[] latin = (SMALLEST + "events: é\n").getBytes(ISO_8859_1);
    Path file = Files.write(folder.resolve("a.yaml"), latin);
    assertEquals("a.yaml:3: is not UTF-8; save it as UTF-8", problem(file));
    byte[] cut = (SMALLEST + "events: é").getBytes(UTF_8);
    Files.write(file, Arrays.copyOf(cut, cut.length - 1));
    assertEquals("a.yaml:3: is not UTF-8; save it as UTF-8", problem(file));
  }

  @Test
  void aFileThatCantBeReadIsNamed() throws Exception {
    Path none = folder.resolve("none.yaml");
    assertEquals("none.yaml: no such file; give a file that can be read", problem(none));
    Files.createDirectory(none);
    assertEquals("none.yaml: Is a directory; give a file that can be read", problem(none));
    // Write-only, for root as well.
    Path closed =
        Files.createSymbolicLink(
            folder.resolve("closed.yaml"), Path.of("/proc/sys/net/ipv4/route/flush"));
    assertEquals("closed.yaml: permission denied; give a file that can be read", problem(closed));
  }

  /** Whatever a file holds, there is a configuration or one line. */
  @Test
  @Timeout(300)
  void brokenFilesGiveOneLine() throws Exception {
    SplittableRandom random = Seed.random("configurations");
    Path file = folder.resolve("a.yaml");
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Files.write(file, mutation(random));
      try {
        ConfigFile.read(file);
      } catch (ConfigException wrong) {
        refused++;
        String message = wrong.getMessage();
        assertTrue(message.startsWith(file + ":"), message);
        assertFalse(message.matches("(?s).*[\\p{Cntrl}].*"), message);
        assertTrue(message.length() < 600, message);
      }
    }
    assertTrue(refused > MUTATIONS / 2, refused + " were refused");
  }

  private static byte[] mutation(SplittableRandom random) {
    byte[] bytes = ALL.getBytes(UTF_8);
    int changes = 1 + random.nextInt(4);
    byte[] special = "\n\t :-{}[]\"'&*!|>#%@`,?\\0a".getBytes(UTF_8);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(bytes.length);
      bytes[at] =
          random.nextInt(8) == 0
              ? (byte) random.nextInt(256)
              : special[random.nextInt(special.length)];
    }
    return bytes;
  }
}
