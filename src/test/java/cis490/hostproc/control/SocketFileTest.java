package cis490.hostproc.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.Tool;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the socket is, who may connect, and whose it is. */
class SocketFileTest {

  private static final String LIST = "{\"do\":\"list\"}";

  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = folder.resolve("agent.sock");
  }

  /** Nothing of the way to its place is left. */
  @AfterEach
  void nothingElseIsThere() {
    for (String name : folder.toFile().list()) {
      assertTrue(name.startsWith("agent.sock"), name);
    }
  }

  private ControlSocket open() throws Exception {
    return ControlSocket.open(path, request -> CompletableFuture.completedFuture(body()));
  }

  private static ObjectNode body() {
    return TestAgent.body("x");
  }

  private boolean isServed() throws Exception {
    try (RawClient client = new RawClient(path)) {
      return client.ask(LIST).get("ok").booleanValue();
    }
  }

  private String refusal() {
    return assertThrows(FailedException.class, this::open).getMessage();
  }

  private static String openElsewhere(String umask, Path path, String... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh", Child.java()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(OpenSocketMain.class.getName(), path.toString()));
    command.addAll(List.of(more));
    return Tool.line(command.toArray(new String[0]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"000", "077"})
  void onlyOwnerAndGroupMayConnectWhateverTheUmask(String umask) throws Exception {
    assertEquals("140660", openElsewhere(umask, path));
    assertFalse(Files.exists(path), "its end removes it");
  }

  @Test
  void theSocketOfADeadProcessIsReplaced() throws Exception {
    openElsewhere("077", path, "die");
    assertTrue(Files.exists(path), "left behind");
    try (ControlSocket socket = open()) {
      assertEquals(path, socket.path());
      assertTrue(isServed());
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void aSocketInUseIsRefusedAndStays() throws Exception {
    try (ControlSocket first = open()) {
      assertEquals(
          path + ": another process listens on it; stop that one, or choose another path",
          refusal());
      assertEquals(path, first.path());
      assertTrue(isServed());
    }
  }

  /** Both find the same stale socket. */
  @Test
  void ofSeveralThatStartAtOnceOneGetsThePlace() throws Exception {
    openElsewhere("077", path, "die");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 25; round++) {
        CyclicBarrier start = new CyclicBarrier(8);
        List<Future<ControlSocket>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          all.add(
              threads.submit(
                  () -> {
                    start.await();
                    return open();
                  }));
        }
        List<ControlSocket> opened = new ArrayList<>();
        for (Future<ControlSocket> each : all) {
          try {
            opened.add(each.get());
          } catch (ExecutionException refused) {
            assertTrue(refused.getCause() instanceof FailedException, refused::toString);
          }
        }
        assertEquals(1, opened.size());
        assertTrue(isServed());
        opened.get(0).close();
        assertFalse(Files.exists(path));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "folder", "link"})
  void whatIsNotASocketStays(String kind) throws Exception {
    switch (kind) {
      case "file" -> Files.createFile(path);
      case "folder" -> Files.createDirectory(path);
      default -> Files.createSymbolicLink(path, Path.of("nowhere"));
    }
    assertEquals(path + ": exists and is not a socket; choose another path", refusal());
    assertTrue(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aPathThatIsTooLongIsRefused() throws Exception {
    int room = SocketFile.PATH_BYTES_MAX - folder.toString().length() - 1;
    path = folder.resolve("agent.sock" + "k".repeat(room - 10));
    try (ControlSocket socket = open()) {
      assertEquals(path, socket.path());
      assertTrue(isServed());
    }
    path = folder.resolve("agent.sock" + "k".repeat(room - 9));
    assertEquals(
        path + ": needs 107 bytes, and a socket's path has room for 106; choose a shorter one",
        refusal());
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    path = folder.resolve("run").resolve("agent.sock");
    assertEquals(folder.resolve("run") + ": no such folder; make it, or choose another", refusal());
  }

  @Test
  void itsEndRemovesNoOther() throws Exception {
    ControlSocket first = open();
    Files.delete(path);
    try (ControlSocket second = open()) {
      first.close();
      assertEquals(path, second.path());
      assertTrue(isServed());
    }
    first.close();
    assertFalse(Files.exists(path));
  }
}
