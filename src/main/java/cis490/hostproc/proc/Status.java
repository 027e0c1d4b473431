package cis490.hostproc.proc;

/**
 * {@code /proc/<pid>/status}: the two counts of context switches (proc(5), "/proc/pid/status").
 *
 * <p>They are those of the <em>main thread</em>, where the times in {@link Stat} are those of the
 * whole process.
 */
public final class Status {

  static final String FILE = "status";
  private static final byte[] VOLUNTARY_KEY = KeyedLines.key("voluntary_ctxt_switches");
  private static final byte[] INVOLUNTARY_KEY = KeyedLines.key("nonvoluntary_ctxt_switches");

  private long voluntarySwitches;
  private long involuntarySwitches;

  /** No text parsed yet: every number is 0. */
  public Status() {}

  /**
   * Takes the numbers from a kernel text.
   *
   * @param text the kernel's bytes
   * @param length how many of them count
   * @throws MalformedKernelTextException if a line is missing, cut, or holds no number
   */
  public void parse(byte[] text, int length) throws MalformedKernelTextException {
    involuntarySwitches =
        KeyedLines.lastValue(text, length, INVOLUNTARY_KEY, FILE, "nonvoluntary_ctxt_switches");
    voluntarySwitches =
        KeyedLines.lastValue(text, length, VOLUNTARY_KEY, FILE, "voluntary_ctxt_switches");
  }

  /**
   * Line voluntary_ctxt_switches.
   *
   * @return times the main thread gave up the processor by itself, unsigned count
   */
  public long voluntarySwitches() {
    return voluntarySwitches;
  }

  /**
   * Line nonvoluntary_ctxt_switches.
   *
   * @return times the main thread was preempted, unsigned count
   */
  public long involuntarySwitches() {
    return involuntarySwitches;
  }
}
