package cis490.hostproc.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a client has sent and nobody has taken yet; grows up to one line of the longest kind. */
final class LineBuffer {

  /** Of a line without its newline. */
  static final int LINE_BYTES_MAX = 64 * 1024;

  private static final int BYTES_AT_FIRST = 512;

  private byte[] bytes = new byte[BYTES_AT_FIRST];
  private int start;
  private int end;

  /** Before it there is no newline that was not taken. */
  private int seen;

  /** Reads once what is there; -1 at the end. */
  int readFrom(ReadableByteChannel channel) throws IOException {
    makeRoom();
    int count = channel.read(ByteBuffer.wrap(bytes, end, bytes.length - end));
    end += Math.max(0, count);
    return count;
  }

  private void makeRoom() {
    System.arraycopy(bytes, start, bytes, 0, end - start);
    end -= start;
    seen -= start;
    start = 0;
    if (end == bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(2 * end, LINE_BYTES_MAX + 1));
    }
  }

  /** The next line without its newline; valid until the next read. Null if there is none. */
  @Nullable ByteBuffer next() {
    if (!hasLine()) {
      return null;
    }
    ByteBuffer line = ByteBuffer.wrap(bytes, start, seen - start);
    seen++;
    start = seen;
    return line;
  }

  /** Whether a newline is there. */
  boolean hasLine() {
    while (seen < end && bytes[seen] != '\n') {
      seen++;
    }
    return seen < end;
  }

  /** Whether what begins here can't be a line any more; if {@link #next} has found none. */
  boolean isTooLong() {
    return end - start > LINE_BYTES_MAX;
  }

  boolean isEmpty() {
    return start == end;
  }
}
