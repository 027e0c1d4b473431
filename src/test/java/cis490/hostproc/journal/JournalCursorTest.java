package cis490.hostproc.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Walking over lines: the same lines, positions and hashes as splitting the whole file gives. */
class JournalCursorTest {

  private static final int MAX = JournalCursor.LINE_LENGTH_MAX;

  /** Bytes in memory; a read gives at most {@code readMax} of them. */
  private static final class Bytes implements JournalSource {

    private byte[] bytes;
    private int readMax = Integer.MAX_VALUE;
    private boolean broken;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    Bytes(String text) {
      this(text.getBytes(UTF_8));
    }

    void grow(String more) {
      byte[] added = more.getBytes(UTF_8);
      bytes = ByteBuffer.allocate(bytes.length + added.length).put(bytes).put(added).array();
    }

    @Override
    public Path path() {
      return Path.of("some/rows.jsonl");
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public long force() {
      return bytes.length;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      if (broken) {
        throw new IOException("Input/output error");
      }
      if (position >= bytes.length) {
        return -1;
      }
      int count = (int) Math.min(Math.min(into.remaining(), readMax), bytes.length - position);
      into.put(bytes, (int) position, count);
      return count;
    }

    String sha256(long length) throws Exception {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, 0, (int) length);
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  @Test
  void linesComeInOrderWithTheirPlaces() throws Exception {
    Bytes source = new Bytes("one\n\nthree\n");
    JournalCursor cursor = JournalCursor.atStart(source);
    assertPlace(source, cursor, 0, 0);
    assertLine("one", cursor.next(11));
    assertPlace(source, cursor, 1, 4);
    assertLine("", cursor.next(11));
    assertPlace(source, cursor, 2, 5);
    assertLine("three", cursor.next(11));
    assertPlace(source, cursor, 3, 11);
    assertNull(cursor.next(11));
    assertPlace(source, cursor, 3, 11);
  }

  @Test
  void linesThatArePassedOverCountInTheNumbersOfLaterOnes() throws Exception {
    Bytes source = new Bytes("-\none\n-\n" + "x".repeat(MAX + 1) + "\n");
    List<Long> numbers = new ArrayList<>();
    JournalCursor cursor =
        JournalCursor.atStart(
            source,
            (line, number) -> {
              numbers.add(number);
              return line[0] != '-';
            });
    assertLine("one", cursor.next(source.length()));
    String message =
        assertThrows(IOException.class, () -> cursor.next(source.length())).getMessage();
    assertTrue(message.startsWith("some/rows.jsonl: line 4 is longer than"), message);
    assertEquals(List.of(1L, 2L, 3L), numbers);
  }

  @Test
  void theChainIsWhatSha256sumPrints() throws Exception {
    JournalCursor cursor = JournalCursor.atStart(new Bytes("abc\n"));
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", cursor.chain());
    cursor.next(4);
    assertEquals(
        "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb", cursor.chain());
  }

  @Test
  void nothingBehindTheLimitIsTaken() throws Exception {
    Bytes source = new Bytes("one\ntwo\nthree\n");
    JournalCursor cursor = JournalCursor.atStart(source);
    for (int limit = 0; limit < 4; limit++) {
      assertNull(cursor.next(limit));
    }
    assertLine("one", cursor.next(4));
    assertNull(cursor.next(4));
    assertNull(cursor.next(7));
    assertLine("two", cursor.next(8));
    assertNull(cursor.next(8));
    assertPlace(source, cursor, 2, 8);
    assertLine("three", cursor.next(14));
  }

  @Test
  void aFragmentBehindTheLimitMayStillBecomeAnotherLine() throws Exception {
    Bytes source = new Bytes("one\nfragm");
    JournalCursor cursor = JournalCursor.atStart(source);
    assertLine("one", cursor.next(4));
    assertNull(cursor.next(4));
    // A write failed, was cut, and the next line stands in its place.
    source.bytes = "one\n".getBytes(UTF_8);
    source.grow("another\n");
    assertLine("another", cursor.next(12));
    assertPlace(source, cursor, 2, 12);
  }

  @Test
  void theLimitMayLieBehindTheEndOfTheFile() throws Exception {
    Bytes source = new Bytes("one\ntw");
    JournalCursor cursor = JournalCursor.atStart(source);
    assertLine("one", cursor.next(1_000));
    assertNull(cursor.next(1_000));
    source.grow("o\n");
    assertLine("two", cursor.next(1_000));
    assertPlace(source, cursor, 2, 8);
  }

  @Test
  void aGrowingFileIsFollowed() throws Exception {
    Bytes source = new Bytes("");
    JournalCursor cursor = JournalCursor.atStart(source);
    for (int row = 0; row < 5_000; row++) {
      assertNull(cursor.next(source.length()));
      source.grow("row " + row + '\n');
      assertLine("row " + row, cursor.next(source.length()));
      source.grow("");
    }
    assertPlace(source, cursor, 5_000, source.length());
  }

  @Test
  void aCopyGoesItsOwnWay() throws Exception {
    Bytes source = new Bytes("one\ntwo\nthree\n");
    JournalCursor cursor = JournalCursor.atStart(source);
    cursor.next(source.length());
    JournalCursor copy = cursor.copy();
    assertPlace(source, copy, 1, 4);
    assertLine("two", copy.next(source.length()));
    assertLine("three", copy.next(source.length()));
    assertPlace(source, copy, 3, 14);
    assertPlace(source, cursor, 1, 4);
    assertLine("two", cursor.next(source.length()));
    assertPlace(source, cursor, 2, 8);
    assertPlace(source, copy, 3, 14);
  }

  @Test
  void skipToPassesAllLinesUpToAnEndAndGivesTheLast() throws Exception {
    Bytes source = new Bytes("one\ntwo\nthree\n");
    JournalCursor cursor = JournalCursor.atStart(source);
    assertNull(cursor.skipTo(0));
    assertNull(cursor.skipTo(3));
    assertLine("two", cursor.skipTo(8));
    assertPlace(source, cursor, 2, 8);
    assertNull(cursor.skipTo(8));
    assertNull(cursor.skipTo(4));
    assertNull(cursor.skipTo(13));
    assertPlace(source, cursor, 2, 8);
    assertLine("three", cursor.skipTo(14));
  }

  @Test
  void linesUpToTheLongestPassWhereverTheyLie() throws Exception {
    for (int before : new int[] {0, 1, 2, 1_000, MAX - 1, MAX, MAX + 1, 2 * MAX - 1}) {
      for (int length : new int[] {MAX - 1, MAX}) {
        for (int readMax : new int[] {Integer.MAX_VALUE, MAX, MAX - 1, 7_001}) {
          Bytes source = new Bytes(lines(before) + "x".repeat(length) + "\nlast\n");
          source.readMax = readMax;
          JournalCursor cursor = JournalCursor.atStart(source);
          cursor.skipTo(before);
          assertEquals(before, cursor.position());
          assertEquals(length, cursor.next(source.length()).length);
          assertLine("last", cursor.next(source.length()));
          assertPlace(source, cursor, cursor.lines(), source.length());
        }
      }
    }
  }

  @Test
  void aLongerLineIsANamedErrorWhereverItLies() {
    for (int before : new int[] {0, 1, 2, 1_000, MAX - 1, MAX, MAX + 1, 2 * MAX - 1}) {
      for (int length : new int[] {MAX + 1, MAX + 2, 100_000, 2 * MAX - 1, 2 * MAX, 1_000_000}) {
        for (int readMax : new int[] {Integer.MAX_VALUE, MAX, MAX - 1, 7_001}) {
          Bytes source = new Bytes(lines(before) + "x".repeat(length) + "\nlast\n");
          source.readMax = readMax;
          JournalCursor cursor = JournalCursor.atStart(source);
          var error = assertThrows(IOException.class, () -> cursor.skipTo(source.length()));
          assertEquals(before, cursor.position());
          assertEquals(
              "some/rows.jsonl: line " + (cursor.lines() + 1) + " is longer than 65536",
              error.getMessage());
          assertThrows(IOException.class, () -> cursor.next(source.length()), "and stays one");
        }
      }
    }
  }

  /** Short lines, so many bytes in all. */
  private static String lines(int bytes) {
    StringBuilder lines = new StringBuilder();
    while (lines.length() < bytes) {
      lines.append("r".repeat(Math.min(299, bytes - lines.length() - 1))).append('\n');
    }
    return lines.toString();
  }

  @Test
  void afterAFailedReadTheWalkGoesOnWhereItWas() throws Exception {
    Bytes source = new Bytes("first\nsec");
    JournalCursor cursor = JournalCursor.atStart(source);
    assertLine("first", cursor.next(9));
    assertNull(cursor.next(9));
    source.grow("ond\nthird\n");
    source.broken = true;
    assertThrows(IOException.class, () -> cursor.next(source.length()));
    assertPlace(source, cursor, 1, 6);
    source.broken = false;
    assertLine("second", cursor.next(source.length()));
    assertLine("third", cursor.next(source.length()));
    assertPlace(source, cursor, 3, source.length());
  }

  @Test
  void aRandomWalkFindsWhatSplittingFinds() throws Exception {
    SplittableRandom random = Seed.random("JournalCursorTest");
    for (int round = 0; round < 300; round++) {
      Bytes source = new Bytes(randomFile(random));
      source.readMax = random.nextBoolean() ? Integer.MAX_VALUE : 500 + random.nextInt(40_000);
      Oracle oracle = new Oracle(source.bytes);
      JournalCursor cursor = JournalCursor.atStart(source);
      long limit = 0;
      for (int lines = 0; lines < oracle.ends.size(); ) {
        if (random.nextInt(4) == 0) {
          limit = oracle.ends.get(Math.min(oracle.ends.size() - 1, lines + random.nextInt(50)));
        } else if (random.nextInt(4) == 0) {
          limit = Math.min(source.length(), limit + random.nextInt(5_000));
        }
        if (random.nextInt(100) == 0) {
          cursor = cursor.copy();
        }
        source.broken = random.nextInt(10) == 0;
        byte[] line;
        try {
          line = cursor.next(limit);
        } catch (IOException broken) {
          assertTrue(source.broken, broken.getMessage());
          continue;
        } finally {
          source.broken = false;
        }
        boolean there = oracle.ends.get(lines) <= limit;
        if (!there) {
          assertNull(line, "round " + round + ", line " + lines);
        } else {
          assertArrayEquals(oracle.line(lines), line, "round " + round + ", line " + lines);
          lines++;
        }
        assertEquals(lines, cursor.lines());
        assertEquals(lines == 0 ? 0 : oracle.ends.get(lines - 1), cursor.position());
        if (random.nextInt(100) == 0) {
          assertEquals(source.sha256(cursor.position()), cursor.chain());
        }
      }
      assertNull(cursor.next(source.length()), "a fragment is no line");
      assertEquals(source.sha256(cursor.position()), cursor.chain());
    }
  }

  private static byte[] randomFile(SplittableRandom random) {
    ByteBuffer file = ByteBuffer.allocate(600_000);
    int longest = List.of(4, 100, 700, 5_000, MAX).get(random.nextInt(5));
    int size = 1 + random.nextInt(Math.min(400_000, 1_000 * longest));
    while (file.position() < size) {
      byte[] line = new byte[random.nextInt(longest + 1)];
      random.nextBytes(line);
      for (int i = 0; i < line.length; i++) {
        line[i] = line[i] == '\n' ? (byte) '\r' : line[i];
      }
      file.put(line);
      if (file.position() < size || random.nextBoolean()) {
        file.put((byte) '\n');
      }
    }
    return Arrays.copyOf(file.array(), file.position());
  }

  /** The lines as they are, found the simple way. */
  private static final class Oracle {

    private final byte[] file;
    private final List<Long> ends = new ArrayList<>();

    Oracle(byte[] file) {
      this.file = file;
      for (int i = 0; i < file.length; i++) {
        if (file[i] == '\n') {
          ends.add(i + 1L);
        }
      }
    }

    byte[] line(int number) {
      int from = number == 0 ? 0 : ends.get(number - 1).intValue();
      return Arrays.copyOfRange(file, from, ends.get(number).intValue() - 1);
    }
  }

  private static void assertLine(String expected, byte[] line) {
    assertTrue(line != null, "no line, expected " + expected);
    assertEquals(expected, new String(line, UTF_8));
  }

  private static void assertPlace(Bytes source, JournalCursor cursor, long lines, long position)
      throws Exception {
    assertEquals(lines, cursor.lines());
    assertEquals(position, cursor.position());
    assertEquals(source.sha256(position), cursor.chain());
  }
}
