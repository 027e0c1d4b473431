package cis490.hostproc.testkit;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;

/** Waiting for a condition; and letting time pass, where its length is the fault itself. */
public final class Wait {

  private static final long POLL_MS = 5;

  private Wait() {}

  /** What is waited for. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  /** Something that is done. */
  @FunctionalInterface
  public interface Action {
    void take() throws Exception;
  }

  /** Fails if it does not come to pass in time. */
  public static void until(String what, Duration limit, Condition condition) throws Exception {
    until(what, limit, POLL_MS, condition);
  }

  /** The same, asked less often: for what costs something, or shows only with time. */
  public static void until(String what, Duration limit, long everyMs, Condition condition)
      throws Exception {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadlineNs) {
        Assertions.fail("waited " + limit.toSeconds() + " s in vain: " + what);
      }
      Thread.sleep(everyMs);
    }
  }

  /** Lets a random time pass, both ends included. */
  public static void between(SplittableRandom random, long fromMs, long toMs)
      throws InterruptedException {
    Thread.sleep(random.nextLong(fromMs, toMs + 1));
  }
}
