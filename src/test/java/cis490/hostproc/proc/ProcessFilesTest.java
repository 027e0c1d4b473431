package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.proc.ProcessFiles.Found;
import cis490.hostproc.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a process under a made-up proc root: alive, gone, dead, partly unreadable. */
class ProcessFilesTest {

  @TempDir Path procRoot;

  @Test
  void aLiveProcessGivesAllItsNumbers() throws Exception {
    put("ordinary");
    try (ProcessFiles files = open()) {
      assertEquals("qemu-system-x86", files.stat().commandName());
      assertEquals(238387, files.stat().startTimeTicks());
      assertEquals(procRoot.resolve("4242"), files.directory());
      assertEquals(Found.ALIVE, files.read());
      assertEquals(8901, files.stat().userJiffies());
      assertTrue(files.ioPresent());
      assertNull(files.ioFailure());
      assertEquals(73728000, files.io().readBytes());
      assertTrue(files.statusPresent());
      assertNull(files.statusFailure());
      assertEquals(55501, files.status().voluntarySwitches());
    }
  }

  @Test
  void eachReadGivesTheNumbersOfNow() throws Exception {
    put("ordinary");
    try (ProcessFiles files = open()) {
      assertEquals(Found.ALIVE, files.read());
      put("largest-values");
      assertEquals(Found.ALIVE, files.read());
      assertEquals(-1L, files.stat().userJiffies());
      assertEquals(-1L, files.io().writeBytes());
      assertEquals(-1L, files.status().involuntarySwitches());
      put("all-zero");
      assertEquals(Found.ALIVE, files.read());
      assertEquals(0, files.stat().userJiffies());
      assertEquals(0, files.io().writeBytes());
      assertEquals(0, files.status().involuntarySwitches());
    }
  }

  @Test
  void aProcessThatIsNotThereIsRefusedByName() throws Exception {
    var error = assertThrows(NoSuchProcessException.class, this::open);
    assertEquals("process 4242 is not there (under " + procRoot + ")", error.getMessage());
    put("stat-missing");
    assertThrows(NoSuchProcessException.class, this::open);
  }

  @Test
  void aZombieIsRefusedAtTheStart() throws Exception {
    put("zombie");
    var error = assertThrows(NoSuchProcessException.class, this::open);
    assertTrue(error.getMessage().contains("is dead (a zombie)"), error.getMessage());
  }

  @Test
  void aProcessThatBecomesAZombieIsFound() throws Exception {
    put("ordinary");
    try (ProcessFiles files = open()) {
      assertEquals(Found.ALIVE, files.read());
      put("zombie");
      assertEquals(Found.ZOMBIE, files.read());
    }
  }

  @Test
  void aProcessWhoseFirstThreadEndedIsAliveWhileOthersRun() throws Exception {
    put("zombie-leader-with-live-threads");
    try (ProcessFiles files = open()) {
      assertEquals(Found.ALIVE, files.read());
      assertEquals(8901, files.stat().userJiffies());
      put("zombie");
      assertEquals(Found.ZOMBIE, files.read());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "io-missing, false, true",
    "status-missing, true, false",
    "io-and-status-missing, false, false"
  })
  void aProcessWithoutIoOrStatusIsAliveAndTheReasonIsKept(
      String fixture, boolean io, boolean status) throws Exception {
    put(fixture);
    try (ProcessFiles files = open()) {
      for (int i = 0; i < 2; i++) {
        assertEquals(Found.ALIVE, files.read());
        assertEquals(io, files.ioPresent());
        assertEquals(status, files.statusPresent());
        assertReason("io", io, files.ioFailure());
        assertReason("status", status, files.statusFailure());
        assertEquals(120345, files.stat().minorFaults());
      }
    }
  }

  private void assertReason(String file, boolean present, IOException failure) {
    if (present) {
      assertNull(failure);
    } else {
      assertInstanceOf(NoSuchFileException.class, failure);
      assertTrue(failure.getMessage().endsWith("/4242/" + file), failure.getMessage());
    }
  }

  @Test
  void anIoThatOpensButCannotBeReadIsAbsent() throws Exception {
    put("io-missing");
    // A folder opens for reading and fails at each read, as another user's io does.
    Files.createDirectory(procRoot.resolve("4242/io"));
    try (ProcessFiles files = open()) {
      for (int i = 0; i < 2; i++) {
        assertEquals(Found.ALIVE, files.read());
        assertFalse(files.ioPresent());
        assertInstanceOf(IOException.class, files.ioFailure());
        assertTrue(files.statusPresent());
      }
    }
  }

  @Test
  void aStatThatCannotBeReadIsAnErrorWhileTheProcessIsThere() throws Exception {
    Files.createDirectories(procRoot.resolve("4242/stat"));
    assertThrows(IOException.class, this::open);
  }

  @Test
  void anotherProcessWithTheSamePidIsNeverRead() throws Exception {
    put("ordinary");
    try (ProcessFiles files = open()) {
      Files.move(procRoot.resolve("4242"), procRoot.resolve("moved"));
      put("all-zero");
      assertEquals(Found.ALIVE, files.read());
      assertEquals(8901, files.stat().userJiffies());
      assertEquals(73728000, files.io().readBytes());
      assertEquals(55501, files.status().voluntarySwitches());
    }
  }

  @Test
  void aFailedReadMeansGoneWhenThePidIsFreeOrBelongsToAnother() throws Exception {
    put("ordinary");
    ProcessFiles files = open();
    files.close();
    assertThrows(IOException.class, files::read, "still there: a failure, no end");
    put("name-with-newline");
    assertThrows(IOException.class, files::read, "still there under a new name");
    put("largest-values");
    assertEquals(Found.GONE, files.read(), "another start time");
    put("stat-cut");
    assertEquals(Found.GONE, files.read(), "no process");
    Files.delete(procRoot.resolve("4242/stat"));
    assertEquals(Found.GONE, files.read(), "free");
  }

  @ParameterizedTest
  @CsvSource({
    "stat-cut, stat",
    "stat-empty, stat",
    "stat-number-negative, stat",
    "stat-number-beyond-64-bits, stat",
    "io-cut, io",
    "io-number-with-underscore, io",
    "status-cut, status",
    "status-without-switches, status"
  })
  void aMalformedTextIsAnErrorThatNamesItsFileAndTheNextReadIsTriedAnew(String fixture, String file)
      throws Exception {
    put("ordinary");
    try (ProcessFiles files = open()) {
      put(fixture);
      var error = assertThrows(MalformedKernelTextException.class, files::read);
      assertTrue(error.getMessage().startsWith(file + ": "), error.getMessage());
      put("ordinary");
      assertEquals(Found.ALIVE, files.read());
      assertEquals(120345, files.stat().minorFaults());
    }
  }

  @Test
  void aMalformedStatIsRefusedAtTheStart() throws Exception {
    put("stat-cut");
    assertThrows(MalformedKernelTextException.class, this::open);
  }

  @Test
  void nothingStaysOpenAfterARefusalOrAClose() throws Exception {
    for (String refused : List.of("zombie", "stat-cut", "stat-missing")) {
      put(refused);
      assertThrows(Exception.class, this::open);
      assertEquals(0, openHere(), refused);
      remove();
    }
    put("ordinary");
    try (ProcessFiles files = open()) {
      assertEquals(3, openHere(), () -> files.directory().toString());
    }
    assertEquals(0, openHere());
  }

  /** How many of this JVM's descriptors lead under the made-up proc root. */
  private long openHere() throws IOException {
    long count = 0;
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          if (Files.readSymbolicLink(descriptor).startsWith(procRoot.toRealPath())) {
            count++;
          }
        } catch (NoSuchFileException closedSince) {
          // Not ours: ours are opened and closed on this thread.
        }
      }
    }
    return count;
  }

  private ProcessFiles open()
      throws NoSuchProcessException, IOException, MalformedKernelTextException {
    return ProcessFiles.open(procRoot, Fixtures.PID);
  }

  /** Writes a case's texts in place, as the kernel's files change while they are open. */
  private void put(String fixture) throws IOException {
    Path folder = Files.createDirectories(procRoot.resolve(Long.toString(Fixtures.PID)));
    try (var texts = Files.newDirectoryStream(Fixtures.process(fixture))) {
      for (Path text : texts) {
        Files.write(folder.resolve(text.getFileName()), Files.readAllBytes(text));
      }
    }
  }

  private void remove() throws IOException {
    Path folder = procRoot.resolve(Long.toString(Fixtures.PID));
    for (String name : List.of("stat", "io", "status")) {
      Files.deleteIfExists(folder.resolve(name));
    }
  }
}
