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
    field(IO_READ_BYTES, row.ioReadBytes, row.ioPresent);
    field(IO_WRITE_BYTES, row.ioWriteBytes, row.ioPresent);
    field(VOLUNTARY_CTXSW, row.voluntaryCtxsw, row.statusPresent);
    field(INVOLUNTARY_CTXSW, row.involuntaryCtxsw, row.statusPresent);
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

  /** Digits from the last to the first, then moved to where they belong. */
  private void unsigned(long value) {
    int end = length + DIGITS_MAX;
    int at = end;
    long rest = value;
    if (rest < 0) {
      // Only the first step sees a value beyond the signed range.
      long tenth = Long.divideUnsigned(rest, 10);
      line[--at] = (byte) ('0' + (rest - tenth * 10));
      rest = tenth;
    }
    do {
      long tenth = rest / 10;
      line[--at] = (byte) ('0' + (rest - tenth * 10));
      rest = tenth;
    } while (rest != 0);
    System.arraycopy(line, at, line, length, end - at);
    length += end - at;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
