package cis490.hostproc.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for the ends of lines. */
final class Newlines {

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private Newlines() {}

  /**
   * The first newline's place, {@code to} if there is none. Looks at eight bytes at a time: a
   * newline has become 0 by the exclusive or, and the lowest byte whose high bit is set by taking 1
   * from it is the first 0 (higher ones may be borrowed from).
   */
  static int first(byte[] bytes, int from, int to) {
    int at = from;
    while (to - at >= Long.BYTES) {
      long differences = (long) EIGHT.get(bytes, at) ^ '\n' * ONES;
      long zeros = differences - ONES & ~differences & HIGH_BITS;
      if (zeros != 0) {
        return at + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
      }
      at += Long.BYTES;
    }
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }
}
