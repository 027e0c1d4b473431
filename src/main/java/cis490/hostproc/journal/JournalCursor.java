package cis490.hostproc.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Walks over a journal's lines, in order, and keeps count: line number, position in bytes, and the
 * chain, a hash of all bytes up to there. For one thread.
 *
 * <p>The chain is plain SHA-256 of the file's first {@link #position()} bytes, so that {@code head
 * -c POSITION FILE | sha256sum} gives the same, and {@code sha256sum FILE} that of the whole file.
 */
public final class JournalCursor {

  /** Longer lines are refused: no row comes near it, and memory stays bounded. */
  public static final int LINE_LENGTH_MAX = 64 * 1024;

  private static final HexFormat HEX = HexFormat.of();

  private final JournalSource source;
  private final ByteBuffer buffer = ByteBuffer.allocate(2 * LINE_LENGTH_MAX);
  private final MessageDigest digest;
  private long position;
  private long lines;

  private JournalCursor(JournalSource source, MessageDigest digest, long position, long lines) {
    this.source = source;
    this.digest = digest;
    this.position = position;
    this.lines = lines;
    buffer.limit(0);
  }

  /**
   * At the beginning.
   *
   * @param source the journal to walk over
   * @return a new cursor
   */
  public static JournalCursor atStart(JournalSource source) {
    return new JournalCursor(source, sha256(), 0, 0);
  }

  /**
   * At the same place, independent from then on.
   *
   * @return a new cursor
   */
  public JournalCursor copy() {
    return new JournalCursor(source, copyOf(digest), position, lines);
  }

  /**
   * The next line, and one step forward.
   *
   * @param limit bytes of the journal that may be read, at the end of a line
   * @return the line's bytes without the newline, or null if the next line does not end before the
   *     limit
   * @throws IOException if the file can't be read, or a line is too long
   */
  public byte[] next(long limit) throws IOException {
    if (position >= limit) {
      return null;
    }
    byte[] bytes = buffer.array();
    int from = buffer.position();
    int at = from;
    while (true) {
      if (at == buffer.limit()) {
        int scanned = at - from;
        if (!fill(limit, scanned)) {
          return null;
        }
        from = buffer.position();
        at = from + scanned;
      }
      if (bytes[at] == '\n') {
        break;
      }
      at++;
    }
    if (at - from > LINE_LENGTH_MAX) {
      throw tooLong();
    }
    if (position + at + 1 - from > limit) {
      // Read ahead under an earlier, greater limit.
      return null;
    }
    digest.update(bytes, from, at + 1 - from);
    buffer.position(at + 1);
    position += at + 1 - from;
    lines++;
    return Arrays.copyOfRange(bytes, from, at);
  }

  /**
   * Walks on.
   *
   * @param end where to stop, at the end of a line
   * @return the last line passed, or null if none was
   * @throws IOException if the file can't be read, or a line is too long
   */
  public byte[] skipTo(long end) throws IOException {
    byte[] last = null;
    for (byte[] line = next(end); line != null; line = next(end)) {
      last = line;
    }
    return last;
  }

  /** More bytes behind the unread ones; false if the journal has none before the limit. */
  private boolean fill(long limit, int unread) throws IOException {
    if (unread > LINE_LENGTH_MAX) {
      throw tooLong();
    }
    long wanted = limit - position - unread;
    if (wanted <= 0) {
      return false;
    }
    buffer.compact();
    if (buffer.remaining() > wanted) {
      buffer.limit(buffer.position() + (int) wanted);
    }
    try {
      return source.read(buffer, position + unread) > 0;
    } finally {
      // After a failure too: the unread bytes stand, and the walk can go on.
      buffer.flip();
    }
  }

  private IOException tooLong() {
    return new IOException(
        source.path() + ": line " + (lines + 1) + " is longer than " + LINE_LENGTH_MAX);
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
   * Lines walked over.
   *
   * @return the number of the next line, from 0
   */
  public long lines() {
    return lines;
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
