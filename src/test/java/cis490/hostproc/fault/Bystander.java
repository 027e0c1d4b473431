package cis490.hostproc.fault;

import java.time.Duration;

/**
 * A thread that only wants to wake up every few milliseconds, and notes how long it had to wait at
 * worst: that long the machine stood still for everybody, the collector included.
 */
final class Bystander implements AutoCloseable {

  private static final Duration WAKE_EVERY = Duration.ofMillis(5);

  private final Thread thread = new Thread(this::watch, "bystander");
  private volatile long longestNs;

  Bystander() {
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    long beforeNs = System.nanoTime();
    while (!thread.isInterrupted()) {
      try {
        Thread.sleep(WAKE_EVERY.toMillis());
      } catch (InterruptedException closed) {
        return;
      }
      long nowNs = System.nanoTime();
      longestNs = Math.max(longestNs, nowNs - beforeNs);
      beforeNs = nowNs;
    }
  }

  /** The longest time between two wakings so far, ms. */
  long longestMs() {
    return Duration.ofNanos(longestNs).toMillis();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
