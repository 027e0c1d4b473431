package cis490.hostproc.fault;

import cis490.hostproc.testkit.Cadence;
import java.time.Duration;

/**
 * A thread that only wants to wake up every few milliseconds, and notes how long it had to wait
 * instead: that long the machine stood still for everybody, the collector included.
 */
final class Bystander implements AutoCloseable {

  private static final Duration WAKE_EVERY = Duration.ofMillis(5);

  private final Thread thread = new Thread(this::watch, "bystander");
  private volatile Cadence cadence = Cadence.NONE;

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
      cadence = cadence.plus(nowNs - beforeNs, WAKE_EVERY.toNanos());
      beforeNs = nowNs;
    }
  }

  /** Of its wakings so far. */
  Cadence cadence() {
    return cadence;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
