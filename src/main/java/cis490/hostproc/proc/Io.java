package cis490.hostproc.proc;

import org.jspecify.annotations.Nullable;

/**
 * {@code /proc/<pid>/io}: the bytes that really went to and came from storage (proc(5),
 * "/proc/pid/io").
 *
 * <p>The owner can open the file and still be refused at each read: the kernel asks for ptrace
 * access then.
 */
public final class Io {

  static final String FILE = "io";
  private static final byte[] READ_KEY = KeyedLines.key("read_bytes");
  private static final byte[] WRITE_KEY = KeyedLines.key("write_bytes");

  private boolean begun;
  private boolean readAbsent;
  private boolean writeAbsent;
  private long readBytes;
  private long writeBytes;

  /** No text parsed yet: every number is 0. */
  public Io() {}

  /**
   * Learns from the first text which lines this kernel gives; one that it does not give is no
   * longer asked for. Without this both must be there.
   *
   * @param text the kernel's bytes
   * @param length how many of them count
   * @throws MalformedKernelTextException if the text is cut
   */
  void begin(byte[] text, int length) throws MalformedKernelTextException {
    readAbsent = !KeyedLines.has(text, length, READ_KEY, FILE);
    writeAbsent = !KeyedLines.has(text, length, WRITE_KEY, FILE);
    begun = true;
  }

  boolean begun() {
    return begun;
  }

  /**
   * Lines that this kernel does not give.
   *
   * @return their keys, or null if both are there
   */
  public @Nullable String absent() {
    if (readAbsent) {
      return writeAbsent ? "read_bytes and write_bytes" : "read_bytes";
    }
    return writeAbsent ? "write_bytes" : null;
  }

  /**
   * Takes the numbers from a kernel text.
   *
   * @param text the kernel's bytes
   * @param length how many of them count
   * @throws MalformedKernelTextException if a line that is not {@link #absent()} is missing, cut,
   *     or holds no number
   */
  public void parse(byte[] text, int length) throws MalformedKernelTextException {
    if (!readAbsent) {
      readBytes = KeyedLines.lastValue(text, length, READ_KEY, FILE, "read_bytes");
    }
    if (!writeAbsent) {
      writeBytes = KeyedLines.lastValue(text, length, WRITE_KEY, FILE, "write_bytes");
    }
  }

  /**
   * Whether this kernel has no line read_bytes.
   *
   * @return true if the number means nothing
   */
  public boolean readAbsent() {
    return readAbsent;
  }

  /**
   * Whether this kernel has no line write_bytes.
   *
   * @return true if the number means nothing
   */
  public boolean writeAbsent() {
    return writeAbsent;
  }

  /**
   * Line read_bytes.
   *
   * @return bytes fetched from the storage layer, unsigned
   */
  public long readBytes() {
    return readBytes;
  }

  /**
   * Line write_bytes.
   *
   * @return bytes sent to the storage layer, unsigned; a page counts when it is made dirty
   */
  public long writeBytes() {
    return writeBytes;
  }
}
