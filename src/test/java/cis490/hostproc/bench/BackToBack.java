package cis490.hostproc.bench;

import cis490.hostproc.journal.Journal;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.sample.Clock;
import cis490.hostproc.sample.SampleFigures;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.sample.Sampler;
import cis490.hostproc.sample.Schedule;
import cis490.hostproc.sample.SystemClock;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The sampling loop with nothing to wait for: {@code BackToBack PID FILE TICKS WARM-UP-TICKS}.
 * Prints: rows, CPU ns of the thread, ns gone by, ticks missed, bytes allocated by the thread.
 */
public final class BackToBack {

  private static final long PAGE_SIZE_BYTES = 4096;
  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private BackToBack() {}

  public static void main(String[] args) throws Exception {
    try (ProcessFiles files = ProcessFiles.open(Path.of("/proc"), Long.parseLong(args[0]));
        Journal journal = Journal.open(Path.of(args[1]))) {
      sample(files, journal, Long.parseLong(args[3]));
      System.out.println(sample(files, journal, Long.parseLong(args[2])));
    }
  }

  private static String sample(ProcessFiles files, Journal journal, long ticks) {
    SampleFigures figures = new SampleFigures();
    Clock clock = new Impatient();
    Sampler sampler = new Sampler(files, journal, PAGE_SIZE_BYTES, clock, figures);
    long beganNs = System.nanoTime();
    long startNs = clock.monotonicNs();
    Schedule schedule = Schedule.from(startNs, INTERVAL_NS, startNs, ticks * INTERVAL_NS);
    SampleLoop loop = new SampleLoop(clock, () -> {});
    loop.add(sampler, schedule);
    loop.close();
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long cpuNs = THREADS.getCurrentThreadCpuTime();
    loop.run();
    cpuNs = THREADS.getCurrentThreadCpuTime() - cpuNs;
    bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
    return String.join(
        " ",
        Long.toString(figures.rows()),
        Long.toString(cpuNs),
        Long.toString(System.nanoTime() - beganNs),
        Long.toString(figures.missed()),
        Long.toString(bytes));
  }

  /** The real clock, but for waiting: it puts the time forward instead. */
  private static final class Impatient implements Clock {

    private final Clock real = new SystemClock();
    private long aheadNs;

    @Override
    public long monotonicNs() {
      return real.monotonicNs() + aheadNs;
    }

    @Override
    public long wallNs() {
      return real.wallNs();
    }

    @Override
    public void park(long durationNs) {
      aheadNs += durationNs;
    }

    @Override
    public void wake(Thread thread) {
      // Nobody sleeps.
    }
  }
}
