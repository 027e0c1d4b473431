package cis490.hostproc.proc;

/**
 * Decimal text of the kernel's unsigned 64-bit fields.
 *
 * <p>Values from 0 to 18446744073709551615 come back in a {@code long} that is to be read as
 * unsigned ({@link Long#toUnsignedString(long)}).
 */
final class Unsigned {

  /** Decimal digits of 2^64 - 1. */
  private static final int DIGITS_MAX = 20;

  private static final long MAX_TENTH = Long.divideUnsigned(-1L, 10);
  private static final long MAX_LAST_DIGIT = Long.remainderUnsigned(-1L, 10);

  private Unsigned() {}

  /** Digits only, from {@code from} to before {@code to}; sign, space or nothing is malformed. */
  static long parse(byte[] text, int from, int to, String file, String field)
      throws MalformedKernelTextException {
    int digits = to - from;
    if (digits < 1 || digits > DIGITS_MAX) {
      throw notUnsigned(text, from, to, file, field);
    }
    long value = 0;
    for (int at = from; at < to; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9) {
        throw notUnsigned(text, from, to, file, field);
      }
      // Nineteen digits always fit; only the twentieth can overflow.
      if (at - from == DIGITS_MAX - 1 && overflows(value, digit)) {
        throw notUnsigned(text, from, to, file, field);
      }
      value = value * 10 + digit;
    }
    return value;
  }

  private static boolean overflows(long value, int digit) {
    int order = Long.compareUnsigned(value, MAX_TENTH);
    return order > 0 || (order == 0 && digit > MAX_LAST_DIGIT);
  }

  private static MalformedKernelTextException notUnsigned(
      byte[] text, int from, int to, String file, String field) {
    return new MalformedKernelTextException(
        file, field + " is not an unsigned 64-bit number", text, from, to);
  }
}
