package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Wire;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What {@code hostproc agent} does with what it has found: real processes, a real broker. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class AgentIT {

  private static final int FLEET = 16;

  @TempDir private Path folder;
  private AgentHost host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new AgentHost(folder);
  }

  private String configure(String... rules) throws IOException {
    host.configure(AgentHost.cluster(), "", rules);
    return host.episode("one");
  }

  @Test
  void anEpisodeIsSealedWhenItsProcessIsGoneAndTheOthersAtSigterm() throws Exception {
    String one = configure(host.guests());
    String two = host.episode("two");
    Process guest = host.guest("vm=one");
    host.guest("vm=two");
    Hostproc agent = host.start();
    host.awaitRows(agent, one, 20);
    host.awaitRows(agent, two, 20);

    guest.destroyForcibly();
    host.awaitState(one, "sealed");
    assertEquals("open", host.state(two));
    AgentHost.end(agent);

    assertTrue(host.endReason(one).startsWith("process_"), host.endReason(one));
    assertEquals("signal", host.endReason(two));
    for (String each : List.of(one, two)) {
      assertEquals("sealed", host.state(each));
      host.assertTopicEqualsFile(each);
      long originNs = host.manifest(each).get("origin_mono_ns").asLong();
      assertEquals(0, originNs % AgentHost.INTERVAL_NS, "both share the first moment");
      assertEquals(1, AgentHost.said(agent, "INFO " + each + ": .* rows, .* sealed"), agent.err());
    }
    assertFalse(agent.err().contains("ERROR"), agent.err());
    assertEquals("", agent.out());
  }

  @Test
  void anAgentThatIsStartedAgainGoesOnInTheSameFileAndTopic() throws Exception {
    configure(host.rule("guests", "{exe: '" + host.program + "'}", "{started}-{pid}"));
    Process guest = host.guest();
    Hostproc agent = host.start();
    agent.await(() -> isFolderThere());
    String episode = onlyEpisode();
    host.awaitRows(agent, episode, 20);
    AgentHost.end(agent);
    long rows = Hostproc.lines(host.rows(episode));

    Hostproc next = host.start();
    host.awaitRows(next, episode, rows + 20);
    AgentHost.end(next);

    assertEquals(episode, onlyEpisode());
    JsonNode manifest = host.manifest(episode);
    assertEquals(2, manifest.get("runs").size());
    assertEquals(guest.pid(), manifest.at("/runs/1/pid").asLong());
    assertEquals("sealed", manifest.get("state").asText());
    host.assertTopicEqualsFile(episode);
    assertTrue(guest.isAlive());
  }

  private boolean isFolderThere() {
    try {
      return Files.exists(folder.resolve("episodes")) && onlyEpisode() != null;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Null if there is none. */
  private String onlyEpisode() throws IOException {
    try (var episodes = Files.list(folder.resolve("episodes"))) {
      List<String> names = episodes.map(each -> each.getFileName().toString()).toList();
      assertTrue(names.size() <= 1, names.toString());
      return names.isEmpty() ? null : names.get(0);
    }
  }

  @Test
  void whatAKilledAgentLeftIsGoneOnWithOrEndedAndSealed() throws Exception {
    String lives = configure(host.guests());
    String dies = host.episode("dies");
    host.guest("vm=one");
    Process guest = host.guest("vm=dies");
    Hostproc killed = host.start();
    host.awaitRows(killed, lives, 30);
    host.awaitRows(killed, dies, 30);
    killed.kill();
    killed.exitCode();
    guest.destroyForcibly().waitFor();
    long rows = Hostproc.lines(host.rows(lives));

    Hostproc agent = host.start();
    host.awaitRows(agent, lives, rows + 20);
    host.awaitState(dies, "sealed");
    AgentHost.end(agent);

    assertEquals("unknown", host.endReason(dies));
    assertEquals("signal", host.endReason(lives));
    assertEquals(2, host.manifest(lives).get("runs").size());
    host.assertTopicEqualsFile(dies);
    host.assertTopicEqualsFile(lives);
    assertEquals(1, AgentHost.said(agent, "1 episodes were left unsealed"), agent.err());
  }

  /** A live one goes on; an ended one is shipped; one that is sealed is left as it is. */
  @Test
  void whatCollectLeftUnsealedIsSealedInTheBackground() throws Exception {
    configure(host.guests());
    List<String> left = new ArrayList<>();
    List<Hostproc> collects = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      left.add(host.episode("left" + i));
      collects.add(collect(left.get(i), Hostproc.target()));
    }
    collects.add(collect("by-hand-" + host.tag, host.guest("vm=one")));
    for (Hostproc each : collects) {
      assertEquals(0, each.exitCode(), each.err());
    }
    Path foreign = folder.resolve("episodes/foreign/host_proc.jsonl");
    Files.createDirectories(foreign.getParent());
    Files.writeString(foreign, "not ours\n");

    Hostproc agent = host.start();
    for (String each : left) {
      host.awaitState(each, "sealed");
    }
    host.awaitRows(agent, "by-hand-" + host.tag, 30);
    AgentHost.end(agent);

    for (String each : left) {
      host.assertTopicEqualsFile(each);
      assertEquals("duration", host.endReason(each));
      assertEquals(1, AgentHost.said(agent, "INFO .*" + each + ".*: sealed, "), agent.err());
    }
    assertEquals("sealed", host.state("by-hand-" + host.tag));
    assertFalse(Files.exists(host.rows(host.episode("one"))), "one process has two episodes");
    assertEquals("not ours\n", Files.readString(foreign));
    assertEquals(1, AgentHost.said(agent, "foreign/host_proc.jsonl"), agent.err());
  }

  private Hostproc collect(String episode, Process process) {
    return Hostproc.start(
        folder,
        "collect",
        "--offline",
        "--episode=" + episode,
        "--pid=" + process.pid(),
        "--interval-ms=20",
        "--duration-s=0.3");
  }

  @Test
  void atItsLimitOfEpisodesItRefusesUntilThereIsRoom() throws Exception {
    host.configure(AgentHost.offline(), "limits: {episodes: 1}\n", host.guests());
    Process guest = host.guest("vm=one");
    Hostproc agent = host.start();
    host.awaitRows(agent, host.episode("one"), 1);
    Process waiting = host.guest("vm=two");
    String refusal =
        "process " + waiting.pid() + " .* is not recorded: limits.episodes: 1 run already";
    agent.await(() -> AgentHost.said(agent, refusal) == 1);
    host.awaitRows(agent, host.episode("one"), Hostproc.lines(host.rows(host.episode("one"))) + 50);

    guest.destroyForcibly();
    host.awaitRows(agent, host.episode("two"), 2);
    AgentHost.end(agent);

    assertEquals(1, AgentHost.said(agent, refusal), agent.err());
    assertEquals(1, AgentHost.said(agent, "ERROR"), agent.err());
  }

  @Test
  void withoutRoomOnTheDiskItRefusesUntilThereIs() throws Exception {
    host.configure(AgentHost.offline(), "limits: {free_disk: 1024TiB}\n", host.guests());
    Process guest = host.guest("vm=one");
    Hostproc agent = host.start();
    String refusal = "process " + guest.pid() + " .* is not recorded: limits.free_disk: ";
    agent.await(() -> AgentHost.said(agent, refusal) == 1);

    host.configure(AgentHost.offline(), "limits: {free_disk: 1KiB}\n", host.guests());
    agent.signal("HUP");
    host.awaitRows(agent, host.episode("one"), 2);
    AgentHost.end(agent);

    assertEquals(1, AgentHost.said(agent, "ERROR"), agent.err());
  }

  @Test
  void anEmbeddedBrokerIsOneForAllAndEndsWithTheAgent() throws Exception {
    host.configure("{embedded: true, linger_ms: 200}", "", host.guests());
    for (String each : List.of("one", "two", "three")) {
      host.guest("vm=" + each);
    }
    Hostproc agent = host.start();
    for (String each : List.of("one", "two", "three")) {
      host.awaitRows(agent, host.episode(each), 10);
    }
    AgentHost.awaitSaid(agent, "embedded Kafka is ready");
    AgentHost.end(agent);

    for (String each : List.of("one", "two", "three")) {
      assertEquals("sealed", host.state(host.episode(each)), agent.err());
    }
    assertEquals(1, AgentHost.said(agent, "embedded Kafka"), agent.err());
    assertTrue(Files.isDirectory(folder.resolve("episodes/.kafka")));
  }

  @Test
  void inALabsFolderNothingChangesOnceTheEpisodeIsDone() throws Exception {
    host.configure(
        AgentHost.cluster(),
        "output: 'data/episodes/{episode}/telemetry-proc.jsonl'\nmanifests: manifests\n",
        host.guests());
    Process guest = host.guest("vm=one");
    Path episode = folder.resolve("data/episodes/" + host.episode("one"));
    Path rows = episode.resolve("telemetry-proc.jsonl");
    Path manifest = folder.resolve("manifests/" + host.episode("one") + ".episode.json");
    Hostproc agent = host.start();
    agent.awaitLines(rows, 20);
    guest.destroyForcibly();
    agent.await(() -> Hostproc.read(manifest).contains("\"ended_wall_ns\""));

    Map<String, String> atItsEnd = listing(episode);
    AgentHost.awaitSaid(agent, "; sealed");
    AgentHost.end(agent);
    AgentHost.end(startAgain());

    assertEquals(atItsEnd, listing(episode));
    assertEquals(1, atItsEnd.size());
    assertEquals("sealed", new ObjectMapper().readTree(manifest.toFile()).get("state").asText());
    assertEquals(
        Hostproc.read(rows),
        TestTopics.asFileIfThere(TestBroker.address(), "oracle.host-proc." + host.episode("one")));
  }

  /** Another process shows that it has looked at what is there. */
  private Hostproc startAgain() {
    host.guest("vm=again");
    Hostproc agent = host.start();
    Path rows = folder.resolve("data/episodes/" + host.episode("again") + "/telemetry-proc.jsonl");
    agent.awaitLines(rows, 2);
    return agent;
  }

  /** Of each file: when it was changed, and its bytes. */
  private static Map<String, String> listing(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (var all = Files.list(folder)) {
      for (Path each : all.toList()) {
        byte[] bytes = Files.readAllBytes(each);
        String hash = TestTopics.sha256(bytes, bytes.length);
        files.put(each.toString(), Files.getLastModifiedTime(each) + " " + hash);
      }
    }
    return files;
  }

  @Test
  void aHangUpTakesInRulesAndEndsThoseThatAreGone() throws Exception {
    String kept =
        host.rule("kept", "{exe: '" + host.program + "', arguments: vm=kept}", "kept-{pid}");
    String gone =
        host.rule("gone", "{exe: '" + host.program + "', arguments: vm=gone}", "gone-{pid}");
    String added =
        host.rule("added", "{exe: '" + host.program + "', arguments: vm=added}", "added-{pid}");
    String keptEpisode = "kept-" + host.guest("vm=kept").pid();
    String goneEpisode = "gone-" + host.guest("vm=gone").pid();
    String addedEpisode = "added-" + host.guest("vm=added").pid();
    host.configure(AgentHost.offline(), "", kept, gone);
    Hostproc agent = host.start();
    host.awaitRows(agent, keptEpisode, 2);
    host.awaitRows(agent, goneEpisode, 2);

    host.configure(AgentHost.offline(), "", kept, added);
    agent.signal("HUP");
    host.awaitRows(agent, addedEpisode, 2);
    host.awaitState(goneEpisode, "ended");
    assertEquals("rule_gone", host.endReason(goneEpisode));

    host.write("kafka: {offline: true}\noutput: episodes\nwatch: 7\n");
    agent.signal("HUP");
    AgentHost.awaitSaid(agent, "the configuration stays as it was: agent.yaml:3: ");
    host.awaitRows(agent, keptEpisode, Hostproc.lines(host.rows(keptEpisode)) + 20);
    host.configure(AgentHost.offline(), "", host.rule("kept", "{user: no-such-user}", "{pid}"));
    agent.signal("HUP");
    AgentHost.awaitSaid(agent, "the configuration stays as it was: rule kept: user no-such-user");
    host.awaitRows(agent, keptEpisode, Hostproc.lines(host.rows(keptEpisode)) + 20);
    assertEquals("open", host.state(addedEpisode));
    AgentHost.end(agent);

    assertEquals(1, host.manifest(keptEpisode).get("runs").size());
    assertEquals("signal", host.endReason(keptEpisode));
    assertEquals("signal", host.endReason(addedEpisode));
  }

  /** It comes back in the end: the tests' broker, behind a wire on that port. */
  @Test
  void anAbsentBrokerIsOneLineForAllEpisodes() throws Exception {
    int port = freePort();
    host.configure(
        "{bootstrap_servers: '127.0.0.1:" + port + "', linger_ms: 200}", "", host.guests());
    for (int i = 0; i < FLEET; i++) {
      host.guest("vm=" + i);
    }
    Hostproc agent = host.start();
    for (int i = 0; i < FLEET; i++) {
      host.awaitRows(agent, host.episode("" + i), 50);
    }
    String away = "shipping broke off, rows wait in the file: ";
    String others = "WARN [0-9]+ more episodes? \\(.*: " + away;
    agent.await(() -> AgentHost.said(agent, others) > 0);
    // Who asks and who waits for that may hear different things.
    long kinds = AgentHost.said(agent, "WARN [0-9]+-" + host.tag + ": " + away);
    assertTrue(kinds <= 2, agent.err());
    assertTrue(AgentHost.said(agent, others) <= kinds, agent.err());

    Wire wire = new Wire(port, port(TestBroker.address()));
    try {
      AgentHost.awaitSaid(agent, "shipping again after");
      AgentHost.end(agent);
    } finally {
      wire.close();
    }

    for (int i = 0; i < FLEET; i++) {
      String episode = host.episode("" + i);
      assertEquals("sealed", host.state(episode), agent.err());
      host.assertTopicEqualsFile(episode);
    }
    String named =
        " (WARN|INFO|ERROR) ([0-9]+ more episodes? \\(.*"
            + host.tag
            + "|[0-9]+-"
            + host.tag
            + ": )";
    assertEquals(AgentHost.said(agent, ""), AgentHost.said(agent, named), agent.err());
  }

  /** The first one asks for all: what takes long is not known to be away. */
  @Test
  void aFirstAnswerThatTakesLongIsNoOutage() throws Exception {
    int port = freePort();
    int guests = 4;
    host.configure(
        "{bootstrap_servers: '127.0.0.1:" + port + "', linger_ms: 200}", "", host.guests());
    try (Wire wire = new Wire(port, port(TestBroker.address()))) {
      Wire.Catch first = wire.hold(Wire.METADATA);
      for (int i = 0; i < guests; i++) {
        host.guest("vm=" + i);
      }
      Hostproc agent = host.start();
      assertTrue(first.awaitCaught(), agent.err());
      for (int i = 0; i < guests; i++) {
        // Three seconds: longer than others wait for who asks.
        host.awaitRows(agent, host.episode("" + i), 150);
      }
      first.release();
      AgentHost.end(agent);

      assertEquals(0, AgentHost.said(agent, "WARN|ERROR"), agent.err());
    }
    for (int i = 0; i < guests; i++) {
      assertEquals("sealed", host.state(host.episode("" + i)));
      host.assertTopicEqualsFile(host.episode("" + i));
    }
  }

  @Test
  void episodesThatEndedInAnOutageKeepNoNewOneFromBeginning() throws Exception {
    int port = freePort();
    int guests = 8;
    host.configure(
        "{bootstrap_servers: '127.0.0.1:" + port + "', linger_ms: 200}",
        "limits: {episodes: 2, free_disk: 0}\n",
        host.guests());
    Hostproc agent = host.start();
    for (int i = 0; i < guests; i++) {
      Process guest = host.guest("vm=" + i);
      host.awaitRows(agent, host.episode("" + i), 5);
      guest.destroyForcibly();
      host.awaitState(host.episode("" + i), "ended");
    }
    AgentHost.awaitSaid(agent, "not sealed yet");

    Wire wire = new Wire(port, port(TestBroker.address()));
    try {
      for (int i = 0; i < guests; i++) {
        host.awaitState(host.episode("" + i), "sealed");
      }
      AgentHost.end(agent);
    } finally {
      wire.close();
    }
    for (int i = 0; i < guests; i++) {
      host.assertTopicEqualsFile(host.episode("" + i));
    }
    assertFalse(agent.err().contains("limits.episodes"), agent.err());
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0)) {
      return probe.getLocalPort();
    }
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }
}
