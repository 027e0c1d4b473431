package cis490.hostproc.ship;

import java.time.Duration;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * How often somebody else has taken the transactional id. Once is a takeover that this shipper
 * takes back; twice means that two write, and one of them must stop.
 */
final class Fencing {

  /** A shipper that yields does so when fenced twice within this time. */
  private static final Duration YIELD_WITHIN = Duration.ofMinutes(1);

  private static final int TIMES_MAX = 1;

  private final boolean isYielding;
  private int times;
  private long lastNs;

  /** {@code isYielding}: rows that arrive between two fencings do not make it forget the first. */
  Fencing(boolean isYielding) {
    this.isYielding = isYielding;
  }

  /** Whether the brokers have ended what our producer began, whoever asked for it. */
  static boolean isCauseOf(Throwable failure) {
    Throwable each = failure;
    while (each != null
        && !(each instanceof ProducerFencedException)
        && !(each instanceof InvalidProducerEpochException)) {
      each = each.getCause() == each ? null : each.getCause();
    }
    return each != null;
  }

  /** A rival was found: whether that is once too often. */
  boolean isTooOften() {
    times++;
    lastNs = System.nanoTime();
    return times > TIMES_MAX;
  }

  /** Rows have arrived. */
  void noteProgress() {
    if (!isYielding || System.nanoTime() - lastNs > YIELD_WITHIN.toNanos()) {
      times = 0;
    }
  }
}
