package cis490.hostproc.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Walks over a journal's lines, in order, and keeps count: lines, position in bytes, and the chain,
 * a hash of all bytes up to there. For one thread. Lines that are not to be kept are passed over:
 * they are in the position and in the chain, and not in the count.
 *
 * <p>The chain is plain SHA-256 of the file's first {@link #position()} bytes, so that {@code head
 * -c POSITION FILE | sha256sum} gives the same, and {@code sha256sum FILE} that of the whole file.
 */
public final class JournalCursor {

  /** Longer lines are refused: no row comes near it, and memory stays bounded. */
  public static final int LINE_LENGTH_MAX = 64 * 1024;

  private static final int BUFFER_BYTES_MAX = 2 * LINE_LENGTH_MAX;
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  /** Says of each line whether it counts. */
  @FunctionalInterface
  public interface Keep {

    /** All lines are kept. */
    Keep ALL = (line, number) -> true;

    /**
     * Asked before the line is passed, and again if the walk comes by again.
     *
     * @param line its bytes without the newline
     * @param number of the line in the file, from 1, as editors count
     * @return false to pass over it
     * @throws RefusedLineException to go no farther than the line before
     */
    boolean keep(byte[] line, long number) throws RefusedLineException;
  }

  private static final HexFormat HEX = HexFormat.of();

  private final JournalSource source;
  private final Keep keep;
  private final MessageDigest digest;

  /** Without room while nothing is read. */
  private ByteBuffer buffer = NONE;

  private final CRC32C crc = new CRC32C();
  private long position;
  private long lines;
  private long skipped;
  private long fingerprint;

  private JournalCursor(JournalSource source, Keep keep, MessageDigest digest) {
    this.source = source;
    this.keep = keep;
    this.digest = digest;
  }

  /**
   * At the beginning.
   *
   * @param source the journal to walk over
   * @return a new cursor that keeps all lines
   */
  public static JournalCursor atStart(JournalSource source) {
    return atStart(source, Keep.ALL);
  }

  /**
   * At the beginning.
   *
   * @param source the journal to walk over
   * @param keep says which lines count
   * @return a new cursor
   */
  public static JournalCursor atStart(JournalSource source, Keep keep) {
    return new JournalCursor(source, keep, sha256());
  }

  /**
   * At the same place, independent from then on.
   *
   * @return a new cursor
   */
  public JournalCursor copy() {
    JournalCursor copy = new JournalCursor(source, keep, copyOf(digest));
    copy.position = position;
    copy.lines = lines;
    copy.skipped = skipped;
    copy.fingerprint = fingerprint;
    return copy;
  }

  /**
   * The next line that is kept; the cursor then stands after it.
   *
   * @param limit bytes of the journal that may be read, at the end of a line
   * @return the line's bytes without the newline, or null if no more line that is kept ends before
   *     the limit; what is passed over then is passed
   * @throws RefusedLineException if the line is refused, or if somebody else has made it too long;
   *     the cursor stands before it
   * @throws IOException if the file can't be read, or a line is too long
   */
  public byte @Nullable [] next(long limit) throws IOException {
    int length = find(limit);
    while (length >= 0) {
      int from = buffer.position();
      byte[] line = Arrays.copyOfRange(buffer.array(), from, from + length);
      boolean kept = keep.keep(line, lines + skipped + 1);
      pass(length + 1);
      if (kept) {
        lines++;
        return line;
      }
      skipped++;
      length = find(limit);
    }
    return null;
  }

  /**
   * Brings the next line into the buffer, from its position on; its length, -1 if there is none.
   */
  private int find(long limit) throws IOException {
    if (position >= limit) {
      dropEmpty();
      return -1;
    }
    if (buffer.capacity() == 0) {
      long all = limit - position;
      buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES_MAX, all)).limit(0);
    }
    int from = buffer.position();
    int at = from;
    while (true) {
      at = Newlines.first(buffer.array(), at, buffer.limit());
      if (at < buffer.limit()) {
        break;
      }
      int scanned = at - from;
      if (!fill(limit, scanned)) {
        return -1;
      }
      from = buffer.position();
      at = from + scanned;
    }
    if (at - from > LINE_LENGTH_MAX) {
      throw tooLong();
    }
    // It may have been read ahead under an earlier, greater limit.
    return position + at + 1 - from > limit ? -1 : at - from;
  }

  /** Many cursors wait for more most of the time. */
  private void dropEmpty() {
    if (!buffer.hasRemaining()) {
      buffer = NONE;
    }
  }

  private void pass(int count) {
    digest.update(buffer.array(), buffer.position(), count);
    crc.reset();
    crc.update(buffer.array(), buffer.position(), count);
    fingerprint = Ledger.fold(fingerprint, crc.getValue());
    buffer.position(buffer.position() + count);
    position += count;
  }

  /**
   * Walks on.
   *
   * @param end where to stop, at the end of a line
   * @return the last line passed that is kept, or null if none was
   * @throws IOException if the file can't be read, or a line is too long
   */
  public byte @Nullable [] skipTo(long end) throws IOException {
    byte[] last = null;
    for (byte[] line = next(end); line != null; line = next(end)) {
      last = line;
    }
    return last;
  }

  /** More bytes after the unread ones; false if the journal has none before the limit. */
  private boolean fill(long limit, int unread) throws IOException {
    if (unread > LINE_LENGTH_MAX) {
      throw tooLong();
    }
    long wanted = limit - position - unread;
    if (wanted <= 0) {
      return false;
    }
    buffer.compact();
    if (!buffer.hasRemaining()) {
      buffer = ByteBuffer.allocate(BUFFER_BYTES_MAX).put(buffer.flip());
    }
    if (buffer.remaining() > wanted) {
      buffer.limit(buffer.position() + (int) wanted);
    }
    try {
      return source.read(buffer, position + unread) > 0;
    } finally {
      // Even after a failure the unread bytes are valid, and the walk can go on.
      buffer.flip();
    }
  }

  private IOException tooLong() throws IOException {
    String alteration = source.alteration(this);
    if (alteration != null) {
      return new RefusedLineException(alteration);
    }
    return new IOException(
        source.path() + ": line " + (lines + skipped + 1) + " is longer than " + LINE_LENGTH_MAX);
  }

  /**
   * Bytes walked over.
   *
   * @return the position in the file after the last line taken
   */
  public long position() {
    return position;
  }

  /**
   * Kept lines walked over.
   *
   * @return the number of the next one, from 0
   */
  public long lines() {
    return lines;
  }

  /**
   * Lines walked over that were not kept.
   *
   * @return count
   */
  public long skipped() {
    return skipped;
  }

  /** Where it is, and what it has read up to there. */
  Ledger.Place place() {
    return new Ledger.Place(position, lines + skipped, fingerprint);
  }

  /**
   * The chain at {@link #position()}.
   *
   * @return SHA-256 of all bytes up to there, 64 hexadecimal digits
   */
  public String chain() {
    return HEX.formatHex(copyOf(digest).digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  private static MessageDigest copyOf(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException impossible) {
      throw new AssertionError("the platform's SHA-256 can be cloned", impossible);
    }
  }
}
