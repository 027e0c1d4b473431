package cis490.hostproc.fault;

import java.util.Locale;
import org.junit.jupiter.api.Assertions;

/**
 * What came out of a run.
 *
 * @param rows complete rows in the file
 * @param lost rows of the file that the topic does not have
 * @param doubled rows that the topic has more often than the file, strangers' included
 * @param outOfOrder rows of the topic that stand in the file before the one before them
 * @param longestGapNs the longest time between two rows of one undisturbed run of the collector
 */
record Tally(long rows, long lost, long doubled, long outOfOrder, long longestGapNs) {

  /** Over the interval, and over what the machine itself stood still. */
  private static final long GAP_MS_MAX = 1_000;

  private static final double NS_PER_MS = 1e6;

  static final Tally NONE = new Tally(0, 0, 0, 0, 0);

  Tally plus(Tally other) {
    return new Tally(
        rows + other.rows,
        lost + other.lost,
        doubled + other.doubled,
        outOfOrder + other.outOfOrder,
        Math.max(longestGapNs, other.longestGapNs));
  }

  double longestGapMs() {
    return longestGapNs / NS_PER_MS;
  }

  /** The promise. */
  void requireExact() {
    Assertions.assertTrue(lost == 0 && doubled == 0 && outOfOrder == 0, this::toString);
  }

  /** Sampling never waited for a broker; a bystander tells how long everybody had to wait. */
  void requireCadence(int intervalMs, Bystander bystander) {
    long stallMs = bystander.longestMs();
    Assertions.assertTrue(
        longestGapMs() <= GAP_MS_MAX + intervalMs + stallMs,
        () -> this + ", a bystander waited " + stallMs + " ms");
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "rows %6d  lost %d  doubled %d  out of order %d  longest gap %6.1f ms",
        rows,
        lost,
        doubled,
        outOfOrder,
        longestGapMs());
  }
}
