package cis490.hostproc.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the times of a file's rows show: gaps, rows that are out of order, steps of the wall clock.
 * The rows are given one after the other; memory is bounded however many there are.
 *
 * <p>A gap is a tick of the grid without a row, between two that have one: rows of hostproc belong
 * to the tick that was last due when they were taken, so a late row is not a gap. Where the
 * interval is not known there is no grid either (the Python sampler's ticks drift), and a gap is
 * more than one and a half intervals from a row to the next. The wall clock has stepped where its
 * distance from the monotonic clock has changed by more than 10 ms and 0.1 % of the time between,
 * and the next row says so too: a thread that was preempted between the two readings makes one odd
 * row and no step; nor is slewing (at most 0.05 % by the kernel) a step.
 */
public final class Timeline {

  /** The first ones of each kind are kept, up to this many; all are counted. */
  public static final int KEPT_MAX = 20;

  private static final long NS_PER_MS = 1_000_000;
  private static final long WHOLE_MS_UP_TO_NS = Duration.ofDays(1).toNanos();
  private static final int DIFFERENCES_FOR_INTERVAL = 10_000;
  private static final long STEP_NS_MIN = 10 * NS_PER_MS;
  private static final long STEP_PARTS_OF_TIME = 1000;

  /**
   * Something odd.
   *
   * @param row the row at which it shows, as it was numbered
   * @param ns how much: the time from the row before, or the step of the clock
   */
  public record Event(long row, long ns) {}

  /** All of one kind. */
  public static final class Events {

    private final List<Event> first = new ArrayList<>();
    private long count;
    private @Nullable Event largest;

    private Events() {}

    private void add(long row, long ns) {
      Event event = new Event(row, ns);
      count++;
      if (first.size() < KEPT_MAX) {
        first.add(event);
      }
      if (largest == null || Math.abs(ns) > Math.abs(largest.ns)) {
        largest = event;
      }
    }

    /**
     * How many there were.
     *
     * @return their number, those that were not kept included
     */
    public long count() {
      return count;
    }

    /**
     * The first ones.
     *
     * @return at most {@link #KEPT_MAX}, in order
     */
    public List<Event> first() {
      return List.copyOf(first);
    }

    /**
     * The one with the largest amount, forward or back; the first of several.
     *
     * @return the event, or null if there was none
     */
    public @Nullable Event largest() {
      return largest;
    }
  }

  private final Events gaps = new Events();
  private final Events notRising = new Events();
  private final Events wallSteps = new Events();
  private final boolean grid;
  private long intervalNs;
  private long ticksMissing;
  private long rows;
  private long lastMonoNs;

  /** While the interval is not known: differences, and the rows after them. */
  private long @Nullable [] differencesNs;

  private long @Nullable [] differenceRows;
  private int differences;

  /** The wall clock's distance that is taken for right, and when it was last seen. */
  private long distanceNs;

  private long distanceAtNs;

  /** Another distance that the last row had; the next one says whether it is a step. */
  private boolean changed;

  private long changedNs;
  private long changedAtNs;
  private long changedRow;

  private Timeline(long intervalNs) {
    this.intervalNs = intervalNs;
    grid = intervalNs > 0;
  }

  /**
   * Of rows that hostproc took: ticks are due at whole intervals of the monotonic time.
   *
   * @param intervalNs from tick to tick, ns, more than 0
   * @return an empty timeline
   */
  public static Timeline onGrid(long intervalNs) {
    if (intervalNs <= 0) {
      throw new IllegalArgumentException("interval " + intervalNs + " ns");
    }
    return new Timeline(intervalNs);
  }

  /**
   * Of rows whose interval is not known: the median of the first 10,000 differences is taken, in
   * whole ms.
   *
   * @return an empty timeline
   */
  public static Timeline ofUnknownInterval() {
    Timeline timeline = new Timeline(0);
    timeline.differencesNs = new long[DIFFERENCES_FOR_INTERVAL];
    timeline.differenceRows = new long[DIFFERENCES_FOR_INTERVAL];
    return timeline;
  }

  /**
   * The next row.
   *
   * @param row its number, however rows are numbered
   * @param tMonoNs its monotonic time, ns, 0 or more
   * @param tWallNs its wall clock's time, ns, 0 or more
   */
  public void add(long row, long tMonoNs, long tWallNs) {
    long differenceNs = tMonoNs - lastMonoNs;
    boolean first = rows == 0;
    boolean rising = !first && differenceNs > 0;
    if (rising) {
      after(row, differenceNs, tMonoNs);
    } else if (!first) {
      notRising.add(row, differenceNs);
    }
    wall(row, tMonoNs, tWallNs - tMonoNs, rising);
    lastMonoNs = tMonoNs;
    rows++;
  }

  private void after(long row, long differenceNs, long tMonoNs) {
    if (grid) {
      gap(row, differenceNs, tMonoNs / intervalNs - lastMonoNs / intervalNs);
    } else if (differencesNs == null || differenceRows == null) {
      gap(row, differenceNs, nearestTicks(differenceNs));
    } else {
      differencesNs[differences] = differenceNs;
      differenceRows[differences] = row;
      differences++;
      if (differences == DIFFERENCES_FOR_INTERVAL) {
        settleInterval(differencesNs, differenceRows);
      }
    }
  }

  private void gap(long row, long differenceNs, long ticks) {
    if (ticks > 1) {
      gaps.add(row, differenceNs);
      ticksMissing += ticks - 1;
    }
  }

  /** Halves count as nothing. */
  private long nearestTicks(long differenceNs) {
    long ticks = differenceNs / intervalNs;
    return differenceNs - ticks * intervalNs > intervalNs / 2 ? ticks + 1 : ticks;
  }

  private void settleInterval(long[] differencesNs, long[] differenceRows) {
    long[] sorted = Arrays.copyOf(differencesNs, differences);
    Arrays.sort(sorted);
    intervalNs = inWholeMs(sorted[differences / 2]);
    for (int i = 0; i < differences; i++) {
      gap(differenceRows[i], differencesNs[i], nearestTicks(differencesNs[i]));
    }
    this.differencesNs = null;
    this.differenceRows = null;
  }

  private static long inWholeMs(long ns) {
    boolean sensible = ns >= NS_PER_MS && ns <= WHOLE_MS_UP_TO_NS;
    return sensible ? Math.round((double) ns / NS_PER_MS) * NS_PER_MS : ns;
  }

  private void wall(long row, long tMonoNs, long newNs, boolean rising) {
    boolean same = !rising || same(distanceNs, newNs, tMonoNs - distanceAtNs);
    boolean stepped = !same && changed && same(changedNs, newNs, tMonoNs - changedAtNs);
    if (stepped) {
      wallSteps.add(changedRow, minus(changedNs, distanceNs));
    }
    changed = !same && !stepped;
    if (changed) {
      changedNs = newNs;
      changedAtNs = tMonoNs;
      changedRow = row;
    } else {
      distanceNs = newNs;
      distanceAtNs = tMonoNs;
    }
  }

  private static boolean same(long distanceNs, long otherNs, long elapsedNs) {
    return Math.abs(minus(otherNs, distanceNs)) <= STEP_NS_MIN + elapsedNs / STEP_PARTS_OF_TIME;
  }

  /** No overflow, whatever a file says. */
  private static long minus(long a, long b) {
    long difference = a - b;
    boolean overflow = ((a ^ b) & (a ^ difference)) < 0;
    return overflow ? (a < 0 ? -Long.MAX_VALUE : Long.MAX_VALUE) : difference;
  }

  /** That was the last row; to be called before anything is asked. */
  public void end() {
    if (differencesNs != null && differenceRows != null && differences > 0) {
      settleInterval(differencesNs, differenceRows);
    }
  }

  /**
   * From tick to tick.
   *
   * @return the interval that was given, or that the rows have, ns; 0 if there were too few rows
   */
  public long intervalNs() {
    return intervalNs;
  }

  /**
   * How many rows there were.
   *
   * @return their number
   */
  public long rows() {
    return rows;
  }

  /**
   * Where ticks have no rows.
   *
   * @return each with the row after it and the time from the row before, ns
   */
  public Events gaps() {
    return gaps;
  }

  /**
   * Ticks that should be in the gaps: exact on the grid, else the nearest to the interval.
   *
   * @return their number
   */
  public long ticksMissing() {
    return ticksMissing;
  }

  /**
   * Rows that are not later than the row before.
   *
   * @return each with the time from the row before, ns, 0 or less
   */
  public Events notRising() {
    return notRising;
  }

  /**
   * Steps of the wall clock. One in the very last row is not known to be one.
   *
   * @return each with the first row that has the new time, and the step, ns, negative if back
   */
  public Events wallSteps() {
    return wallSteps;
  }
}
