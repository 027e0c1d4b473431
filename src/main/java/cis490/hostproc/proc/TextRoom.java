package cis490.hostproc.proc;

import java.nio.ByteBuffer;

/**
 * Where the kernel writes a text, and where it is read. All files of one thread share it: of many
 * processes in turn, each text then meets memory that the processor has in its caches.
 */
final class TextRoom {

  /** Room for any {@code stat}, {@code io} and ordinary {@code status}, in bytes. */
  static final int LENGTH_FIRST = 8 * 1024;

  private static final ThreadLocal<TextRoom> OF_THREAD =
      ThreadLocal.withInitial(() -> new TextRoom(LENGTH_FIRST));

  private final ByteBuffer fromKernel;
  private final long address;
  private final byte[] text;

  private TextRoom(int bytes) {
    fromKernel = ByteBuffer.allocateDirect(bytes);
    address = PositionalRead.address(fromKernel);
    text = new byte[bytes];
  }

  /** That of the calling thread. */
  static TextRoom ofThread() {
    return OF_THREAD.get();
  }

  /** A greater one for the calling thread, from now on. */
  static TextRoom grow(int bytes) {
    TextRoom greater = new TextRoom(bytes);
    OF_THREAD.set(greater);
    return greater;
  }

  /** Position and limit mean nothing. */
  ByteBuffer fromKernel() {
    return fromKernel;
  }

  /** Of {@link #fromKernel}; 0 where the JDK does not tell. */
  long address() {
    return address;
  }

  int capacity() {
    return text.length;
  }

  /** The first bytes that the kernel has written; the others mean nothing. */
  byte[] text(int length) {
    fromKernel.get(0, text, 0, length);
    return text;
  }
}
