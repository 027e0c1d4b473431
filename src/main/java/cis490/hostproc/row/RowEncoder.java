package cis490.hostproc.row;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes a row as Python's {@code json.dumps} writes it ({@code ", "} and {@code ": "}), fields in
 * the schema's order, with a newline: the one canonical line. For one thread.
 */
public final class RowEncoder {

  /** More than any line: 12 numbers of 20 digits and the text between them, in bytes. */
  public static final int LINE_LENGTH_MAX = 1024;

  private static final int DIGITS_MAX = 20;
  private static final long[] POWERS_OF_TEN = powersOfTen();
  private static final byte[] PAIRS = pairs();
  private static final byte[] NULL = ascii("null");

  private static final byte[] T_MONO_NS = ascii("{\"t_mono_ns\": ");
  private static final byte[] T_WALL_NS = ascii(", \"t_wall_ns\": ");
  private static final byte[] CPU_USER_JIFFIES =
      ascii(
          ", \"source\": \""
              + RowFormat.SOURCE
              + "\", \"available_in_deployment\": "
              + RowFormat.AVAILABLE_IN_DEPLOYMENT
              + ", \"cpu_user_jiffies\": ");
  private static final byte[] CPU_SYS_JIFFIES = ascii(", \"cpu_sys_jiffies\": ");
  private static final byte[] RSS_BYTES = ascii(", \"rss_bytes\": ");
  private static final byte[] VSIZE_BYTES = ascii(", \"vsize_bytes\": ");
  private static final byte[] IO_READ_BYTES = ascii(", \"io_read_bytes\": ");
  private static final byte[] IO_WRITE_BYTES = ascii(", \"io_write_bytes\": ");
  private static final byte[] VOLUNTARY_CTXSW = ascii(", \"voluntary_ctxsw\": ");
  private static final byte[] INVOLUNTARY_CTXSW = ascii(", \"involuntary_ctxsw\": ");
  private static final byte[] MINOR_FAULTS = ascii(", \"minor_faults\": ");
  private static final byte[] MAJOR_FAULTS = ascii(", \"major_faults\": ");
  private static final byte[] END = ascii("}\n");

  private final byte[] line = new byte[LINE_LENGTH_MAX];
  private final ByteBuffer direct = ByteBuffer.allocateDirect(LINE_LENGTH_MAX);
  private int length;

  /** Allocates all that encoding will ever need. */
  public RowEncoder() {}

  /**
   * Encodes one row.
   *
   * @param row the numbers
   * @return the line with its newline, from position to limit; overwritten by the next call
   */
  public ByteBuffer encode(Row row) {
    length = 0;
    text(T_MONO_NS);
    signed(row.tMonoNs);
    text(T_WALL_NS);
    signed(row.tWallNs);
    field(CPU_USER_JIFFIES, row.cpuUserJiffies);
    field(CPU_SYS_JIFFIES, row.cpuSysJiffies);
    field(RSS_BYTES, row.rssBytes);
    field(VSIZE_BYTES, row.vsizeBytes);
    field(IO_READ_BYTES, row.ioReadBytes, row.ioPresent && !row.ioReadAbsent);
    field(IO_WRITE_BYTES, row.ioWriteBytes, row.ioPresent && !row.ioWriteAbsent);
    field(VOLUNTARY_CTXSW, row.voluntaryCtxsw, row.statusPresent && !row.voluntaryAbsent);
    field(INVOLUNTARY_CTXSW, row.involuntaryCtxsw, row.statusPresent && !row.involuntaryAbsent);
    field(MINOR_FAULTS, row.minorFaults);
    field(MAJOR_FAULTS, row.majorFaults);
    text(END);
    return direct.clear().put(line, 0, length).flip();
  }

  private void field(byte[] name, long unsigned) {
    text(name);
    unsigned(unsigned);
  }

  private void field(byte[] name, long unsigned, boolean present) {
    if (present) {
      field(name, unsigned);
    } else {
      text(name);
      text(NULL);
    }
  }

  private void text(byte[] ascii) {
    System.arraycopy(ascii, 0, line, length, ascii.length);
    length += ascii.length;
  }

  private void signed(long value) {
    if (value < 0) {
      line[length++] = '-';
      unsigned(-value);
    } else {
      unsigned(value);
    }
  }

  /** Two digits at a time, from the last to the first, each at once where it belongs. */
  private void unsigned(long value) {
    length += digits(value);
    int at = length;
    long rest = value;
    if (rest < 0) {
      // Only the first step sees a value beyond the signed range.
      long hundredth = Long.divideUnsigned(rest, 100);
      pair(at -= 2, (int) (rest - hundredth * 100));
      rest = hundredth;
    }
    while (rest >= 100) {
      long hundredth = rest / 100;
      pair(at -= 2, (int) (rest - hundredth * 100));
      rest = hundredth;
    }
    if (rest >= 10) {
      pair(at - 2, (int) rest);
    } else {
      line[at - 1] = (byte) ('0' + rest);
    }
  }

  private void pair(int at, int below100) {
    line[at] = PAIRS[2 * below100];
    line[at + 1] = PAIRS[2 * below100 + 1];
  }

  /** How many: log10 from log2, by 1233 / 4096, which is exact or one too few. */
  private static int digits(long value) {
    // The last bit never decides, but makes 0 one digit long.
    long odd = value | 1;
    int atLeast = ((Long.SIZE - Long.numberOfLeadingZeros(odd)) * 1233) >>> 12;
    return Long.compareUnsigned(odd, POWERS_OF_TEN[atLeast]) < 0 ? atLeast : atLeast + 1;
  }

  /** 00 to 99. */
  private static byte[] pairs() {
    byte[] pairs = new byte[200];
    for (int i = 0; i < 100; i++) {
      pairs[2 * i] = (byte) ('0' + i / 10);
      pairs[2 * i + 1] = (byte) ('0' + i % 10);
    }
    return pairs;
  }

  private static long[] powersOfTen() {
    long[] powers = new long[DIGITS_MAX];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = powers[i - 1] * 10;
    }
    return powers;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
