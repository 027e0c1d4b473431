package cis490.hostproc.ship;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads that step shippers, each until it is done. Who has waited longest comes first, and a turn
 * is short, so that no shipper keeps the others from their turns. A step may wait for Kafka or for
 * a disk: when all threads wait, more of them step the others.
 *
 * <p>All are daemons: what they leave unfinished, the next run's recovery settles. They must not be
 * interrupted: that would close a file under the sampling thread.
 */
public final class ShipperThreads {

  private static final Duration TURN = Duration.ofMillis(200);

  /** A shipper that waits for its turn so long needs one more thread. */
  private static final Duration WAITS_TOO_LONG = Duration.ofMillis(500);

  private static final Duration IDLE_ENDS_AFTER = Duration.ofSeconds(10);

  /** The part of a wait that is left to chance, so that shippers do not all come at once. */
  private static final int SPREAD_BY = 4;

  private final int threads;
  private final int threadsMax;

  /** Guarded by this, as all that follows. */
  private final PriorityQueue<Task> waiting =
      new PriorityQueue<>(Comparator.comparingLong(task -> task.readyAtNs));

  private int alive;
  private int idle;
  private boolean isWatched;

  /**
   * Without a thread yet.
   *
   * @param threads that step, 1 or more, as long as they do not wait
   * @param threadsMax that step if others wait
   */
  public ShipperThreads(int threads, int threadsMax) {
    this.threads = threads;
    this.threadsMax = threadsMax;
  }

  /** A shipper, and how it stands. */
  public final class Task {

    private final Shipper shipper;
    private final Runnable onDone;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** {@link System#nanoTime()} of its next turn; guarded by the threads' lock. */
    private long readyAtNs = System.nanoTime();

    private boolean isCalled;

    private Task(Shipper shipper, Runnable onDone) {
      this.shipper = shipper;
      this.onDone = onDone;
    }

    /** Says that the file is complete: all of it is to be shipped, and then it is done. */
    public void complete() {
      shipper.complete();
      call(this);
    }

    /** Gives up as soon as it can, without a word; the file may be closed then. */
    public void abandon() {
      shipper.abandon();
      call(this);
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

    /**
     * How it stands now.
     *
     * @return {@link Shipper.Outcome#SHIPPING} also if it was abandoned
     */
    public Shipper.Outcome outcome() {
      return shipper.outcome();
    }

    /**
     * Whether it is not stepped any more.
     *
     * @return true once all is done, shipping is stopped, or it was abandoned
     */
    public boolean isDone() {
      return ended.getCount() == 0;
    }

    /** Returns how long it has nothing to do, ns. */
    private long takeTurn() {
      long sinceNs = System.nanoTime();
      long idleNs = 0;
      while (idleNs == 0 && !shipper.isDone() && System.nanoTime() - sinceNs < TURN.toNanos()) {
        idleNs = shipper.step();
      }
      return idleNs;
    }
  }

  /**
   * Begins to step a shipper.
   *
   * @param shipper touched only by these threads from then on, except for methods that are said to
   *     be for any
   * @param onDone called by one of them when it is done
   * @return how it stands
   */
  public Task add(Shipper shipper, Runnable onDone) {
    Task task = new Task(shipper, onDone);
    put(task);
    return task;
  }

  /**
   * Steps a single shipper, with a thread that ends soon after it is done.
   *
   * @param shipper touched only by that thread from then on, except for methods that are said to be
   *     for any
   * @return how it stands
   */
  public static Task step(Shipper shipper) {
    return new ShipperThreads(1, 1).add(shipper, () -> {});
  }

  private synchronized void put(Task task) {
    waiting.add(task);
    if (alive < threads && idle == 0) {
      startThread();
    }
    if (threadsMax > threads && !isWatched) {
      isWatched = true;
      startDaemon(this::watch, "hostproc-shippers");
    }
    notifyAll();
  }

  private void startThread() {
    alive++;
    startDaemon(this::work, "hostproc-shipper");
  }

  private static void startDaemon(Runnable what, String name) {
    Thread thread = new Thread(what, name);
    thread.setDaemon(true);
    thread.start();
  }

  private synchronized void call(Task task) {
    task.isCalled = true;
    if (waiting.remove(task)) {
      task.readyAtNs = System.nanoTime();
      waiting.add(task);
      notifyAll();
    }
  }

  private void work() {
    Task task = next();
    while (task != null) {
      long idleNs = task.takeTurn();
      if (task.shipper.isDone()) {
        task.ended.countDown();
        task.onDone.run();
      } else {
        putBack(task, idleNs);
      }
      task = next();
    }
  }

  private synchronized void putBack(Task task, long idleNs) {
    task.readyAtNs = System.nanoTime() + (task.isCalled ? 0 : spread(idleNs));
    waiting.add(task);
    // Whoever waits for a later one looks again.
    notifyAll();
  }

  private long spread(long idleNs) {
    long chance = threadsMax > 1 ? idleNs / SPREAD_BY : 0;
    return chance == 0 ? idleNs : idleNs - ThreadLocalRandom.current().nextLong(chance);
  }

  /** The one whose turn it is, once it is; null if this thread is not needed any more. */
  private synchronized @Nullable Task next() {
    long idleUntilNs = System.nanoTime() + IDLE_ENDS_AFTER.toNanos();
    while (true) {
      long nowNs = System.nanoTime();
      Task first = waiting.peek();
      if (first != null && first.readyAtNs - nowNs <= 0) {
        first.isCalled = false;
        return waiting.remove();
      }
      boolean isNeeded = alive <= threads && first != null;
      if (nowNs - idleUntilNs >= 0 && !isNeeded) {
        alive--;
        return null;
      }
      awaitOne(first == null ? idleUntilNs - nowNs : first.readyAtNs - nowNs);
    }
  }

  private void awaitOne(long limitNs) {
    idle++;
    try {
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, limitNs));
    } catch (InterruptedException nobodyDoesThat) {
      Thread.currentThread().interrupt();
    } finally {
      idle--;
    }
  }

  /** Starts one more thread whenever somebody waits too long for a turn. */
  private synchronized void watch() {
    while (alive > 0) {
      if (idle == 0 && alive < threadsMax && isSomebodyLate()) {
        startThread();
      }
      try {
        wait(WAITS_TOO_LONG.toMillis());
      } catch (InterruptedException nobodyDoesThat) {
        break;
      }
    }
    isWatched = false;
  }

  private boolean isSomebodyLate() {
    Task first = waiting.peek();
    return first != null && System.nanoTime() - first.readyAtNs > WAITS_TOO_LONG.toNanos();
  }
}
