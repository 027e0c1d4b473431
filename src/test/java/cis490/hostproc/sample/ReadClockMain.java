package cis490.hostproc.sample;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Another process: prints how many bytes so many clock readings allocate, then one reading. */
final class ReadClockMain {

  static final int READINGS = 1_000;

  private ReadClockMain() {}

  public static void main(String[] args) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    SystemClock clock = new SystemClock();
    read(clock);
    threads.getThreadAllocatedBytes(thread);
    long before = threads.getThreadAllocatedBytes(thread);
    read(clock);
    long after = threads.getThreadAllocatedBytes(thread);
    System.out.println(after - before);
    System.out.println(clock.wallNs());
  }

  private static void read(SystemClock clock) {
    for (int i = 0; i < READINGS; i++) {
      clock.wallNs();
      clock.monotonicNs();
    }
  }
}
