package cis490.hostproc.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/** Answers that a client has not read yet. */
final class Waiting {

  /** More than that is for nobody; a single answer may be longer. */
  static final int BYTES_MAX = 256 * 1024;

  private final Deque<ByteBuffer> lines = new ArrayDeque<>();
  private long bytes;
  private long movedNs;

  /**
   * Puts an answer behind the others.
   *
   * @throws IOException if too much waits already
   */
  void add(byte[] line) throws IOException {
    if (bytes > 0 && bytes + line.length > BYTES_MAX) {
      throw new IOException("more than " + BYTES_MAX / 1024 + " KiB of answers wait for it");
    }
    if (lines.isEmpty()) {
      movedNs = System.nanoTime();
    }
    lines.add(ByteBuffer.wrap(line));
    bytes += line.length;
  }

  /** Writes what goes out without waiting. */
  void writeTo(WritableByteChannel channel) throws IOException {
    while (!lines.isEmpty()) {
      ByteBuffer first = lines.element();
      int count = channel.write(first);
      if (count > 0) {
        bytes -= count;
        movedNs = System.nanoTime();
      }
      if (first.hasRemaining()) {
        return;
      }
      lines.remove();
    }
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  /** Whether the client has read nothing for so long, though there is something. */
  boolean isStuck(long limitNs) {
    return !lines.isEmpty() && System.nanoTime() - movedNs > limitNs;
  }
}
