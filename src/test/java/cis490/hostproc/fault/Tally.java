package cis490.hostproc.fault;

import cis490.hostproc.testkit.Cadence;
import java.util.Locale;
import org.junit.jupiter.api.Assertions;

/**
 * What came out of a run.
 *
 * @param rows complete rows in the file
 * @param lost rows of the file that the topic does not have
 * @param doubled rows that the topic has more often than the file, strangers' included
 * @param outOfOrder rows of the topic that stand in the file before the one before them
 * @param stoodStill how often rows waited for longer than they may while all was reachable
 * @param longestWaitMs the longest such wait, ms
 * @param cadence how evenly rows came in undisturbed runs of the collector
 */
record Tally(
    long rows,
    long lost,
    long doubled,
    long outOfOrder,
    int stoodStill,
    long longestWaitMs,
    Cadence cadence) {

  static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, Cadence.NONE);

  Tally plus(Tally other) {
    return new Tally(
        rows + other.rows,
        lost + other.lost,
        doubled + other.doubled,
        outOfOrder + other.outOfOrder,
        stoodStill + other.stoodStill,
        Math.max(longestWaitMs, other.longestWaitMs),
        cadence.plus(other.cadence));
  }

  /** The promise. */
  void requireExact() {
    boolean exact = lost == 0 && doubled == 0 && outOfOrder == 0;
    Assertions.assertTrue(exact && stoodStill == 0, this::toString);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "rows %6d  lost %d  doubled %d  out of order %d  stood still %d  waited %4.1f s  %s",
        rows,
        lost,
        doubled,
        outOfOrder,
        stoodStill,
        longestWaitMs / 1e3,
        cadence);
  }
}
