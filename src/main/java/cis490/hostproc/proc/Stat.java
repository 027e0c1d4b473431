package cis490.hostproc.proc;

import java.nio.charset.StandardCharsets;

/**
 * {@code /proc/<pid>/stat}: the numbers of the last text.
 *
 * <p>A text that is refused leaves some of them new and some old: they must not be used then.
 *
 * <p>Field numbers are those of proc(5), "/proc/pid/stat". The command name (field 2) can hold any
 * byte but NUL, so fields are counted from the <em>last</em> closing parenthesis. Unsigned 64-bit
 * values are kept in a {@code long}.
 */
public final class Stat {

  static final String FILE = "stat";
  private static final int LAST_FIELD = 24;

  private byte state;
  private long minorFaults;
  private long majorFaults;
  private long userJiffies;
  private long sysJiffies;
  private long threads;
  private long startTimeTicks;
  private long vsizeBytes;
  private long rssPages;
  private String commandName = "";

  /** No text parsed yet: every number is 0. */
  public Stat() {}

  /**
   * Takes the numbers from a kernel text. On an error the previous numbers are partly overwritten
   * and mean nothing.
   *
   * @param text the kernel's bytes
   * @param length how many of them count
   * @throws MalformedKernelTextException if the text is cut short, or a field that is needed is not
   *     a number
   */
  public void parse(byte[] text, int length) throws MalformedKernelTextException {
    if (length == 0 || text[length - 1] != '\n') {
      // A cut text could hold the beginning of a number.
      throw new MalformedKernelTextException(
          FILE, "does not end in a newline", text, Math.max(0, length - 40), length);
    }
    int at = Bytes.lastIndexOf(text, length, (byte) ')');
    if (at < 0) {
      throw new MalformedKernelTextException(FILE, "no ')' after the command", text, 0, length);
    }
    at++;
    for (int field = 3; field <= LAST_FIELD; field++) {
      if (text[at] != ' ') {
        throw cutShort(field, text, length);
      }
      int from = at + 1;
      at = from;
      while (text[at] != ' ' && text[at] != '\n') {
        at++;
      }
      if (at == from) {
        // Counted as a field it would give the ones behind it the numbers of their neighbours.
        throw new MalformedKernelTextException(
            FILE, "field " + field + " is empty", text, 0, length);
      }
      take(field, text, from, at);
    }
  }

  private void take(int field, byte[] text, int from, int to) throws MalformedKernelTextException {
    switch (field) {
      case 3 -> state = state(text, from, to);
      case 10 -> minorFaults = Unsigned.parse(text, from, to, FILE, "minflt (field 10)");
      case 12 -> majorFaults = Unsigned.parse(text, from, to, FILE, "majflt (field 12)");
      case 14 -> userJiffies = Unsigned.parse(text, from, to, FILE, "utime (field 14)");
      case 15 -> sysJiffies = Unsigned.parse(text, from, to, FILE, "stime (field 15)");
      case 20 -> threads = Unsigned.parse(text, from, to, FILE, "num_threads (field 20)");
      case 22 -> startTimeTicks = Unsigned.parse(text, from, to, FILE, "starttime (field 22)");
      case 23 -> vsizeBytes = Unsigned.parse(text, from, to, FILE, "vsize (field 23)");
      case 24 -> rssPages = Unsigned.parse(text, from, to, FILE, "rss (field 24)");
      default -> {
        // Not in the row.
      }
    }
  }

  private static byte state(byte[] text, int from, int to) throws MalformedKernelTextException {
    if (to - from != 1 || (text[from] | 0x20) < 'a' || (text[from] | 0x20) > 'z') {
      throw new MalformedKernelTextException(FILE, "state is not a letter", text, from, to);
    }
    return text[from];
  }

  private static MalformedKernelTextException cutShort(int field, byte[] text, int length) {
    return new MalformedKernelTextException(
        FILE, "ends before field " + field + " of " + LAST_FIELD, text, 0, length);
  }

  /** Remembers the command name too, which allocates: for the beginning of an episode. */
  void parseWithCommandName(byte[] text, int length) throws MalformedKernelTextException {
    parse(text, length);
    String all = new String(text, 0, length, StandardCharsets.UTF_8);
    int from = all.indexOf('(') + 1;
    int to = all.lastIndexOf(')');
    if (from < 1 || from > to) {
      throw new MalformedKernelTextException(FILE, "no '(' before the command", text, 0, length);
    }
    commandName = all.substring(from, to);
  }

  /**
   * Whether the process is dead and only waits for its parent: state Z or X and no thread left but
   * the first. A first thread that ended while others go on is a zombie too, in a live process.
   *
   * @return true if nothing of the process runs any more
   */
  public boolean dead() {
    return (state == 'Z' || state == 'X' || state == 'x') && Long.compareUnsigned(threads, 1) <= 0;
  }

  /**
   * Field 10, minflt.
   *
   * @return faults that needed no disk, whole process, unsigned count
   */
  public long minorFaults() {
    return minorFaults;
  }

  /**
   * Field 12, majflt.
   *
   * @return faults that read from disk, whole process, unsigned count
   */
  public long majorFaults() {
    return majorFaults;
  }

  /**
   * Field 14, utime.
   *
   * @return time in user mode, all threads, in clock ticks ({@link Auxv#clockTicksPerSecond()})
   */
  public long userJiffies() {
    return userJiffies;
  }

  /**
   * Field 15, stime.
   *
   * @return time in kernel mode, all threads, in clock ticks
   */
  public long sysJiffies() {
    return sysJiffies;
  }

  /**
   * Field 22, starttime: with the pid it names one process of one boot.
   *
   * @return start of the process after boot, in clock ticks
   */
  public long startTimeTicks() {
    return startTimeTicks;
  }

  /**
   * Field 23, vsize.
   *
   * @return virtual memory in bytes
   */
  public long vsizeBytes() {
    return vsizeBytes;
  }

  /**
   * Field 24, rss.
   *
   * @return resident memory in pages ({@link Auxv#pageSizeBytes()}); the kernel's count is
   *     approximate
   */
  public long rssPages() {
    return rssPages;
  }

  /**
   * Field 24 in bytes.
   *
   * @param pageSizeBytes bytes in a page, more than 0
   * @return resident memory in bytes, unsigned
   * @throws MalformedKernelTextException if that is more than 64 bits hold
   */
  public long rssBytes(long pageSizeBytes) throws MalformedKernelTextException {
    if (Long.compareUnsigned(rssPages, Long.divideUnsigned(-1L, pageSizeBytes)) > 0) {
      byte[] pages = Long.toUnsignedString(rssPages).getBytes(StandardCharsets.US_ASCII);
      throw new MalformedKernelTextException(
          FILE, "rss (field 24) in bytes is beyond 64 bits", pages, 0, pages.length);
    }
    return rssPages * pageSizeBytes;
  }

  /**
   * Field 2, comm, as it was when the process was opened.
   *
   * @return at most 15 bytes of the kernel, bytes that are not UTF-8 replaced
   */
  public String commandName() {
    return commandName;
  }
}
