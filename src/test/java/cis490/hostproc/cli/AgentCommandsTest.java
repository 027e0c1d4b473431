package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.control.ControlHandler;
import cis490.hostproc.control.ControlRequest;
import cis490.hostproc.control.ControlSocket;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code start}, {@code stop}, {@code mark} and {@code list}, against a socket of the tests. */
@Timeout(60)
@ExtendWith(EndsWhatItStarts.class)
class AgentCommandsTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final EpisodeId EPISODE = new EpisodeId("boot-17");

  @TempDir private Path folder;
  private final List<ControlRequest> asked = new ArrayList<>();

  private Hostproc call(String answer, String... args) throws Exception {
    ObjectNode body = (ObjectNode) JSON.readTree(answer.replace('\'', '"'));
    return call(request -> CompletableFuture.completedFuture(body), args);
  }

  private Hostproc call(ControlHandler handler, String... args) throws Exception {
    ControlHandler keeping =
        request -> {
          asked.add(request);
          return handler.handle(request);
        };
    try (ControlSocket socket = ControlSocket.open(folder.resolve("agent.sock"), keeping)) {
      return call(socket.path(), args);
    }
  }

  private Hostproc callWithout(String... args) {
    return call(folder.resolve("agent.sock"), args);
  }

  private static Hostproc call(Path socket, String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.add("--socket=" + socket);
    return Hostproc.call(all.toArray(new String[0]));
  }

  private static void assertDone(Hostproc run) {
    assertEquals("", run.err());
    assertEquals(0, run.exitCode());
  }

  @Test
  void startPrintsWhatTheAgentAnswers() throws Exception {
    Hostproc run =
        call(
            "{'episode':'boot-17','rows':1,'mono_ns':5}",
            "start",
            "--episode=boot-17",
            "--pid=4711");
    assertDone(run);
    assertEquals(
        "episode            boot-17\nrows               1\nmono ns            5\n", run.out());
    ControlRequest.Start start = (ControlRequest.Start) asked.get(0);
    assertEquals(
        new ControlRequest.Start(start.received(), EPISODE, 4711, null, null, null), start);
  }

  @Test
  void startPassesOnWhatItWasGiven() throws Exception {
    assertDone(
        call(
            "{}",
            "start",
            "--episode=boot-17",
            "--pid=1",
            "--interval-ms=10",
            "--mono-origin-ns=7",
            "--output=rows.jsonl"));
    ControlRequest.Start start = (ControlRequest.Start) asked.get(0);
    Path file = Path.of("rows.jsonl").toAbsolutePath();
    assertEquals(new ControlRequest.Start(start.received(), EPISODE, 1, 10L, 7L, file), start);
  }

  @Test
  void stopWaitsForWhatItWasGiven() throws Exception {
    assertDone(call("{}", "stop", "--episode=boot-17"));
    assertDone(call("{}", "stop", "--episode=boot-17", "--wait=sealed"));
    assertEquals(ControlRequest.Until.ENDED, ((ControlRequest.Stop) asked.get(0)).until());
    assertEquals(ControlRequest.Until.SEALED, ((ControlRequest.Stop) asked.get(1)).until());
  }

  @Test
  void markPassesOnWhatItWasGiven() throws Exception {
    assertDone(call("{}", "mark", "--episode=boot-17", "infecting"));
    assertDone(call("{}", "mark", "--episode=boot-17", "armed", "--detail=by hand", "--mono-ns=9"));
    ControlRequest.Mark first = (ControlRequest.Mark) asked.get(0);
    long receivedNs = first.received().monoNs();
    assertEquals(
        new ControlRequest.Mark(first.received(), EPISODE, "infecting", null, receivedNs), first);
    ControlRequest.Mark second = (ControlRequest.Mark) asked.get(1);
    assertEquals(
        new ControlRequest.Mark(second.received(), EPISODE, "armed", "by hand", 9), second);
  }

  @Test
  void listIsATableOfWhateverFieldsThereAre() throws Exception {
    String answer =
        "{'episodes':[{'episode':'a','rows':7,'state':'open'},"
            + "{'episode':'boot-17','rows':12345,'last_error':'\\u001b[1mx','marks':[1]}]}";
    Hostproc run = call(answer, "list");
    assertDone(run);
    assertEquals(
        """
        EPISODE   ROWS  STATE  LAST ERROR  MARKS
        a            7  open   -           -
        boot-17  12345  -      ?[1mx       [1]
        """,
        run.out());
    assertEquals(
        "{\"ok\":true," + JSON.readTree(answer.replace('\'', '"')).toString().substring(1) + "\n",
        call(answer, "list", "--json").out());
  }

  @Test
  void anEmptyListSaysSo() throws Exception {
    Hostproc run = call("{'episodes':[]}", "list");
    assertEquals(0, run.exitCode());
    assertEquals("no episodes now\n", run.err());
    assertEquals("", run.out());
  }

  @Test
  void theAgentsLineIsTheFailure() throws Exception {
    Hostproc run =
        call(
            request -> CompletableFuture.failedFuture(new FailedException("no episode; start it")),
            "stop",
            "--episode=boot-17");
    assertFailed("hostproc stop: no episode; start it\n", run);
  }

  private static void assertFailed(String line, Hostproc run) {
    assertEquals(line, run.err());
    assertEquals("", run.out());
    assertEquals(1, run.exitCode());
  }

  @Test
  void noAgentIsOneLine() throws Exception {
    Path path = folder.resolve("agent.sock");
    String what = "; start one, or give the socket of one that runs\n";
    assertFailed(
        "hostproc list: no agent at " + path + ": there is no such file" + what,
        callWithout("list"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
    }
    assertFailed(
        "hostproc list: no agent at " + path + ": nobody listens there any more" + what,
        callWithout("list"));
  }

  @Test
  void anAgentThatDoesNotAnswerIsNotWaitedForForever() throws Exception {
    Path path = folder.resolve("agent.sock");
    String line =
        "hostproc list: no answer from the agent at "
            + path
            + " in 1 s; it may still do what it was asked\n";
    assertFailed(line, call(request -> new CompletableFuture<>(), "list", "--timeout-s=1"));
  }

  /** The kernel lets only so many wait for a process that accepts nobody. */
  @Test
  void anAgentThatAcceptsNobodyIsNotWaitedForForever() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("agent.sock"));
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address, 1);
      for (int i = 0; i < 2; i++) {
        waiting.add(SocketChannel.open(address));
      }
      Hostproc run = callWithout("list", "--timeout-s=1");
      assertEquals(1, run.exitCode());
      assertTrue(run.err().contains("temporarily unavailable"), run.err());
    } finally {
      for (SocketChannel each : waiting) {
        each.close();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello | no agent listens there: it answers hello",
        "{} | no agent listens there: it answers {}",
      })
  void whatIsNoAgentIsNamed(String answer, String expected) throws Exception {
    Hostproc run = callStranger(answer + "\n");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains(expected), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void anEndWithoutAnAnswerIsNamed() throws Exception {
    Hostproc run = callStranger("");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("the agent ended without an answer"), run.err());
  }

  /** Takes one connection, says this and closes. */
  private Hostproc callStranger(String answer) throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(folder.resolve("agent.sock")));
      CompletableFuture<Void> stranger =
          CompletableFuture.runAsync(
              () -> {
                try (SocketChannel client = server.accept()) {
                  client.read(ByteBuffer.allocate(100));
                  client.write(ByteBuffer.wrap(answer.getBytes(UTF_8)));
                } catch (IOException failure) {
                  throw new UncheckedIOException(failure);
                }
              });
      Hostproc run = callWithout("list");
      stranger.join();
      return run;
    }
  }

  /** What any agent would refuse is known before one is asked. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "start --episode a | '--pid=PID'",
        "start --pid 1 | '--episode=ID'",
        "start --episode ../a --pid 1 | '../a' is not an episode id",
        "start --episode a --pid 0 | pid: 0 is out of range",
        "start --episode a --pid 1 --interval-ms 0 | interval_ms: 0 is out of range",
        "start --episode a --pid 1 --mono-origin-ns 9223372036854775807 | is later than now",
        "start --episode a --pid 1 --output / | output: \"/\" is not",
        "stop --episode a --wait soon | 'soon'",
        "mark --episode a | 'NAME'",
        "mark --episode a b c | 'c'",
        "mark --episode a b --mono-ns -1 | mono_ns: -1 is out of range",
        "list --timeout-s 0 | --timeout-s 0: 1 to 86400",
        "list --episode a | --episode",
      })
  void aMistakeIsAUsageError(String args, String expected) {
    Hostproc run = callWithout(args.split(" "));
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(expected), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertEquals(0, folder.toFile().list().length);
  }
}
