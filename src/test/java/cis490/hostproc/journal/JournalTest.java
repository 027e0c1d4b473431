package cis490.hostproc.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.Seed;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The episode's file: whole lines or none, whatever breaks, and one writer. */
class JournalTest {

  private static final int LIMIT_S = 60;

  @TempDir Path folder;

  @Test
  void aFileSystemWithoutLocksIsNamedAndWhatToDo() {
    Path path = folder.resolve("rows.jsonl");
    var refusal =
        assertThrows(
            IOException.class,
            () ->
                Journal.lock(
                    () -> {
                      throw new IOException("No locks available");
                    },
                    path));
    assertEquals(
        path
            + ": its file system gives no locks (No locks available); choose a file on another one",
        refusal.getMessage());
  }

  @Test
  void appendedLinesStandInTheFileInOrder() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      assertEquals(0, journal.lines());
      assertTrue(append(journal, "{\"a\": 1}\n"));
      assertTrue(append(journal, "\n"));
      assertTrue(append(journal, "{\"b\": \"é\"}\n"));
      assertEquals(3, journal.lines());
      assertEquals(Files.size(path), journal.length());
      assertEquals(path, journal.path());
      assertNull(journal.failure());
    }
    assertEquals("{\"a\": 1}\n\n{\"b\": \"é\"}\n", Files.readString(path));
  }

  @Test
  void missingParentFoldersAreMade() throws Exception {
    Path path = folder.resolve("episodes/demo/rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      assertTrue(append(journal, "x\n"));
    }
    assertEquals("x\n", Files.readString(path));
  }

  @Test
  void whatIsNoFileCanNotBeOpened() throws Exception {
    assertThrows(IOException.class, () -> Journal.open(folder));
    Path file = Files.writeString(folder.resolve("file"), "kept\n");
    assertThrows(IOException.class, () -> Journal.open(file.resolve("rows.jsonl")));
    assertEquals("kept\n", Files.readString(file));
  }

  /** Every kind of complete part with every kind of end. */
  static Stream<Arguments> completePartsAndFragments() {
    String long200K = "y".repeat(200_000);
    String[] completes = {
      "",
      "\n",
      "\n\n\n",
      "a\n",
      "{\"a\": 1}\n{\"b\": 2}\n",
      "\r\n\u0000\n",
      ("y".repeat(1000) + "\n").repeat(200),
      "z".repeat(65_535) + "\n",
      "z".repeat(65_536) + "\n",
      "ab\n".repeat(50_000)
    };
    String[] fragments = {
      "",
      "{",
      "{\"a\": 1}",
      " ",
      "\r",
      "\u0000",
      "\u0000\u0000\u0000",
      "\u00ff\u00c3",
      long200K,
      "z".repeat(65_536)
    };
    return Stream.of(completes)
        .flatMap(
            complete ->
                Stream.of(fragments)
                    .map(
                        fragment ->
                            Arguments.of(
                                complete.getBytes(ISO_8859_1), fragment.getBytes(ISO_8859_1))));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("completePartsAndFragments")
  void onlyTheTornLastLineIsCut(byte[] complete, byte[] fragment) throws Exception {
    Path path = folder.resolve("rows.jsonl");
    Files.write(path, join(complete, fragment));
    long newlines = new String(complete, ISO_8859_1).chars().filter(c -> c == '\n').count();
    try (Journal journal = Journal.open(path)) {
      assertArrayEquals(join(complete, fragment), Files.readAllBytes(path), "opening cuts nothing");
      assertEquals(newlines, journal.lines());
      assertEquals(complete.length, journal.length());
      assertEquals(fragment.length, journal.tornBytes());
      journal.repair();
      assertArrayEquals(complete, Files.readAllBytes(path));
      assertTrue(append(journal, "next\n"));
      assertEquals(newlines + 1, journal.lines());
    }
    assertArrayEquals(join(complete, "next\n".getBytes(UTF_8)), Files.readAllBytes(path));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("completePartsAndFragments")
  void theFirstAppendCutsWhatNobodyHasCutBefore(byte[] complete, byte[] fragment) throws Exception {
    Path path = folder.resolve("rows.jsonl");
    Files.write(path, join(complete, fragment));
    try (Journal journal = Journal.open(path)) {
      assertTrue(append(journal, "next\n"));
    }
    assertArrayEquals(join(complete, "next\n".getBytes(UTF_8)), Files.readAllBytes(path));
  }

  @Test
  void whatSomebodyElseDoesToTheFileIsNoticed() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      assertTrue(append(journal, "1\n"));
      assertFalse(journal.altered());
      Files.writeString(path, "foreign\n", java.nio.file.StandardOpenOption.APPEND);
      assertTrue(journal.altered(), "longer");
      Files.writeString(path, "1\n");
      assertFalse(journal.altered());
      Files.writeString(path, "1");
      assertTrue(journal.altered(), "shorter");
      Files.delete(path);
      assertTrue(journal.altered(), "gone");
      Files.writeString(path, "1\n");
      assertTrue(journal.altered(), "another file");
    }
  }

  @Test
  void aLineThatNobodyCouldShipIsRefusedAtOnce() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    String longest = "x".repeat(JournalCursor.LINE_LENGTH_MAX);
    Files.writeString(path, "1\n" + longest + "\n");
    Journal.open(path).close();
    Files.writeString(path, "1\n" + longest + "x\n");
    String message = assertThrows(IOException.class, () -> Journal.open(path)).getMessage();
    assertTrue(message.contains(path + ": line 2 is longer than"), message);
  }

  @Test
  void whatIsNoRegularFileIsRefused() {
    for (String special : new String[] {"/dev/full", "/dev/null", folder.toString()}) {
      String message =
          assertThrows(IOException.class, () -> Journal.open(Path.of(special))).getMessage();
      assertEquals(special + ": is no regular file", message);
    }
  }

  @Test
  void whatIsClosedCanBeOpenedAgain() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    for (int i = 0; i < 3; i++) {
      try (Journal journal = Journal.open(path)) {
        assertEquals(i, journal.lines());
        assertEquals(0, journal.tornBytes());
        assertTrue(append(journal, "x\n"));
      }
    }
  }

  @Test
  void aSecondOpenInTheSameProcessIsRefusedAndTheLockStays() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      var locked = assertThrows(JournalLockedException.class, () -> Journal.open(path));
      assertTrue(locked.getMessage().contains(path.toString()), locked.getMessage());
      Path link = Files.createSymbolicLink(folder.resolve("link.jsonl"), path);
      assertThrows(JournalLockedException.class, () -> Journal.open(link));
      assertEquals(OpenJournalMain.LOCKED, openElsewhere(path));
      assertTrue(append(journal, "x\n"));
    }
    assertEquals(OpenJournalMain.OPENED, openElsewhere(path));
    assertEquals("x\n", Files.readString(path));
  }

  @Test
  void theLockSurvivesReadingThroughTheJournal() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      assertTrue(append(journal, "x\n"));
      JournalCursor cursor = JournalCursor.atStart(journal);
      assertArrayEquals("x".getBytes(UTF_8), cursor.next(journal.force()));
      assertEquals(2, journal.read(ByteBuffer.allocate(9), 0));
      assertEquals(OpenJournalMain.LOCKED, openElsewhere(path));
    }
  }

  @Test
  void aJournalOfAnotherProcessIsRefusedUntilThatIsGone() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    Process other = OpenJournalMain.start(path);
    try (BufferedReader said = other.inputReader()) {
      assertEquals(OpenJournalMain.OPENED, said.readLine());
      assertThrows(JournalLockedException.class, () -> Journal.open(path));
      other.destroyForcibly().waitFor();
      try (Journal journal = Journal.open(path)) {
        assertTrue(append(journal, "x\n"));
      }
    } finally {
      other.destroyForcibly();
    }
  }

  private static String openElsewhere(Path path) throws Exception {
    Process other = OpenJournalMain.start(path);
    try (BufferedReader said = other.inputReader()) {
      other.getOutputStream().close();
      String first = said.readLine();
      assertTrue(other.waitFor(LIMIT_S, TimeUnit.SECONDS));
      return first;
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aLineThatDoesNotFitIsTakenBackWholeAndTheNextOneGoesOn() throws Exception {
    for (boolean atOnce : new boolean[] {false, true}) {
      BreakableFile file = new BreakableFile();
      try (Journal journal = file.journal()) {
        file.throwAtOnce(atOnce);
        assertTrue(append(journal, "first\n"));
        file.leaveRoom(3);
        assertFalse(append(journal, "second\n"));
        assertEquals("No space left on device", journal.failure().getMessage());
        assertContent("first\n", file);
        assertFalse(append(journal, "third\n"));
        file.repair();
        assertTrue(append(journal, "fourth\n"));
        assertContent("first\nfourth\n", file);
        assertEquals(2, journal.lines());
        assertEquals(13, journal.length());
        assertEquals("No space left on device", journal.failure().getMessage());
      }
    }
  }

  @Test
  void nothingIsAppendedAfterAFragmentThatCanNotBeCut() throws Exception {
    BreakableFile file = new BreakableFile();
    try (Journal journal = file.journal()) {
      assertTrue(append(journal, "first\n"));
      file.leaveRoom(3);
      file.failTruncate(true);
      assertFalse(append(journal, "second\n"));
      assertEquals(1, journal.failure().getSuppressed().length);
      assertContent("first\nsec", file);
      file.leaveRoom(1_000);
      assertFalse(append(journal, "third\n"));
      assertContent("first\nsec", file);
      assertEquals("Input/output error", journal.failure().getMessage());
      assertEquals(6, journal.length());
      assertEquals(1, journal.lines());
      file.repair();
      assertTrue(append(journal, "4\n"));
      assertContent("first\n4\n", file);
    }
  }

  @Test
  void nothingIsAppendedWhileATornLineCanNotBeCut() throws Exception {
    BreakableFile file = new BreakableFile();
    file.write(ByteBuffer.wrap("a\nfragment".getBytes(UTF_8)), 0);
    file.failTruncate(true);
    try (Journal journal = file.journal()) {
      assertThrows(IOException.class, journal::repair);
      assertFalse(append(journal, "b\n"));
      assertContent("a\nfragment", file);

      file.repair();
      assertTrue(append(journal, "b\n"));
      assertContent("a\nb\n", file);
    }
  }

  @Test
  void underRandomFaultsTheFileHoldsTheAcknowledgedLinesAndNothingElse() throws Exception {
    SplittableRandom random = Seed.random("JournalTest");
    BreakableFile file = new BreakableFile();
    ByteArrayOutputStream acknowledged = new ByteArrayOutputStream();
    Journal journal = file.journal();
    long lines = 0;
    long refused = 0;
    for (int i = 0; i < 60_000; i++) {
      injectFault(random, file);
      byte[] line = ("row " + i + "x".repeat(random.nextInt(60)) + '\n').getBytes(UTF_8);
      IOException before = journal.failure();
      if (journal.append(ByteBuffer.wrap(line))) {
        acknowledged.writeBytes(line);
        lines++;
        assertEquals(journal.length(), file.size(), "append " + i + " left a fragment");
      } else {
        refused++;
        assertTrue(journal.failure() != before, "append " + i + " failed without a reason");
      }
      assertEquals(acknowledged.size(), journal.length(), "append " + i);
      assertEquals(lines, journal.lines(), "append " + i);
      if (random.nextInt(2_000) == 0) {
        assertWholeUpTo(journal, file, acknowledged);
      }
      if (random.nextInt(2_000) == 0) {
        // The collector dies, fragment and all, and starts anew.
        file.repair();
        journal = file.journal();
        assertEquals(lines, journal.lines());
        assertEquals(acknowledged.size(), journal.length());
      }
    }
    file.repair();
    assertTrue(append(journal, "last\n"));
    acknowledged.writeBytes("last\n".getBytes(UTF_8));
    assertArrayEquals(acknowledged.toByteArray(), file.content());
    assertTrue(lines > 10_000 && refused > 10_000, lines + " appended, " + refused + " refused");
  }

  private static void injectFault(SplittableRandom random, BreakableFile file) {
    switch (random.nextInt(10)) {
      case 0 -> file.leaveRoom(random.nextInt(200));
      case 1 -> file.failTruncate(true);
      case 2 -> file.failTruncate(false);
      case 3 -> file.writeAtMost(1 + random.nextInt(40));
      case 4 -> file.throwAtOnce(random.nextBoolean());
      case 5, 6 -> file.repair();
      default -> {
        // As it is.
      }
    }
  }

  private static void assertWholeUpTo(
      Journal journal, BreakableFile file, ByteArrayOutputStream acknowledged) {
    ByteBuffer complete = ByteBuffer.wrap(file.content(), 0, (int) journal.length());
    assertEquals(ByteBuffer.wrap(acknowledged.toByteArray()), complete);
  }

  @Test
  void forceCoversWhatWasThereWhenItBegan() throws Exception {
    BreakableFile file = new BreakableFile();
    try (Journal journal = file.journal()) {
      assertEquals(0, journal.force());
      assertTrue(append(journal, "first\n"));
      assertEquals(6, journal.force());
      file.whileForcing(() -> append(journal, "late\n"));
      assertEquals(6, journal.force(), "a line that came while the disk was busy is not covered");
      file.whileForcing(() -> {});
      assertEquals(11, journal.force());
    }
  }

  @Test
  void aFollowerInAnotherThreadSeesCompleteLinesOnly() throws Exception {
    int rows = 30_000;
    try (Journal journal = Journal.open(folder.resolve("rows.jsonl"))) {
      FutureTask<Long> following = new FutureTask<>(() -> follow(journal, rows));
      Thread follower = new Thread(following, "follower");
      follower.setDaemon(true);
      follower.start();
      ByteBuffer line = ByteBuffer.allocateDirect(2_000);
      for (int row = 0; row < rows; row++) {
        line.clear().put(row(row)).put((byte) '\n').flip();
        assertTrue(journal.append(line));
      }
      assertEquals(journal.length(), following.get(LIMIT_S, TimeUnit.SECONDS));
    }
  }

  private static long follow(Journal journal, int rows) throws IOException {
    JournalCursor cursor = JournalCursor.atStart(journal);
    ByteBuffer last = ByteBuffer.allocate(1);
    while (cursor.lines() < rows) {
      long length = journal.length();
      if (length > 0) {
        assertEquals(1, journal.read(last.clear(), length - 1));
        assertEquals('\n', last.get(0), "length " + length + " ends in a line");
      }
      for (byte[] line = cursor.next(length); line != null; line = cursor.next(length)) {
        assertArrayEquals(row(cursor.lines() - 1), line);
      }
      assertEquals(length, cursor.position());
      Thread.onSpinWait();
    }
    return cursor.position();
  }

  private static byte[] row(long row) {
    return (row + " " + "r".repeat((int) (row * 7 % 400))).getBytes(UTF_8);
  }

  private static boolean append(Journal journal, String line) {
    return journal.append(ByteBuffer.wrap(line.getBytes(UTF_8)));
  }

  private static void assertContent(String expected, BreakableFile file) {
    assertEquals(expected, new String(file.content(), UTF_8));
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }
}
