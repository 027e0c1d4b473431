package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.control.ControlClient;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.TestBroker;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A collector that listens on a control socket, and the commands that ask it. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CollectControlIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final String episode = "it-" + UUID.randomUUID();
  private Process target;

  private Hostproc collect(String... more) throws IOException {
    target = Hostproc.target();
    List<String> words =
        new ArrayList<>(
            List.of(
                "collect", "--episode=" + episode, "--pid=" + target.pid(), "--interval-ms=10"));
    words.addAll(List.of("--output=" + rows(), "--socket=" + socket()));
    words.addAll(List.of(more));
    Hostproc collector = Hostproc.start(folder, words.toArray(String[]::new));
    collector.awaitLines(rows(), 5);
    return collector;
  }

  private Path rows() {
    return folder.resolve("rows.jsonl");
  }

  private Path socket() {
    return folder.resolve("collect.sock");
  }

  private JsonNode manifest() throws IOException {
    return JSON.readTree(Files.readString(folder.resolve("rows.episode.json")));
  }

  private Hostproc call(String command, String... words) {
    List<String> all = new ArrayList<>(List.of(command, "--socket=" + socket()));
    all.addAll(List.of(words));
    return Hostproc.call(all.toArray(String[]::new));
  }

  private void assertRefused(String because, String command, String... words) {
    Hostproc call = call(command, words);
    assertEquals(1, call.exitCode(), call.out());
    assertTrue(call.err().contains(because), call.err());
  }

  @Test
  void itIsMarkedListedAndStopped() throws Exception {
    Hostproc collector = collect("--bootstrap-servers=" + TestBroker.address());
    assertEquals(
        "rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));

    Hostproc marking =
        call("mark", "--episode=" + episode, "infecting", "--detail=dropper started");
    assertEquals(0, marking.exitCode(), marking.err());
    assertEquals("infecting", manifest().at("/marks/0/name").asText());
    JsonNode entry = JSON.readTree(call("list", "--json").out()).at("/episodes/0");
    assertEquals(episode, entry.get("episode").asText());
    assertEquals(target.pid(), entry.get("pid").asLong());
    assertEquals("sampling", entry.get("state").asText());
    Hostproc stopping = call("stop", "--wait=sealed", "--episode=" + episode);

    assertEquals(0, stopping.exitCode(), stopping.err());
    assertEquals(0, collector.exitCode(), collector.err());
    assertEquals("stopped", manifest().get("end_reason").asText());
    assertEquals("sealed", manifest().get("state").asText());
    assertEquals(1, manifest().get("marks").size());
    assertTrue(target.isAlive());
    assertFalse(Files.exists(socket()), "the socket is left behind");
  }

  @Test
  void whatCannotBeIsRefusedAndNobodyHarmsIt() throws Exception {
    Hostproc collector = collect("--offline");

    assertRefused("a collector has one episode", "start", "--episode=other", "--pid=1");
    assertRefused("there is no episode other", "stop", "--episode=other");
    assertRefused("there is no episode other", "mark", "--episode=other", "armed");
    try (ControlClient client = ControlClient.connect(socket(), Duration.ofMinutes(1))) {
      FailedException refusal =
          assertThrows(
              FailedException.class, () -> client.ask(JSON.createObjectNode().put("do", "events")));
      assertTrue(refusal.getMessage().contains("a collector tells no events"), refusal::toString);
    }
    try (SocketChannel silent = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.connect(UnixDomainSocketAddress.of(socket()));
      silent.write(ByteBuffer.wrap("nonsense\n{".getBytes(StandardCharsets.UTF_8)));
      collector.awaitLines(rows(), Hostproc.lines(rows()) + 50);
    }
    assertRefused("is not sealed", "stop", "--wait=sealed", "--episode=" + episode);

    assertEquals(0, collector.exitCode(), collector.err());
    assertEquals("stopped", manifest().get("end_reason").asText());
  }

  @Test
  void withItsEndTheSocketIsGone() throws Exception {
    Hostproc collector = collect("--offline");

    target.destroy();

    assertEquals(0, collector.exitCode(), collector.err());
    assertRefused("collect.sock", "list");
  }

  @Test
  void aSocketThatIsListenedOnIsRefusedAndOneLeftBehindIsReplaced() throws Exception {
    Hostproc killed = collect("--offline");
    Hostproc second =
        Hostproc.run(
            folder,
            "collect",
            "--episode=other",
            "--pid=" + target.pid(),
            "--offline",
            "--output=other.jsonl",
            "--socket=" + socket());
    assertEquals(1, second.exitCode(), second.err());
    assertTrue(second.err().contains(socket().toString()), second.err());
    assertFalse(Files.exists(folder.resolve("other.jsonl")), "it has recorded");
    assertEquals(0, call("list").exitCode(), "the first one's socket");
    killed.kill();
    killed.exitCode();
    assertTrue(Files.exists(socket()));

    Files.delete(rows());
    Files.delete(folder.resolve("rows.episode.json"));
    Hostproc next = collect("--offline");

    assertEquals(0, call("stop", "--episode=" + episode).exitCode());
    assertEquals(0, next.exitCode(), next.err());
  }

  @Test
  void onlyTheSamplingThreadHasThePriority() throws Exception {
    Hostproc collector = collect("--offline", "--priority=high");

    if (collector.err().contains("it needs CAP_SYS_NICE")) {
      assertEquals(List.of("0"), collector.niceValues("hostproc-sampl"));
    } else {
      assertEquals(List.of("-19"), collector.niceValues("hostproc-sampl"));
    }
    assertEquals(List.of("0"), collector.niceValues("VM Thread"));
    assertEquals(0, call("stop", "--episode=" + episode).exitCode());
    assertEquals(0, collector.exitCode(), collector.err());
  }

  @Test
  void withoutTheRightThePriorityStaysAndOneLineSaysSo() throws Exception {
    target = Hostproc.target();
    List<String> noRight = List.of("setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice");
    Hostproc collector =
        Hostproc.startBehind(
            noRight,
            folder,
            "collect",
            "--episode=" + episode,
            "--pid=" + target.pid(),
            "--offline",
            "--duration-s=3",
            "--priority=realtime",
            "--output=" + rows());

    assertEquals(0, collector.exitCode(), collector.err());
    assertEquals(
        1,
        collector.err().lines().filter(line -> line.contains("WARN priority realtime")).count(),
        collector.err());
  }

  @Test
  void whatIsNoPriorityIsAMistakeOfUse() {
    Hostproc call = Hostproc.call("collect", "--episode=e", "--pid=1", "--priority=low");

    assertEquals(2, call.exitCode());
    assertTrue(call.err().contains("write normal, high or realtime"), call.err());
  }
}
