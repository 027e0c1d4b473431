package cis490.hostproc.truth;

import static cis490.hostproc.truth.Field.CPU_SYS_JIFFIES;
import static cis490.hostproc.truth.Field.CPU_USER_JIFFIES;
import static cis490.hostproc.truth.Field.INVOLUNTARY_CTXSW;
import static cis490.hostproc.truth.Field.IO_READ_BYTES;
import static cis490.hostproc.truth.Field.IO_WRITE_BYTES;
import static cis490.hostproc.truth.Field.MAJOR_FAULTS;
import static cis490.hostproc.truth.Field.MINOR_FAULTS;
import static cis490.hostproc.truth.Field.RSS_BYTES;
import static cis490.hostproc.truth.Field.VOLUNTARY_CTXSW;
import static cis490.hostproc.truth.Field.VSIZE_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import cis490.hostproc.testkit.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that does what it is told, and rows that must say so. */
@Timeout(60)
class KnownLoadIT {

  private static final long MIB = 1 << 20;
  private static final long COMPUTE_MS = 600;
  private static final long WRITE = 12 * MIB;
  private static final long CUT = 5 * MIB;
  private static final long READ = 8 * MIB;
  private static final long MEMORY = 64 * MIB;
  private static final long PAGES_FROM_DISK = 700;
  private static final long SLEEPS = 300;
  private static final long PREEMPTIONS = 60;
  private static final long THREADS = 2;
  private static final long THREAD_MS = 200;

  /** A step and what became of it. */
  private record Outcome(Step step, Map<Field, Long> moved, KnownLoad.Told told) {

    List<String> problems() {
      return step.problems(moved, told, units);
    }
  }

  /** Not /tmp, which may be memory. */
  private static final Path DISK = Path.of("target");

  private static Units units;
  private static final List<Outcome> OUTCOMES = new ArrayList<>();

  /** Each step once for the first time, when an interpreter allocates, and then before the rows. */
  @BeforeAll
  @Timeout(120)
  static void runAllSteps(@TempDir Path folder) throws Exception {
    Tool.require("python3", "--version");
    Tool.require("getconf", "PAGESIZE");
    units = Units.ofThisKernel();
    Path disk = Files.createTempDirectory(DISK, "known-load-");
    try (KnownLoad load = new KnownLoad(disk)) {
      Tool.require(
          load.bytesCount(), "the file system of " + disk + " does not count in /proc/PID/io");
      KnownLoad.Told told = null;
      for (Step step : steps()) {
        told = load.tell(step.order);
      }
      try (Sampling sampling = Sampling.of(load.pid(), folder)) {
        Sample row = sampling.rowAfter();
        for (Step step : steps()) {
          KnownLoad.Told nowTold = load.tell(step.order);
          Sample nowRow = sampling.rowAfter();
          OUTCOMES.add(new Outcome(step, nowRow.since(row), nowTold.since(told)));
          told = nowTold;
          row = nowRow;
        }
        sampling.end();
      }
    } finally {
      Files.delete(disk);
    }
    OUTCOMES.forEach(KnownLoadIT::print);
  }

  private static List<Step> steps() {
    long computeJiffies = jiffies(COMPUTE_MS);
    long threadJiffies = jiffies(THREADS * THREAD_MS);
    Range none = Range.upward(0, Step.SWITCHES);
    Range few = Range.upward(0, Step.LOCK_SWITCHES);
    return List.of(
        new Step("burn_user " + COMPUTE_MS)
            .computes(CPU_USER_JIFFIES, computeJiffies)
            .moves(VOLUNTARY_CTXSW, none),
        new Step("burn_kernel " + COMPUTE_MS)
            .computes(CPU_SYS_JIFFIES, computeJiffies)
            .moves(VOLUNTARY_CTXSW, none),
        new Step("write " + WRITE)
            .moves(IO_WRITE_BYTES, Range.upward(WRITE, Step.FILE_SYSTEM_BYTES)),
        new Step("write_nowhere " + WRITE),
        new Step("read_cached " + READ),
        // Counted when made dirty, and never taken back.
        new Step("write_and_cut " + CUT)
            .moves(IO_WRITE_BYTES, Range.upward(CUT, Step.FILE_SYSTEM_BYTES)),
        new Step("read " + READ).moves(IO_READ_BYTES, Range.upward(READ, Step.FILE_SYSTEM_BYTES)),
        new Step("reserve " + MEMORY).moves(VSIZE_BYTES, new Range(MEMORY, MEMORY)),
        new Step("touch")
            .moves(RSS_BYTES, Range.around(MEMORY, Step.rssBytes(units)))
            .moves(MINOR_FAULTS, Range.upward(MEMORY / units.pageBytes(), Step.MINOR_FAULTS)),
        new Step("drop").moves(RSS_BYTES, Range.around(-MEMORY, Step.rssBytes(units))),
        new Step("release").moves(VSIZE_BYTES, new Range(-MEMORY, -MEMORY)),
        new Step("fault_major " + PAGES_FROM_DISK)
            .moves(MAJOR_FAULTS, Range.upward(PAGES_FROM_DISK, Step.MAJOR_FAULTS))
            .moves(
                IO_READ_BYTES,
                Range.upward(PAGES_FROM_DISK * units.pageBytes(), Step.FILE_SYSTEM_BYTES)),
        new Step("sleep " + SLEEPS).moves(VOLUNTARY_CTXSW, Range.around(SLEEPS, Step.SWITCHES)),
        new Step("be_preempted " + PREEMPTIONS)
            .moves(VOLUNTARY_CTXSW, none)
            .moves(INVOLUNTARY_CTXSW, Range.upward(PREEMPTIONS, Step.SWITCHES)),
        // Their time is the process's, their switches are nobody's.
        new Step("start_threads " + THREADS + " " + THREAD_MS + " " + SLEEPS)
            .computes(CPU_USER_JIFFIES, threadJiffies)
            .moves(VOLUNTARY_CTXSW, few),
        new Step("end_threads").moves(VOLUNTARY_CTXSW, few));
  }

  private static long jiffies(long ms) {
    return ms * units.jiffiesPerSecond() / 1000;
  }

  private static void print(Outcome outcome) {
    Map<Field, Long> moved = new EnumMap<>(outcome.moved);
    moved.values().removeIf(by -> by == 0);
    System.out.println(outcome.step.order + ": " + moved);
    if (outcome.step.sidesAreGuessed(outcome.told)) {
      System.out.println("  preempted too often to say what was user's time and what kernel's");
    }
  }

  @Test
  void everyStepShowsInItsFieldsAndInNoOther() {
    assertEquals(
        List.of(), OUTCOMES.stream().flatMap(outcome -> outcome.problems().stream()).toList());
  }

  /** The test above would see a product that takes one number for another, or loses one. */
  @Test
  void noFieldPassesForAnother() {
    for (Field field : Field.values()) {
      for (Field other : Field.values()) {
        if (field != other) {
          assertCaught(field + " shows " + other, field, moved -> moved.get(other));
        }
      }
      assertCaught(field + " stands still", field, moved -> 0L);
    }
  }

  private static void assertCaught(
      String what, Field field, ToLongFunction<Map<Field, Long>> number) {
    List<String> problems = new ArrayList<>();
    for (Outcome outcome : OUTCOMES) {
      Map<Field, Long> wrong = new EnumMap<>(outcome.moved);
      wrong.put(field, number.applyAsLong(outcome.moved));
      problems.addAll(new Outcome(outcome.step, wrong, outcome.told).problems());
    }
    assertNotEquals(List.of(), problems, what);
  }
}
