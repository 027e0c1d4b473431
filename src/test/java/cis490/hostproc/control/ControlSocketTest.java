package cis490.hostproc.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.testkit.Seed;
import cis490.hostproc.testkit.Tool;
import cis490.hostproc.testkit.Wait;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of every kind, and what the others notice of them: nothing. */
@Timeout(60)
class ControlSocketTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String LIST = "{\"do\":\"list\"}";
  private static final String STOP = "{\"do\":\"stop\",\"episode\":\"e\"}";

  @TempDir private Path folder;
  private TestAgent agent;

  @BeforeEach
  void open() throws Exception {
    agent = new TestAgent(folder.resolve("agent.sock"));
  }

  @AfterEach
  void isStillServed() throws Exception {
    agent.isQuick = true;
    try (RawClient client = agent.connect()) {
      assertEquals("{\"ok\":true,\"did\":\"ListAll\"}", client.ask(LIST).toString());
    } finally {
      agent.close();
    }
  }

  private void awaitAsked(int count) throws Exception {
    Wait.until(count + " requests", LIMIT, () -> agent.asked.size() == count);
  }

  private static String list(int id) {
    return "{\"do\":\"list\",\"id\":" + id + "}\n";
  }

  @Test
  void anAnswerHasTheId() throws Exception {
    try (RawClient client = agent.connect()) {
      assertEquals(
          "{\"ok\":true,\"id\":\"a\",\"did\":\"ListAll\"}",
          client.ask("{\"id\":\"a\",\"do\":\"list\"}").toString());
      assertEquals(
          "{\"ok\":false,\"id\":1.50,\"error\":\"do is missing; give start, stop, list, mark, events\"}",
          client.ask("{\"id\":1.50}").toString().replace("1.5,", "1.50,"));
    }
  }

  @Test
  void aMistakeLeavesTheConnectionOpen() throws Exception {
    try (RawClient client = agent.connect()) {
      assertFalse(client.ask("{\"do\":\"frob\"}").get("ok").booleanValue());
      assertTrue(client.ask(LIST).get("ok").booleanValue());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r", "[]", "", "{\"do\":\"list\""})
  void nonsenseIsAnsweredAndEndsTheConnection(String line) throws Exception {
    try (RawClient client = agent.connect()) {
      client.send(LIST + "\n" + line + "\n" + LIST + "\n");
      assertTrue(client.answer().get("ok").booleanValue(), "what came before");
      assertFalse(client.answer().get("ok").booleanValue());
      assertIsClosed(client);
    }
    assertEquals(1, agent.asked.size(), "nothing after it is obeyed");
  }

  /** What it sent and nobody has read makes the end a reset. */
  private static void assertIsClosed(RawClient client) {
    try {
      assertNull(client.answer());
    } catch (IOException reset) {
      assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
    }
  }

  @Test
  void aLineOfTheLongestKindIsTakenAndALongerOneIsNot() throws Exception {
    String longest = " ".repeat(LineBuffer.LINE_BYTES_MAX - LIST.length()) + LIST;
    try (RawClient client = agent.connect()) {
      assertTrue(client.ask(longest).get("ok").booleanValue());
      assertTrue(client.ask(longest).get("ok").booleanValue());
      JsonNode answer = client.ask(" " + longest);
      assertTrue(answer.get("error").asText().startsWith("a line of more than 65536 bytes"));
      assertIsClosed(client);
    }
  }

  @Test
  void aLineMayComeInPieces() throws Exception {
    try (RawClient client = agent.connect()) {
      for (byte each : "{\"do\":\"list\",\"id\":\"ü\"}\n".getBytes(UTF_8)) {
        client.send(new byte[] {each});
      }
      assertEquals("ü", client.answer().get("id").asText());
    }
  }

  @Test
  void aMarkIsStampedWhenItsNewlineCame() throws Exception {
    try (RawClient client = agent.connect()) {
      client.send("{\"do\":\"mark\",\"episode\":\"e\",\"name\":\"n\"}");
      assertTrue(isServed(), "time passes");
      long beforeNs = System.nanoTime();
      client.send("\n");
      assertTrue(client.answer().get("ok").booleanValue());
      ControlRequest.Mark mark = (ControlRequest.Mark) agent.asked.get(1).request();
      assertTrue(mark.monoNs() >= beforeNs && mark.monoNs() <= System.nanoTime());
      long offNs = mark.wallNs() - System.currentTimeMillis() * 1_000_000;
      assertTrue(Math.abs(offNs) < LIMIT.toNanos(), () -> "off by " + offNs + " ns");
    }
  }

  @Test
  void twoRequestsMayComeAtOnceAndAnswersKeepTheirOrder() throws Exception {
    agent.isQuick = false;
    try (RawClient client = agent.connect()) {
      client.send(list(1) + "{\"do\":\"frob\",\"id\":2}\n" + list(3) + list(4));
      awaitAsked(3);
      TestAgent.answer(agent.asked.get(2));
      TestAgent.answer(agent.asked.get(1));
      TestAgent.answer(agent.asked.get(0));
      for (int id = 1; id <= 4; id++) {
        assertEquals(id, client.answer().get("id").intValue());
      }
    }
  }

  @Test
  void noMoreThanSixteenRequestsOfAConnectionAreUnanswered() throws Exception {
    agent.isQuick = false;
    try (RawClient client = agent.connect()) {
      for (int id = 0; id < 40; id++) {
        client.send(list(id));
      }
      awaitAsked(16);
      assertOthersAreServed();
      assertEquals(17, agent.asked.size(), "one of them is the other client's");
      for (int id = 0; id < 40; id++) {
        int of = id < 16 ? id : id + 1;
        Wait.until("request " + id, LIMIT, () -> agent.asked.size() > of);
        TestAgent.answer(agent.asked.get(of));
        assertEquals(id, client.answer().get("id").intValue());
      }
    }
  }

  /** Their answers wait for nobody's reply, so no event of the socket comes for the rest. */
  @Test
  void manyMistakesAtOnceAreAllAnswered() throws Exception {
    try (RawClient client = agent.connect()) {
      client.send("{}\n".repeat(1000) + LIST + "\n");
      for (int i = 0; i < 1000; i++) {
        assertFalse(client.answer().get("ok").booleanValue());
      }
      assertTrue(client.answer().get("ok").booleanValue());
    }
  }

  private void assertOthersAreServed() throws Exception {
    boolean wasQuick = agent.isQuick;
    agent.isQuick = true;
    try (RawClient other = agent.connect()) {
      assertTrue(other.ask(LIST).get("ok").booleanValue());
    }
    agent.isQuick = wasQuick;
  }

  @Test
  void sixtyFourMayConnectAndTheNextIsTold() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < ControlLoop.CONNECTIONS_MAX; i++) {
      clients.add(agent.connect());
      assertTrue(clients.get(i).ask(LIST).get("ok").booleanValue());
    }
    try (RawClient more = agent.connect()) {
      assertEquals(
          "the agent has 64 connections, and takes no more; close one of them",
          more.answer().get("error").asText());
      assertIsClosed(more);
    }
    for (int i = 0; i < 100; i++) {
      // Gone before it could be told: that is no reason to take nobody for a while.
      agent.connect().close();
    }
    clients.remove(0).close();
    Wait.until("one place is free", LIMIT, this::isServed);
    for (RawClient each : clients) {
      assertTrue(each.ask(LIST).get("ok").booleanValue());
      each.close();
    }
  }

  private boolean isServed() throws Exception {
    try (RawClient client = agent.connect()) {
      return client.ask(LIST).get("ok").booleanValue();
    } catch (IOException | NullPointerException refused) {
      return false;
    }
  }

  /** They wait for answers that do not come; who comes next gets their place. */
  @Test
  void clientsThatBrokeOffKeepNobodyOut() throws Exception {
    agent.isQuick = false;
    for (int i = 0; i < ControlLoop.CONNECTIONS_MAX; i++) {
      try (RawClient client = agent.connect()) {
        client.send(STOP + "\n");
      }
    }
    awaitAsked(ControlLoop.CONNECTIONS_MAX);
    Wait.until("their end is seen", LIMIT, this::isServedAmongTheSlow);
    agent.asked.forEach(TestAgent::answer);
  }

  private boolean isServedAmongTheSlow() throws Exception {
    agent.isQuick = true;
    return isServed();
  }

  @Test
  void workGoesOnWithoutTheClientThatAskedForIt() throws Exception {
    agent.isQuick = false;
    try (RawClient client = agent.connect()) {
      client.send(STOP + "\n{\"do\":\"sto");
      awaitAsked(1);
    }
    assertOthersAreServed();
    assertFalse(agent.asked.get(0).answer().isDone(), "neither cancelled nor lost");
    TestAgent.answer(agent.asked.get(0));
    assertOthersAreServed();
  }

  @Test
  void aClientThatSendsNoMoreStillGetsItsAnswers() throws Exception {
    agent.isQuick = false;
    try (RawClient client = agent.connect()) {
      client.send(list(1) + list(2) + "{\"do\":\"list\"}");
      client.endInput();
      awaitAsked(2);
      agent.asked.forEach(TestAgent::answer);
      assertEquals(1, client.answer().get("id").intValue());
      assertEquals(2, client.answer().get("id").intValue());
      assertTrue(client.answer().get("error").asText().startsWith("a last line without a newline"));
      assertNull(client.answer());
    }
  }

  @Test
  void noMoreThanAThousandRequestsOfAllAreUnanswered() throws Exception {
    agent.isQuick = false;
    int each = Connection.UNANSWERED_MAX;
    for (int asked = 0; asked < ControlLoop.UNANSWERED_MAX; asked += each) {
      try (RawClient client = agent.connect()) {
        client.send((STOP + "\n").repeat(each));
        awaitAsked(asked + each);
      }
    }
    try (RawClient client = agent.connect()) {
      assertEquals(
          "the agent has 1024 unanswered requests; ask again later",
          client.ask(LIST).get("error").asText());
      agent.asked.forEach(TestAgent::answer);
      agent.isQuick = true;
      Wait.until("there is room", LIMIT, () -> client.ask(LIST).get("ok").booleanValue());
    }
  }

  /** The kernel holds some answers for a client that never reads, the agent some more. */
  @Test
  void aClientThatNeverReadsIsCutOffWhenTooMuchWaits() throws Exception {
    String mistakes = ("{\"do\":\"frob\",\"id\":\"" + "i".repeat(200) + "\"}\n").repeat(20);
    try (ControlSocket socket =
            ControlSocket.open(folder.resolve("other.sock"), agent, Duration.ofHours(1));
        RawClient client = new RawClient(socket.path())) {
      IOException cutOff =
          assertThrows(
              IOException.class,
              () -> {
                while (true) {
                  client.send(mistakes);
                }
              });
      assertTrue(cutOff.getMessage().matches(".*(pipe|reset).*"), cutOff.getMessage());
    }
  }

  @Test
  void aClientThatNeverReadsIsCutOffAfterSomeTime() throws Exception {
    CompletableFuture<ObjectNode> large =
        CompletableFuture.completedFuture(TestAgent.body("x".repeat(1_000_000)));
    try (ControlSocket socket =
            ControlSocket.open(
                folder.resolve("other.sock"), request -> large, Duration.ofMillis(300));
        RawClient client = new RawClient(socket.path())) {
      client.send(LIST + "\n");
      Wait.until("it is cut off", LIMIT, () -> isBroken(client));
    }
  }

  private static boolean isBroken(RawClient client) {
    try {
      client.send(" ");
      return false;
    } catch (IOException broken) {
      return true;
    }
  }

  @Test
  void aLongAnswerReachesAClientThatReads() throws Exception {
    CompletableFuture<ObjectNode> large =
        CompletableFuture.completedFuture(TestAgent.body("x".repeat(3_000_000)));
    try (ControlSocket socket = ControlSocket.open(folder.resolve("other.sock"), request -> large);
        RawClient client = new RawClient(socket.path())) {
      assertEquals(3_000_000, client.ask(LIST).get("did").asText().length());
      assertEquals(3_000_000, client.ask(LIST).get("did").asText().length());
    }
  }

  /** Thrown, failed, or nothing at all: each is an answer. */
  @Test
  void aHandlerThatFailsIsAnAnswer() throws Exception {
    List<CompletableFuture<ObjectNode>> answers = new ArrayList<>();
    answers.add(CompletableFuture.failedFuture(new FailedException("no episode e; start it")));
    answers.add(
        CompletableFuture.failedFuture(new FailedException("later"))
            .thenApply(never -> TestAgent.body("x")));
    answers.add(CompletableFuture.failedFuture(new IllegalStateException("boom\nbang")));
    answers.add(CompletableFuture.completedFuture(null));
    answers.add(null);
    ControlHandler handler =
        request -> {
          if (answers.isEmpty()) {
            throw new StackOverflowError("deep");
          }
          return answers.remove(0);
        };
    List<String> told = new ArrayList<>();
    try (ControlSocket socket = ControlSocket.open(folder.resolve("other.sock"), handler);
        RawClient client = new RawClient(socket.path())) {
      for (int i = 0; i < 6; i++) {
        told.add(client.ask(LIST).get("error").asText());
      }
    }
    assertEquals(
        """
        no episode e; start it
        later
        the agent failed: java.lang.IllegalStateException: boom?bang; its log says more
        the agent failed: java.lang.IllegalStateException: no answer; its log says more
        the agent failed: java.lang.NullPointerException: no answer; its log says more
        the agent failed: java.lang.StackOverflowError: deep; its log says more""",
        String.join("\n", told));
  }

  @Test
  void whatIsReadyIsSentBeforeTheEnd() throws Exception {
    TestAgent other = new TestAgent(folder.resolve("other.sock"));
    other.isQuick = false;
    try (RawClient client = other.connect()) {
      client.send(list(1) + list(2));
      Wait.until("both", LIMIT, () -> other.asked.size() == 2);
      TestAgent.answer(other.asked.get(0));
      other.close();
      assertEquals(1, client.answer().get("id").intValue());
      assertIsClosed(client);
    }
    TestAgent.answer(other.asked.get(1));
  }

  /** Noise, mutated requests and good ones, by clients that come and go. */
  @Test
  void noiseEndsNothingButItsOwnConnection() throws Exception {
    SplittableRandom random = Seed.random("noise on the control socket");
    for (int round = 0; round < 300; round++) {
      try (RawClient client = agent.connect()) {
        client.send(noise(random));
        if (random.nextBoolean()) {
          client.endInput();
          assertAnswersEnd(client);
        }
      } catch (IOException closed) {
        assertTrue(closed.getMessage().matches(".*(pipe|reset).*"), closed.getMessage());
      }
    }
  }

  private static byte[] noise(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(1, 3000)];
    random.nextBytes(bytes);
    if (random.nextInt(3) > 0) {
      String good = "{\"do\":\"mark\",\"episode\":\"e\",\"name\":\"n\",\"id\":1}\n" + LIST + "\n";
      bytes = good.repeat(random.nextInt(1, 20)).getBytes(UTF_8);
      for (int i = random.nextInt(4); i > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
    }
    return bytes;
  }

  /** Each is a line of JSON that says whether it was done. */
  private static void assertAnswersEnd(RawClient client) throws IOException {
    for (JsonNode answer = client.answer(); answer != null; answer = client.answer()) {
      assertEquals(answer.get("ok").booleanValue(), !answer.has("error"), answer::toString);
    }
  }

  @Test
  void pythonNeedsNoClientOfOurs() throws Exception {
    Tool.require("python3", "--version");
    String program =
        """
        import json, socket, sys, time
        agent = socket.socket(socket.AF_UNIX)
        agent.connect(sys.argv[1])
        lines = agent.makefile("rw", encoding="utf-8")
        for request in (
            {"do": "start", "episode": "01J8ZQ", "pid": 4711, "mono_origin_ns": time.monotonic_ns()},
            {"do": "mark", "episode": "01J8ZQ", "name": "infecting", "mono_ns": time.monotonic_ns()},
            {"do": "mark", "episode": "01J8ZQ", "name": "infecting", "mono_ns": time.time_ns()},
            {"do": "stop", "episode": "01J8ZQ", "wait": "sealed"},
        ):
            print(json.dumps(request), file=lines, flush=True)
            print(json.loads(lines.readline())["ok"], end=" ")
        """;
    assertEquals(
        "True True False True",
        Tool.line("python3", "-c", program, agent.socket.path().toString()));
  }
}
