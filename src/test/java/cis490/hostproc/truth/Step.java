package cis490.hostproc.truth;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One order for the known load, and by how much each field must have moved when it is done. A field
 * of which a step says nothing must have stood still, or moved as the process itself says.
 *
 * <p>The slacks are what the kernel leaves open and what the answer itself costs the process; each
 * is far below what a step does on purpose.
 */
final class Step {

  /** One for the cut to whole clock ticks, one for what is computed after the answer. */
  static final long CPU_JIFFIES = 2;

  /**
   * Share of a step's CPU time that may be on the wrong side, one in so many. The kernel measures
   * the sum; the sides it guesses, by looking at each timer tick which one it interrupts.
   */
  static final long CPU_SIDES = 5;

  /**
   * Preempted more often than this in each jiffy of its own, a process runs mostly between the
   * timer ticks, and the guess is worth nothing: on Linux 6.18 half a second in the kernel was
   * found on the user's side. Then the sides must only be those that getrusage(2) tells.
   */
  static final long CPU_SIDES_PREEMPTED = 2;

  /** Bytes: the file system's own, an inode or a bitmap that is made dirty on our account. */
  static final long FILE_SYSTEM_BYTES = 16 << 10;

  /** Bytes: the memory allocator takes or gives back a little. */
  static final long VSIZE_BYTES = 1 << 20;

  /** Waiting for the order, for a lock, for the disk; being interrupted meanwhile. */
  static final long SWITCHES = 20;

  /** Python's main thread waits for the interpreter's lock, which threads that compute hold. */
  static final long LOCK_SWITCHES = 100;

  /** Pages of the interpreter itself; Python's caches fill. */
  static final long MINOR_FAULTS = 100;

  /** The same, under memory pressure. */
  static final long MAJOR_FAULTS = 5;

  private static final long PROCESSORS_OF_LOAD = 2;

  final String order;
  private final Map<Field, Range> known = new EnumMap<>(Field.class);
  private Field side;
  private long jiffies;

  Step(String order) {
    this.order = order;
  }

  Step moves(Field field, Range by) {
    known.put(field, by);
    return this;
  }

  /** All its CPU time is on one side. */
  Step computes(Field onSide, long forJiffies) {
    side = onSide;
    jiffies = forJiffies;
    return this;
  }

  /**
   * The kernel adds up resident pages when a processor has gathered a batch of them, anonymous ones
   * and those of files apart. Both rows can be off.
   */
  static long rssBytes(Units units) {
    long batch = Math.max(32, 2 * units.processors());
    return 2 * 2 * PROCESSORS_OF_LOAD * batch * units.pageBytes();
  }

  /** What is wrong with the differences of two rows; empty if nothing is. */
  List<String> problems(Map<Field, Long> moved, KnownLoad.Told told, Units units) {
    List<String> problems = new ArrayList<>();
    moved.forEach((field, by) -> check(field.json(), by, expected(field, told, units), problems));
    long cpu = moved.get(Field.CPU_USER_JIFFIES) + moved.get(Field.CPU_SYS_JIFFIES);
    check("CPU", cpu, cpu(told.cpuUs(), units), problems);
    return problems;
  }

  private void check(String what, long by, Range expected, List<String> problems) {
    if (!expected.holds(by)) {
      problems.add(order + ": " + what + " moved by " + by + ", not " + expected);
    }
  }

  private Range expected(Field field, KnownLoad.Told told, Units units) {
    if (known.containsKey(field)) {
      return known.get(field);
    }
    return switch (field) {
      case CPU_USER_JIFFIES, CPU_SYS_JIFFIES -> cpu(field, told, units);
      case RSS_BYTES -> Range.around(0, rssBytes(units));
      case VSIZE_BYTES -> Range.around(0, VSIZE_BYTES);
      case IO_READ_BYTES, IO_WRITE_BYTES -> Range.upward(0, FILE_SYSTEM_BYTES);
      case VOLUNTARY_CTXSW -> Range.around(told.voluntary(), SWITCHES);
      case INVOLUNTARY_CTXSW -> Range.around(told.involuntary(), SWITCHES);
      case MINOR_FAULTS -> Range.upward(0, MINOR_FAULTS);
      case MAJOR_FAULTS -> Range.upward(0, MAJOR_FAULTS);
    };
  }

  private Range cpu(Field field, KnownLoad.Told told, Units units) {
    if (side != null && !sidesAreGuessed(told)) {
      return Range.around(field == side ? jiffies : 0, jiffies / CPU_SIDES);
    }
    return cpu(field == Field.CPU_USER_JIFFIES ? told.cpuUserUs() : told.cpuSysUs(), units);
  }

  /** Whether the step was preempted so often that nobody knows. */
  boolean sidesAreGuessed(KnownLoad.Told told) {
    return side != null && told.involuntary() > CPU_SIDES_PREEMPTED * jiffies;
  }

  private static Range cpu(long us, Units units) {
    return Range.around(Math.round(us * units.jiffiesPerSecond() / 1e6), CPU_JIFFIES);
  }
}
