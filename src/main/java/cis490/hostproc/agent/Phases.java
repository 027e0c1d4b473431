package cis490.hostproc.agent;

import cis490.hostproc.collect.Plan;
import java.time.Duration;

/**
 * When the episodes of an agent have their ticks: a few of them at one moment, and those moments
 * spread over the interval.
 *
 * <p>A row that follows another one at once costs a third of one that follows a sleep: code and the
 * kernel's tables are in the caches then. Whoever comes last is late by the rows before it, so
 * there are few. docs/performance.md has the figures.
 */
final class Phases {

  /** Episodes that have their ticks at one moment. */
  static final int TOGETHER = 8;

  /** Moments are spread over so much, or over an interval that is shorter. */
  static final long PERIOD_NS = Duration.ofMillis(100).toNanos();

  /** The golden ratio: however many moments there are, no two come close. */
  private static final double STEP = 0.618_033_988_749_895;

  private long given;

  /** For one episode more. */
  Plan.Phase next(long intervalMs) {
    long moment = given / TOGETHER;
    given++;
    long periodNs = Math.min(PERIOD_NS, Duration.ofMillis(intervalMs).toNanos());
    return new Plan.Phase((long) (moment * STEP % 1 * periodNs), periodNs);
  }
}
