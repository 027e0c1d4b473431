package cis490.hostproc.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Seed;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** As while somebody looks whether the file is being written. */
  @Test
  void aLockThatIsHeldForAMomentIsWaitedFor() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    AtomicInteger asked = new AtomicInteger();
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Journal.lock(() -> asked.incrementAndGet() < 4 ? null : file.tryLock(), path);
      assertEquals(4, asked.get());
    }
    assertThrows(JournalLockedException.class, () -> Journal.lock(() -> null, path));
  }

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

  /** What somebody else does to a file of the lines 1, 22 and 333. */
  @FunctionalInterface
  interface Alteration {
    void of(Path file) throws Exception;
  }

  static Stream<Arguments> alterations() {
    return Stream.of(
        Arguments.of("a line appended", (Alteration) file -> append(file, "foreign\n"), "bytes"),
        Arguments.of("a newline appended", (Alteration) file -> append(file, "\n"), "bytes"),
        Arguments.of("cut", (Alteration) file -> truncate(file, 2), "it has 2 bytes instead of 9"),
        Arguments.of("emptied", (Alteration) file -> truncate(file, 0), "it has 0 bytes"),
        Arguments.of("lengthened by a hole", (Alteration) JournalTest::lengthen, "bytes"),
        Arguments.of("written anew", (Alteration) file -> Files.writeString(file, "x\n"), "bytes"),
        Arguments.of("deleted", (Alteration) Files::delete, "it was deleted or moved"),
        Arguments.of("replaced", (Alteration) JournalTest::replace, "replaced by another file"),
        Arguments.of(
            "a byte", (Alteration) file -> overwrite(file, 3, "3"), "some of lines 1 to 3"),
        Arguments.of(
            "the first", (Alteration) file -> overwrite(file, 0, "2"), "some of lines 1 to 3"),
        Arguments.of(
            "the last", (Alteration) file -> overwrite(file, 7, "4"), "some of lines 1 to 3"),
        Arguments.of(
            "NUL bytes", (Alteration) file -> overwrite(file, 2, "\0\0"), "some of lines 1 to 3"),
        Arguments.of(
            "a line split", (Alteration) file -> overwrite(file, 6, "\n"), "some of lines 1"),
        Arguments.of(
            "lines joined", (Alteration) file -> overwrite(file, 4, " "), "some of lines 1 to 3"),
        Arguments.of(
            "its end", (Alteration) file -> overwrite(file, 8, " "), "some of lines 1 to 3"),
        Arguments.of("lines swapped", (Alteration) JournalTest::swap, "some of lines 1 to 3"),
        Arguments.of("cut and refilled", (Alteration) JournalTest::refill, "some of lines 1 to 3"));
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  private static void truncate(Path file, long length) throws IOException {
    try (RandomAccessFile writable = new RandomAccessFile(file.toFile(), "rw")) {
      writable.setLength(length);
    }
  }

  private static void overwrite(Path file, long position, String text) throws IOException {
    try (RandomAccessFile writable = new RandomAccessFile(file.toFile(), "rw")) {
      writable.seek(position);
      writable.write(text.getBytes(UTF_8));
    }
  }

  private static void lengthen(Path file) throws IOException {
    truncate(file, 5_000);
  }

  private static void replace(Path file) throws IOException {
    Path other = file.resolveSibling("other");
    Files.copy(file, other);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void swap(Path file) throws IOException {
    overwrite(file, 0, "22\n1\n");
  }

  private static void refill(Path file) throws IOException {
    long length = Files.size(file);
    truncate(file, 2);
    truncate(file, length);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("alterations")
  void whatSomebodyElseDoesToTheFileIsNoticed(String name, Alteration alteration, String told)
      throws Exception {
    // Nobody may open a journal of this process: the lock would be gone. Here nobody needs it.
    Path path = folder.resolve("rows.jsonl");
    Files.writeString(path, "1\n22\n");
    try (Journal journal = Journal.open(path)) {
      assertTrue(append(journal, "333\n"));
      assertNull(journal.look(1));
      assertNull(journal.lookAtAll());
      alteration.of(path);
      String found = journal.look(1);
      assertNotNull(found, "noticed by one look");
      assertTrue(found.startsWith(path + " was altered by somebody else: "), found);
      assertTrue(found.contains(told), found);
      assertEquals(found, journal.lookAtAll(), "the first that was found stands");
    }
  }

  @Test
  void whatWasReadIsHeldAgainstWhatWasWritten() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      for (int i = 0; i < 1_000; i++) {
        assertTrue(append(journal, "x".repeat(i) + "\n"));
      }
      JournalCursor cursor = JournalCursor.atStart(journal);
      for (int i = 0; i < 900; i++) {
        assertNull(journal.alteration(cursor), "before line " + i);
        cursor.next(journal.length());
      }
      overwrite(path, cursor.position() - 10, "\0");
      assertNull(journal.alteration(cursor), "that was read as it was");
      JournalCursor after = JournalCursor.atStart(journal);
      after.skipTo(cursor.position());
      overwrite(path, cursor.position() - 10, "x");
      assertEquals(1_000, journal.lines());
      String found = journal.alteration(after);
      assertTrue(found.contains("some of lines 1 to 900 are not what they were"), found);
      assertEquals(found, journal.look(1), "it stands, whatever the file is now");
    }
  }

  @Test
  void aLineMadeTooLongIsAnAlterationToWhoeverWalks() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      for (int i = 0; i < 100; i++) {
        assertTrue(append(journal, "x".repeat(999) + "\n"));
      }
      overwrite(path, 2_500, "\0".repeat(90_000));
      JournalCursor cursor = JournalCursor.atStart(journal);
      var refused = assertThrows(RefusedLineException.class, () -> cursor.skipTo(journal.length()));
      assertTrue(refused.getMessage().contains("was altered"), refused.getMessage());
      assertEquals(2, cursor.lines());
    }
  }

  @Test
  void nothingIsWrittenOverOrBehindWhatIsNotOurs() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      assertTrue(append(journal, "1\n"));
      for (String foreign : new String[] {"1\nforeign\n", "1\n{", "1", "", "1\n\n"}) {
        Files.writeString(path, foreign);
        assertFalse(append(journal, "2\n"));
        assertFalse(append(journal, "3\n"));
        assertEquals(foreign, Files.readString(path), "not touched");
        String why = journal.failure().getMessage();
        assertTrue(why.contains("bytes instead of 2"), why);
      }
      Files.writeString(path, "1\n");
      assertTrue(append(journal, "4\n"), "it is as it was");
      assertEquals("1\n4\n", Files.readString(path));
      assertTrue(journal.look(1).contains("it has 10 bytes instead of 2"), "and that stands");
    }
  }

  @Test
  void ofWhatAFailedWriteHasLeftOnlyOurOwnIsCut() throws Exception {
    for (String foreign : new String[] {"sex", "secx", "second\nmore\n", "s\0"}) {
      BreakableFile file = new BreakableFile();
      try (Journal journal = file.journal()) {
        assertTrue(append(journal, "first\n"));
        file.leaveRoom(3);
        file.failTruncate(true);
        assertFalse(append(journal, "second\n"));
        assertNull(journal.look(1), "what is ours is no alteration");
        file.repair();
        file.truncate(6);
        file.write(ByteBuffer.wrap(foreign.getBytes(UTF_8)), 6);
        assertFalse(append(journal, "third\n"));
        assertContent("first\n" + foreign, file);
        assertNotNull(journal.look(1));
      }
    }
  }

  @Test
  void aTornLineThatHasGrownSinceItWasSeenIsNotCut() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    Files.writeString(path, "1\n{\"a");
    try (Journal journal = Journal.open(path)) {
      Files.writeString(path, "1\n{\"a\": 1}\n");
      assertThrows(IOException.class, journal::repair);
      assertEquals("1\n{\"a\": 1}\n", Files.readString(path));
    }
  }

  @Test
  void ofALongFileEachLookTakesAPartAndNoneIsLeftOut() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    int lineBytes = 1_000;
    int lines = 10_000;
    Files.writeString(path, ("y".repeat(lineBytes - 1) + "\n").repeat(lines));
    SplittableRandom random = Seed.random("JournalTest.looks");
    for (int i = 0; i < 5; i++) {
      int files = 1 + random.nextInt(40);
      long looksOfARound = 1L + (long) lines * lineBytes * files / LedgerCheck.TURN_BYTES;
      try (Journal journal = Journal.open(path)) {
        for (int before = random.nextInt(30); before > 0; before--) {
          assertTrue(append(journal, "z\n"));
          assertNull(journal.look(files));
        }
        int line = random.nextInt(lines);
        overwrite(path, (long) line * lineBytes + random.nextInt(lineBytes), "x");
        long looks = 1;
        while (journal.look(files) == null) {
          looks++;
          assertTrue(looks <= looksOfARound + 1, "after " + looks + " looks");
        }
        String found = journal.look(files);
        assertNearly(line + 1, found, 66);
        overwrite(path, (long) line * lineBytes, "y".repeat(lineBytes - 1) + "\n");
      }
      truncate(path, (long) lines * lineBytes);
    }
  }

  /** The lines that are named are few, and that one is among them. */
  private static void assertNearly(int line, String found, int most) {
    Matcher matcher = Pattern.compile("lines (\\d+) to (\\d+) ").matcher(found);
    assertTrue(matcher.find(), found);
    int first = Integer.parseInt(matcher.group(1));
    int last = Integer.parseInt(matcher.group(2));
    assertTrue(first <= line && line <= last && last - first < most, line + ": " + found);
  }

  @Test
  void whatIsAppendedWhileOthersLookIsNoAlteration() throws Exception {
    Path path = folder.resolve("rows.jsonl");
    try (Journal journal = Journal.open(path)) {
      FutureTask<String> looking =
          new FutureTask<>(
              () -> {
                String found = null;
                JournalCursor cursor = JournalCursor.atStart(journal);
                while (found == null && !Thread.interrupted() && journal.lines() < 200_000) {
                  cursor.skipTo(journal.length());
                  found = journal.look(1);
                  found = found == null ? journal.alteration(cursor) : found;
                }
                return found;
              });
      Thread follower = new Thread(looking);
      follower.start();
      ByteBuffer line = ByteBuffer.wrap(("x".repeat(100) + "\n").getBytes(UTF_8));
      for (int i = 0; i < 200_000; i++) {
        assertTrue(journal.append(line.clear()));
      }
      assertNull(looking.get(LIMIT_S, TimeUnit.SECONDS));
      assertNull(journal.lookAtAll());
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
      assertEquals(special + ": is not a regular file", message);
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

  /** Linux has the pages of a failed fsync as clean: the next one succeeds and writes nothing. */
  @Test
  void whatTheDiskHasRefusedOnceIsWrittenAgainBeforeItCounts() throws Exception {
    BreakableFile file = new BreakableFile();
    SplittableRandom random = Seed.random("JournalTest.disk");
    try (Journal journal = file.journal()) {
      for (int i = 0; i < 300; i++) {
        append(journal, "line " + i + " " + "x".repeat(random.nextInt(900)) + "\n");
        if (random.nextInt(4) == 0) {
          file.failForce(random.nextInt(3));
        }
        try {
          assertEquals(journal.length(), journal.force());
          assertArrayEquals(file.content(), file.onDisk(), "after line " + i);
        } catch (IOException refused) {
          assertEquals("Input/output error", refused.getMessage());
        }
      }
    }
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
