package cis490.hostproc.proc;

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

  private long readBytes;
  private long writeBytes;

  /** No text parsed yet: every number is 0. */
  public Io() {}

  /**
   * Takes the numbers from a kernel text.
   *
   * @param text the kernel's bytes
   * @param length how many of them count
   * @throws MalformedKernelTextException if a line is missing, cut, or holds no number
   */
  public void parse(byte[] text, int length) throws MalformedKernelTextException {
    readBytes = KeyedLines.lastValue(text, length, READ_KEY, FILE, "read_bytes");
    writeBytes = KeyedLines.lastValue(text, length, WRITE_KEY, FILE, "write_bytes");
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
