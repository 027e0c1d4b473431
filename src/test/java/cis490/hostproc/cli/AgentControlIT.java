package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.control.ControlClient;
import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.RowsFile;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is asked for episodes, by the commands that people use for it. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class AgentControlIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The socket has that many unanswered requests at most, of clients that are gone as well. */
  private static final int MORE_THAN_UNANSWERED = 1_100;

  private static final String WAIT_FOR_NEWS = "{\"do\":\"events\",\"after\":0}";

  @TempDir private Path folder;
  private AgentHost host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new AgentHost(folder);
  }

  private String socket() {
    return folder.resolve("agent.sock").toString();
  }

  private Hostproc startAgent(String kafka, String settings, String... rules) throws IOException {
    host.configure(kafka, "control: {socket: '" + socket() + "'}\n" + settings, rules);
    Hostproc agent = host.start();
    agent.await(() -> Files.exists(Path.of(socket())));
    return agent;
  }

  private Hostproc call(String command, String... words) {
    List<String> all = new ArrayList<>(List.of(command, "--socket=" + socket()));
    all.addAll(List.of(words));
    return Hostproc.call(all.toArray(String[]::new));
  }

  private Hostproc done(String command, String... words) {
    Hostproc call = call(command, words);
    assertEquals(0, call.exitCode(), call.err());
    return call;
  }

  private void assertRefused(String because, String command, String... words) {
    Hostproc call = call(command, words);
    assertEquals(1, call.exitCode(), call.out());
    assertTrue(call.err().contains(because), call.err());
  }

  @Test
  void anEpisodeIsBegunMarkedAndEndedOnRequest() throws Exception {
    Path events = folder.resolve("events.jsonl");
    Hostproc agent = startAgent(AgentHost.cluster(), "events: '" + events + "'\n");
    String episode = host.episode("asked");
    Process guest = host.guest();

    done("start", "--episode=" + episode, "--pid=" + guest.pid());
    assertTrue(Hostproc.lines(host.rows(episode)) >= 1, "answered before the first row");
    done("mark", "--episode=" + episode, "infecting", "--detail=dropper started");
    JsonNode mark = host.manifest(episode).at("/marks/0");
    assertEquals("infecting", mark.get("name").asText());
    assertEquals("dropper started", mark.get("detail").asText());
    host.awaitRows(agent, episode, 20);
    JsonNode list = JSON.readTree(done("list", "--json").out());
    assertEquals(episode, list.at("/episodes/0/episode").asText(), list::toString);
    assertEquals(guest.pid(), list.at("/episodes/0/pid").asLong(), list::toString);

    done("stop", "--episode=" + episode);
    assertEquals("stopped", host.endReason(episode));
    assertTrue(guest.isAlive());
    host.awaitState(episode, "sealed");
    host.assertTopicEqualsFile(episode);
    List<String> rows = Files.readAllLines(host.rows(episode));
    long markedNs = host.manifest(episode).at("/marks/0/t_mono_ns").asLong();
    assertTrue(markedNs > RowsFile.number(rows.get(0), "t_mono_ns"), "on the rows' clock");
    assertTrue(markedNs < RowsFile.number(rows.get(rows.size() - 1), "t_mono_ns"));
    AgentHost.end(agent);
    assertEquals(
        List.of("started", "first_row", "ended", "sealed"), told(events, episode), agent.err());
  }

  @Test
  void eventsAreToldOnTheSocketAsTheyAreInTheFile() throws Exception {
    Path file = folder.resolve("events.jsonl");
    Hostproc agent = startAgent(AgentHost.offline(), "events: '" + file + "'\n");
    List<String> told = new ArrayList<>();
    try (ControlClient silent = ControlClient.connect(Path.of(socket()), Duration.ofMinutes(1));
        ControlClient client = ControlClient.connect(Path.of(socket()), Duration.ofMinutes(1))) {
      assertEquals(0, ask(client, null).get("last").asLong());
      ask(silent, null);
      for (String name : List.of("one", "two")) {
        String episode = host.episode(name);
        done("start", "--episode=" + episode, "--pid=" + host.guest().pid());
        done("stop", "--episode=" + episode);
      }
      long last = 0;
      while (told.size() < 6) {
        JsonNode news = ask(client, last);
        assertEquals(0, news.get("lost").asLong());
        news.get("events").forEach(event -> told.add(event.toString()));
        last = news.get("last").asLong();
        assertEquals(told.size(), last);
      }
      assertEquals(6, ask(client, null).get("last").asLong());
      assertEquals(6, ask(client, 1_000_000L).get("events").size(), "of another agent's number");
    }
    AgentHost.end(agent);
    assertEquals(told, Files.readAllLines(file));
  }

  @Test
  void clientsThatBreakOffWhileTheyWaitForEventsKeepNobodyOut() throws Exception {
    Hostproc agent = startAgent(AgentHost.offline(), "");
    try (SocketChannel patient = ask(WAIT_FOR_NEWS);
        BufferedReader answers =
            new BufferedReader(Channels.newReader(patient, StandardCharsets.UTF_8))) {
      for (int i = 0; i < MORE_THAN_UNANSWERED; i++) {
        try (SocketChannel gone = ask(WAIT_FOR_NEWS)) {
          gone.shutdownOutput();
        }
      }
      assertEquals(0, JSON.readTree(answers.readLine()).get("events").size(), "makes room");
      String episode = host.episode("asked");
      done("start", "--episode=" + episode, "--pid=" + host.guest().pid());

      JsonNode news;
      do {
        send(patient, WAIT_FOR_NEWS);
        news = JSON.readTree(answers.readLine());
      } while (news.get("events").isEmpty());
      assertEquals("started", news.at("/events/0/event").asText());
      done("stop", "--episode=" + episode);
    }
    AgentHost.end(agent);
  }

  private SocketChannel ask(String line) throws IOException {
    SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()));
    send(client, line);
    return client;
  }

  private static void send(SocketChannel client, String line) throws IOException {
    client.write(ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8)));
  }

  private static JsonNode ask(ControlClient client, @Nullable Long after) throws Exception {
    ObjectNode request = JSON.createObjectNode().put("do", "events");
    return client.ask(after == null ? request : request.put("after", after));
  }

  private static List<String> told(Path events, String episode) throws IOException {
    List<String> told = new ArrayList<>();
    for (String line : Files.readAllLines(events)) {
      JsonNode event = JSON.readTree(line);
      assertEquals(episode, event.get("episode").asText());
      told.add(event.get("event").asText());
    }
    return told;
  }

  @Test
  void whatCannotBeIsRefusedInOneLineAndTheRestGoesOn() throws Exception {
    Hostproc agent = startAgent(AgentHost.offline(), "", host.guests());
    Process ruled = host.guest("vm=ruled");
    host.awaitRows(agent, host.episode("ruled"), 5);
    String episode = host.episode("asked");
    Process guest = host.guest();
    done("start", "--episode=" + episode, "--pid=" + guest.pid());

    String busy = "is being recorded as the episode " + host.episode("ruled");
    assertRefused(busy, "start", "--episode=other-" + host.tag, "--pid=" + ruled.pid());
    Process second = host.guest();
    assertRefused("at work already", "start", "--episode=" + episode, "--pid=" + second.pid());
    assertRefused("there is no process", "start", "--episode=none-" + host.tag, "--pid=4194304");
    assertRefused("there is no episode", "stop", "--episode=none-" + host.tag);
    assertRefused("there is no episode", "mark", "--episode=none-" + host.tag, "armed");
    done("stop", "--episode=" + episode);
    assertRefused("is not sealed", "stop", "--wait=sealed", "--episode=" + host.episode("ruled"));
    AgentHost.end(agent);
    assertEquals("ended", host.state(episode));
  }

  @Test
  void onlyTheSamplingThreadHasThePriority() throws Exception {
    Hostproc agent = startAgent(AgentHost.offline(), "priority: high\n", host.guests());
    host.guest("vm=one");
    host.awaitRows(agent, host.episode("one"), 5);
    if (agent.err().contains("it needs CAP_SYS_NICE")) {
      assertEquals(1, AgentHost.said(agent, "WARN priority high"), agent.err());
    } else {
      assertEquals(List.of("-19"), agent.niceValues("hostproc-sampl"));
    }
    assertEquals(List.of("0"), agent.niceValues("VM Thread"));
    AgentHost.end(agent);
  }
}
