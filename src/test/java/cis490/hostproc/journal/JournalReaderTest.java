package cis490.hostproc.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Seed;
import cis490.hostproc.testkit.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Following a file that somebody else writes. */
class JournalReaderTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.createFile(folder.resolve("rows.jsonl"));
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  @Test
  void completeLinesCountAndATornOneDoesNot() throws Exception {
    write("a\nbb\nccc");
    try (JournalReader reader = JournalReader.open(file)) {
      assertEquals(5, reader.length());
      assertEquals(2, reader.lines());
      assertEquals(3, reader.tornBytes());
      write("c\n");
      assertEquals(10, reader.length());
      assertEquals(3, reader.lines());
      assertEquals(0, reader.tornBytes());
      assertEquals(10, reader.force());
    }
    assertEquals("a\nbb\ncccc\n", Files.readString(file));
  }

  @Test
  void anyFileInAnyPiecesIsFoundAsItIs() throws Exception {
    SplittableRandom random = Seed.random("JournalReaderTest");
    StringBuilder all = new StringBuilder();
    try (JournalReader reader = JournalReader.open(file)) {
      JournalCursor cursor = JournalCursor.atStart(reader);
      StringBuilder walked = new StringBuilder();
      for (int round = 0; round < 300; round++) {
        StringBuilder piece = new StringBuilder();
        for (int i = random.nextInt(2_000); i > 0; i--) {
          piece.append(random.nextInt(40) == 0 ? '\n' : (char) ('a' + random.nextInt(26)));
        }
        write(piece.toString());
        all.append(piece);
        assertEquals(all.lastIndexOf("\n") + 1, reader.length());
        assertEquals(all.chars().filter(c -> c == '\n').count(), reader.lines());
        byte[] line = cursor.next(reader.length());
        while (line != null) {
          walked.append(new String(line, UTF_8)).append('\n');
          line = cursor.next(reader.length());
        }
        assertEquals(all.substring(0, all.lastIndexOf("\n") + 1), walked.toString());
        assertNull(reader.alteration(cursor));
      }
    }
  }

  @Test
  void linesThatAreNotWhatTheyWereWhenFirstReadAreTold() throws Exception {
    write("a\nbb\nccc\n");
    try (JournalReader reader = JournalReader.open(file)) {
      JournalCursor cursor = JournalCursor.atStart(reader);
      cursor.skipTo(5);
      assertNull(reader.alteration(cursor));
      Files.writeString(file, "a\nbb\nddd\n");
      String inTheNext = reader.alteration(cursor);
      assertEquals(
          file + " was altered by somebody else: some of lines 1 to 3 are not what they were",
          inTheNext);
      Files.writeString(file, "a\nbb\nccc\n");
      assertNull(reader.alteration(cursor));

      Files.writeString(file, "x\nbb\nccc\n");
      JournalCursor other = JournalCursor.atStart(reader);
      other.skipTo(9);
      assertNotNull(reader.alteration(other));
      Files.writeString(file, "a\nbb\nccc\n");
      assertNotNull(reader.alteration(other), "what it has read stays what it was");
    }
  }

  @Test
  void aTornLineThatIsCutAndBegunAnewIsNoAlteration() throws Exception {
    write("a\nto");
    try (JournalReader reader = JournalReader.open(file)) {
      assertEquals(2, reader.tornBytes());
      Files.writeString(file, "a\n");
      assertEquals(2, reader.length());
      assertEquals(0, reader.tornBytes());
      Files.writeString(file, "a\nan");
      assertEquals(2, reader.length());
      Files.writeString(file, "a\nanother\n");
      assertEquals(10, reader.length());
      JournalCursor cursor = JournalCursor.atStart(reader);
      cursor.skipTo(10);
      assertNull(reader.alteration(cursor));
    }
  }

  @Test
  void aFileThatBecomesShorterIsAnError() throws Exception {
    write("a\nb\n");
    try (JournalReader reader = JournalReader.open(file)) {
      Files.writeString(file, "a\n");
      UncheckedIOException shorter = assertThrows(UncheckedIOException.class, reader::length);
      assertTrue(shorter.getMessage().contains("has become shorter, 4 to 2 bytes"));
      assertThrows(RefusedLineException.class, reader::force);
    }
  }

  @Test
  void whatIsNotThereOrNoFileIsRefused() {
    assertThrows(NoSuchFileException.class, () -> JournalReader.open(folder.resolve("no")));
    IOException folderRefused = assertThrows(IOException.class, () -> JournalReader.open(folder));
    assertEquals(folder + ": is a directory", folderRefused.getMessage());
  }

  @Test
  void aFileThatMayOnlyBeReadIsRead() throws Exception {
    write("a\n");
    assertTrue(file.toFile().setReadOnly());
    try (JournalReader reader = JournalReader.open(file)) {
      assertEquals(2, reader.force());
      assertFalse(reader.beingWritten());
    }
  }

  @Test
  void aCollectorsLockIsSeenAndDoesNotStandInItsWay() throws Exception {
    Tool.require("python3", "--version");
    write("a\n");
    String lock =
        "import fcntl,sys; f=open(sys.argv[1],'r+'); fcntl.lockf(f,fcntl.LOCK_EX); print('held',"
            + " flush=True); sys.stdin.read()";
    Process holder = new ProcessBuilder("python3", "-c", lock, file.toString()).start();
    try (JournalReader reader = JournalReader.open(file)) {
      assertEquals("held", holder.inputReader().readLine());
      assertTrue(reader.beingWritten());
      holder.getOutputStream().close();
      assertEquals(0, holder.waitFor());
      assertFalse(reader.beingWritten());
      // The look itself has left no lock behind.
      assertFalse(reader.beingWritten());
    } finally {
      holder.destroyForcibly();
    }
    try (Journal journal = Journal.open(file)) {
      assertEquals(2, journal.length());
    }
  }

  @Test
  void linesPassedOverAreInPositionAndChainAndNotInTheCount() throws Exception {
    write("keep 1\nno\nkeep 2\nno\nno\nkeep 3\nno\n");
    try (JournalReader reader = JournalReader.open(file)) {
      JournalCursor.Keep keep = (line, number) -> line[0] == 'k';
      JournalCursor some = JournalCursor.atStart(reader, keep);
      JournalCursor all = JournalCursor.atStart(reader);
      long end = reader.length();

      assertArrayEquals("keep 1".getBytes(UTF_8), some.next(end));
      assertEquals(0, some.skipped());
      assertArrayEquals("keep 2".getBytes(UTF_8), some.next(end));
      assertEquals(2, some.lines());
      assertEquals(1, some.skipped());
      assertEquals("keep 1\nno\nkeep 2\n".length(), some.position());
      all.skipTo(some.position());
      assertEquals(all.chain(), some.chain());

      JournalCursor copy = some.copy();
      assertArrayEquals("keep 3".getBytes(UTF_8), copy.next(end));
      assertNull(copy.next(end));
      assertEquals(end, copy.position());
      assertEquals(4, copy.skipped());
      all.skipTo(end);
      assertEquals(all.chain(), copy.chain());
      assertArrayEquals("keep 3".getBytes(UTF_8), some.skipTo(end));
    }
  }

  @Test
  void aRefusedLineIsNotPassed() throws Exception {
    write("good\nbad\ngood\n");
    try (JournalReader reader = JournalReader.open(file)) {
      JournalCursor cursor =
          JournalCursor.atStart(
              reader,
              (line, number) -> {
                if (line[0] == 'b') {
                  throw new RefusedLineException("line " + number);
                }
                return true;
              });
      long end = reader.length();
      assertArrayEquals("good".getBytes(UTF_8), cursor.next(end));
      for (int again = 0; again < 2; again++) {
        RefusedLineException refused =
            assertThrows(RefusedLineException.class, () -> cursor.next(end));
        assertEquals("line 2", refused.getMessage());
        assertEquals(5, cursor.position());
        assertEquals(1, cursor.lines());
      }
    }
  }
}
