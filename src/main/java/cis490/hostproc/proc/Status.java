package cis490.hostproc.proc;

import org.jspecify.annotations.Nullable;

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

  private static final byte[] PROCESS_KEY = KeyedLines.key("Tgid");
  private static final byte[] ID_KEY = KeyedLines.key("Pid");

  private boolean begun;
  private boolean voluntaryAbsent;
  private boolean involuntaryAbsent;
  private long voluntarySwitches;
  private long involuntarySwitches;

  /** No text parsed yet: every number is 0. */
  public Status() {}

  /**
   * Learns from the first text which lines this kernel gives; one that it does not give is no
   * longer asked for. Without this both must be there.
   *
   * @param text the kernel's bytes
   * @param length how many of them count
   * @throws MalformedKernelTextException if the text is cut
   */
  void begin(byte[] text, int length) throws MalformedKernelTextException {
    voluntaryAbsent = !KeyedLines.has(text, length, VOLUNTARY_KEY, FILE);
    involuntaryAbsent = !KeyedLines.has(text, length, INVOLUNTARY_KEY, FILE);
    begun = true;
  }

  boolean begun() {
    return begun;
  }

  /**
   * Lines Tgid and Pid: the process that a thread belongs to, whose own id the thread's is not.
   *
   * @param text the kernel's bytes
   * @param length how many of them count
   * @return the pid of the process; 0 if this is a process itself, or the kernel does not say
   * @throws MalformedKernelTextException if the text is cut, or has no number there
   */
  static long processOfThread(byte[] text, int length) throws MalformedKernelTextException {
    if (!KeyedLines.has(text, length, PROCESS_KEY, FILE)
        || !KeyedLines.has(text, length, ID_KEY, FILE)) {
      return 0;
    }
    long process = KeyedLines.lastValue(text, length, PROCESS_KEY, FILE, "Tgid");
    long id = KeyedLines.lastValue(text, length, ID_KEY, FILE, "Pid");
    return process == id ? 0 : process;
  }

  /**
   * Lines that this kernel does not give.
   *
   * @return their keys, or null if both are there
   */
  public @Nullable String absent() {
    if (voluntaryAbsent) {
      return involuntaryAbsent
          ? "voluntary_ctxt_switches and nonvoluntary_ctxt_switches"
          : "voluntary_ctxt_switches";
    }
    return involuntaryAbsent ? "nonvoluntary_ctxt_switches" : null;
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
    if (!involuntaryAbsent) {
      involuntarySwitches =
          KeyedLines.lastValue(text, length, INVOLUNTARY_KEY, FILE, "nonvoluntary_ctxt_switches");
    }
    if (!voluntaryAbsent) {
      voluntarySwitches =
          KeyedLines.lastValue(text, length, VOLUNTARY_KEY, FILE, "voluntary_ctxt_switches");
    }
  }

  /**
   * Whether this kernel has no line voluntary_ctxt_switches.
   *
   * @return true if the number means nothing
   */
  public boolean voluntaryAbsent() {
    return voluntaryAbsent;
  }

  /**
   * Whether this kernel has no line nonvoluntary_ctxt_switches.
   *
   * @return true if the number means nothing
   */
  public boolean involuntaryAbsent() {
    return involuntaryAbsent;
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
