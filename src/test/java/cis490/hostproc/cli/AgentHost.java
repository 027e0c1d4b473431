package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.Wait;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A host with an agent: the configuration, the processes, and what was recorded of them. */
final class AgentHost {

  static final long INTERVAL_NS = 20_000_000;

  static final Duration LIMIT = Duration.ofSeconds(40);

  private static final ObjectMapper JSON = new ObjectMapper();

  final Path folder;

  /** In all names here, since the tests share their broker and run beside other processes. */
  final String tag = UUID.randomUUID().toString().substring(0, 6);

  /** A shell under a name that no other process has. */
  final Path program;

  AgentHost(Path folder) throws IOException {
    this.folder = folder;
    this.program = folder.resolve("bin/guest-" + tag);
    Files.createDirectories(program.getParent());
    Files.copy(Path.of("/bin/sh").toRealPath(), program);
  }

  /** A process of {@link #program} that waits, with more words in its command line. */
  Process guest(String... words) {
    return Hostproc.target(guestCommand(words).toArray(new String[0]));
  }

  List<String> guestCommand(String... words) {
    List<String> command =
        new ArrayList<>(List.of(program.toString(), "-c", "read never", "guest"));
    command.addAll(Arrays.asList(words));
    return command;
  }

  /** Into the tests' broker. */
  static String cluster() {
    return "{bootstrap_servers: '" + TestBroker.address() + "', linger_ms: 200}";
  }

  static String offline() {
    return "{offline: true}";
  }

  /** A rule for {@link #guest}s that say {@code vm=NAME}; the episode is {@link #episode}. */
  String guests() {
    return rule("guests", "{command: 'guest-" + tag + "', arguments: 'vm=(?<vm>\\S+)'}");
  }

  /** The same for those that also match something else. */
  String rule(String name, String match) {
    return rule(name, match, "{vm}-" + tag);
  }

  String rule(String name, String match, String episode) {
    return "  - {name: " + name + ", match: " + match + ", episode: '" + episode + "'}\n";
  }

  String episode(String vm) {
    return vm + "-" + tag;
  }

  /** With quick looks and ticks, unless the settings say otherwise. */
  void configure(String kafka, String settings, String... rules) throws IOException {
    String quick = settings.contains("look_every_ms") ? "" : "look_every_ms: 100\n";
    write(
        "kafka: "
            + kafka
            + "\n"
            + (settings.contains("output:") ? "" : "output: episodes\n")
            + "interval_ms: "
            + INTERVAL_NS / 1_000_000
            + "\nflush_timeout_s: 30\n"
            + quick
            + settings
            + (rules.length == 0 ? "" : "watch:\n" + String.join("", rules)));
  }

  void write(String yaml) throws IOException {
    Files.writeString(folder.resolve("agent.yaml"), yaml);
  }

  Hostproc start(String... options) {
    List<String> all = new ArrayList<>(List.of("agent", "--config=agent.yaml"));
    all.addAll(Arrays.asList(options));
    return Hostproc.start(folder, all.toArray(new String[0]));
  }

  /** SIGTERM, and all is well. */
  static void end(Hostproc agent) {
    agent.terminate();
    assertEquals(0, agent.exitCode(), agent.err());
  }

  Path rows(String episode) {
    return folder.resolve("episodes/" + episode + "/host_proc.jsonl");
  }

  /** The manifest beside the rows. */
  JsonNode manifest(String episode) throws IOException {
    return JSON.readTree(rows(episode).resolveSibling("host_proc.episode.json").toFile());
  }

  String state(String episode) throws IOException {
    return Files.exists(rows(episode)) ? manifest(episode).get("state").asText() : "none";
  }

  String endReason(String episode) throws IOException {
    return manifest(episode).get("end_reason").asText();
  }

  void awaitRows(Hostproc agent, String episode, long rows) {
    agent.awaitLines(rows(episode), rows);
  }

  void awaitState(String episode, String state) throws Exception {
    Wait.until(episode + " is " + state, LIMIT, () -> state.equals(state(episode)));
  }

  static void awaitSaid(Hostproc agent, String text) {
    agent.await(() -> agent.err().contains(text));
  }

  /** How many lines of the log fit. */
  static long said(Hostproc agent, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return agent.err().lines().filter(line -> pattern.matcher(line).find()).count();
  }

  void assertTopicEqualsFile(String episode) {
    Hostproc verify =
        Hostproc.call(
            "verify",
            "--episode=" + episode,
            "--bootstrap-servers=" + TestBroker.address(),
            rows(episode).toString());
    assertEquals(0, verify.exitCode(), verify.out() + verify.err());
  }

  /** All files and folders, by name. */
  static List<Path> content(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().toList();
    }
  }
}
