package cis490.hostproc.truth;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows on the grid origin + n × interval. A row's tick is the last one that was due before its time
 * was taken: that is never two rows' tick, however late they are, since a collector that is late
 * past further ticks leaves those out.
 */
final class Grid {

  private final List<Sample> rows;
  private final long due;

  /** Of a run whose origin was its first tick, and that went on for so many ticks. */
  Grid(List<Sample> rows, long due) {
    this.rows = rows;
    this.due = due;
    long last = -1;
    for (Sample row : rows) {
      long tick = tick(row);
      assertTrue(tick > last, "tick " + tick + " after " + last + ": two rows of one tick");
      last = tick;
    }
    assertTrue(last < due, "a row of tick " + last + ", of " + due);
  }

  /** The very last row may be late past the end; the last tick is then free for it. */
  private long tick(Sample row) {
    return Math.min(row.tMonoNs() / Sampling.INTERVAL_NS, due - 1);
  }

  /** How many ticks have no row. */
  long empty() {
    return due - rows.size();
  }

  /** How many ticks have no row between a row and the one before it. */
  long emptyBefore(int row) {
    return tick(rows.get(row)) - tick(rows.get(row - 1)) - 1;
  }

  /** The row after most ticks without one. */
  int afterLargestGap() {
    int largest = 1;
    for (int row = 2; row < rows.size(); row++) {
      largest = emptyBefore(row) > emptyBefore(largest) ? row : largest;
    }
    return largest;
  }

  /** Of rows from one on to before another: how far behind its tick the middle one is, ns. */
  long medianLatenessNs(int from, int to) {
    List<Long> lateness = new ArrayList<>();
    for (Sample row : rows.subList(from, to)) {
      lateness.add(row.tMonoNs() % Sampling.INTERVAL_NS);
    }
    lateness.sort(null);
    return lateness.get(lateness.size() / 2);
  }
}
