package cis490.hostproc.kafka;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of Kafka's, and whether it can still be used: its thread may have died, and its waits
 * follow a wall clock that may be set back.
 *
 * @param <C> kind of client
 */
final class Made<C> {

  /** A smaller step needs no new client: Kafka's waits are longer. */
  private static final long SET_BACK_MS = 2_000;

  private static final long THREAD_ENDS_WITHIN_MS = 300;

  private final C client;
  private final Set<Thread> threads;
  private final long aheadMs = wallAheadMs();
  private volatile @Nullable Throwable death;

  /** {@code threads} are those that the client has started. */
  Made(C client, Set<Thread> threads) {
    this.client = client;
    this.threads = threads;
    threads.forEach(t -> t.setUncaughtExceptionHandler((thread, error) -> death = error));
  }

  C client() {
    return client;
  }

  /** What its thread died of; null if it lives. */
  @Nullable Throwable death() {
    return death;
  }

  /** After it has said that its thread has ended: what that died of is known when it is over. */
  void awaitDeath() {
    threads.forEach(Made::hasEnded);
  }

  /** Whether a call may be answered in time. */
  boolean isUsable() {
    return death == null && wallAheadMs() >= aheadMs - SET_BACK_MS;
  }

  /** How far the wall clock is ahead of the monotonic one. */
  private static long wallAheadMs() {
    return System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** Waits a moment for a thread's end; an interrupt meanwhile is kept. */
  static boolean hasEnded(Thread thread) {
    boolean interrupted = Thread.interrupted();
    try {
      thread.join(THREAD_ENDS_WITHIN_MS);
    } catch (InterruptedException again) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
