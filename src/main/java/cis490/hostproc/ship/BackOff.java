package cis490.hostproc.ship;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait after each of several failures in a row: doubles up to a ceiling. A random half
 * of it, so that a lab's collectors do not all come back at once.
 */
final class BackOff {

  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration CEILING = Duration.ofSeconds(5);
  private static final int DOUBLINGS_MAX = 16;

  private int failures;

  /** Notes one more failure; returns the ns to wait now. */
  long fail() {
    long ceilingNs =
        Math.min(CEILING.toNanos(), FIRST.toNanos() << Math.min(failures, DOUBLINGS_MAX));
    failures++;
    return ceilingNs / 2 + ThreadLocalRandom.current().nextLong(ceilingNs / 2 + 1);
  }

  void reset() {
    failures = 0;
  }
}
