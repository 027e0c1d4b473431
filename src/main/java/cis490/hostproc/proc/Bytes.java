package cis490.hostproc.proc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Searches in kernel text. */
final class Bytes {

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long LOW_BITS = 0x7f7f_7f7f_7f7f_7f7fL;

  private Bytes() {}

  /**
   * Where a byte stands last in the first {@code length} ones, -1 if it does not. Looks at eight at
   * a time: equal ones have become 0 by the exclusive or, and only for 0 the sum leaves the high
   * bit clear.
   */
  static int lastIndexOf(byte[] text, int length, byte wanted) {
    int end = length;
    while (end >= Long.BYTES) {
      long differences = (long) EIGHT.get(text, end - Long.BYTES) ^ wanted * ONES;
      long equal = ~((differences & LOW_BITS) + LOW_BITS | differences | LOW_BITS);
      if (equal != 0) {
        return end - 1 - Long.numberOfLeadingZeros(equal) / Byte.SIZE;
      }
      end -= Long.BYTES;
    }
    int at = end - 1;
    while (at >= 0 && text[at] != wanted) {
      at--;
    }
    return at;
  }
}
