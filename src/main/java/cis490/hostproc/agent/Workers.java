package cis490.hostproc.agent;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for work that may wait for a disk. They are few, since work is short as long as disks
 * answer. While work waits too long there are more, so that one disk that hangs keeps nobody else
 * waiting.
 */
final class Workers {

  private static final int THREADS = 2;
  private static final int THREADS_MAX = 32;
  private static final long CHECK_EVERY_NS = Duration.ofMillis(100).toNanos();

  /** After so many checks at which nothing waited, there are few threads again. */
  private static final int CALM_CHECKS = 50;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          task -> {
            Thread thread = new Thread(task, "hostproc-worker");
            thread.setDaemon(true);
            return thread;
          });

  private long checkedAtNs = System.nanoTime();
  private int calmChecks;

  /** Work, and since when it waits, {@link System#nanoTime()}. */
  private record Waiting(Runnable work, long sinceNs) implements Runnable {
    @Override
    public void run() {
      work.run();
    }
  }

  Workers() {
    threads.setMaximumPoolSize(THREADS_MAX);
  }

  /** Has it done soon, in the order given. {@code work} must not fail. */
  void execute(Runnable work) {
    threads.execute(new Waiting(work, System.nanoTime()));
  }

  /** To be called often, by one thread: whether there are enough threads. */
  void check(long nowNs) {
    if (nowNs - checkedAtNs < CHECK_EVERY_NS) {
      return;
    }
    checkedAtNs = nowNs;
    Waiting first = (Waiting) threads.getQueue().peek();
    int count = threads.getCorePoolSize();
    if (first == null) {
      calmChecks++;
      if (calmChecks >= CALM_CHECKS && count > THREADS) {
        threads.setCorePoolSize(THREADS);
      }
    } else if (nowNs - first.sinceNs() >= CHECK_EVERY_NS) {
      calmChecks = 0;
      threads.setCorePoolSize(Math.min(THREADS_MAX, 2 * count));
    }
  }
}
