package cis490.hostproc.ship;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

  /** The part of a wait that is left to chance, so that shippers do not all come at once. */
  private static final int SPREAD_BY = 4;

  private static final Duration IDLE_ENDS_AFTER = Duration.ofSeconds(10);

  private final int threads;
  private final int threadsMax;
  private final DelayQueue<Task> waiting = new DelayQueue<>();

  /** Guarded by this, as the next two. */
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
  public final class Task implements Delayed {

    private final Shipper shipper;
    private final Runnable onDone;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** {@link System#nanoTime()} of its next turn; not changed while it waits. */
    private long readyAtNs = System.nanoTime();

    /** Somebody wants it to take its turn soon. */
    private volatile boolean isCalled;

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

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(readyAtNs - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.signum(readyAtNs - ((Task) other).readyAtNs);
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

  private void call(Task task) {
    task.isCalled = true;
    if (waiting.remove(task)) {
      task.readyAtNs = System.nanoTime();
      waiting.add(task);
    }
  }

  private void work() {
    try {
      Task task = next();
      while (task != null) {
        take(task);
        task = next();
      }
    } catch (InterruptedException nobodyDoesThat) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Task task) {
    task.isCalled = false;
    long idleNs = task.takeTurn();
    if (task.shipper.isDone()) {
      task.ended.countDown();
      task.onDone.run();
      return;
    }
    task.readyAtNs = System.nanoTime() + spread(idleNs);
    waiting.add(task);
    if (task.isCalled) {
      // Between the turn and now, when it was not found among those that wait.
      call(task);
    }
  }

  private long spread(long idleNs) {
    long chance = threadsMax > 1 ? idleNs / SPREAD_BY : 0;
    return chance == 0 ? idleNs : idleNs - ThreadLocalRandom.current().nextLong(chance);
  }

  /** The one whose turn it is, once it is; null if this thread is not needed any more. */
  private @Nullable Task next() throws InterruptedException {
    while (becomesIdle()) {
      Task task = waiting.poll(IDLE_ENDS_AFTER.toNanos(), TimeUnit.NANOSECONDS);
      if (endsIdle(task)) {
        return task;
      }
    }
    return null;
  }

  /** False if this thread is one too many: others have nothing to do already. */
  private synchronized boolean becomesIdle() {
    if (alive > threads && idle > 0) {
      alive--;
      return false;
    }
    idle++;
    return true;
  }

  /** False if it has nothing to do, but stays. */
  private synchronized boolean endsIdle(@Nullable Task task) {
    idle--;
    if (task == null && waiting.isEmpty()) {
      alive--;
      return true;
    }
    return task != null;
  }

  /** Starts one more thread whenever somebody waits too long for a turn. */
  private void watch() {
    do {
      LockSupport.parkNanos(WAITS_TOO_LONG.toNanos());
    } while (isToBeWatched());
  }

  private synchronized boolean isToBeWatched() {
    Task first = waiting.peek();
    boolean isLate =
        first != null && System.nanoTime() - first.readyAtNs > WAITS_TOO_LONG.toNanos();
    if (isLate && idle == 0 && alive < threadsMax) {
      startThread();
    }
    isWatched = alive > 0;
    return isWatched;
  }
}
