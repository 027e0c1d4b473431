package cis490.hostproc.ship;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A thread that steps one shipper until it is done. A daemon: what it leaves unfinished, the next
 * run's recovery settles. It must not be interrupted: that would close the file under the sampling
 * thread.
 */
public final class ShipperThread {

  private final Shipper shipper;
  private final Semaphore calls = new Semaphore(0);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "hostproc-shipper");

  /**
   * Ready to {@link #start()}.
   *
   * @param shipper touched only by this thread from then on, except for methods that are said to be
   *     for any
   */
  public ShipperThread(Shipper shipper) {
    this.shipper = shipper;
    thread.setDaemon(true);
  }

  /** Begins to step. */
  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!shipper.isDone()) {
        long idleNs = shipper.step();
        if (idleNs > 0 && calls.tryAcquire(idleNs, TimeUnit.NANOSECONDS)) {
          calls.drainPermits();
        }
      }
    } catch (InterruptedException interrupted) {
      shipper.abandon();
      shipper.step();
    } finally {
      ended.countDown();
    }
  }

  /** Says that the file is complete: all of it is to be shipped, and then it is done. */
  public void complete() {
    shipper.complete();
    calls.release();
  }

  /** Gives up as soon as it can, without a word; the file may be closed. */
  public void abandon() {
    shipper.abandon();
    calls.release();
  }

  /**
   * Waits until all is done, or shipping is stopped.
   *
   * @param limit how long at most
   * @return how it stands; {@link Shipper.Outcome#SHIPPING} if the time was too short
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public Shipper.Outcome await(Duration limit) throws InterruptedException {
    ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    return shipper.outcome();
  }
}
