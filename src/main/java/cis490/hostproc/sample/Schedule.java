package cis490.hostproc.sample;

/**
 * The deadlines of an episode: origin + n × interval for whole n, on the monotonic clock, from a
 * first tick until an end. Whatever a tick costs, the deadlines never shift.
 *
 * @param originNs the CLOCK_MONOTONIC reading that {@code t_mono_ns} counts from, ns
 * @param intervalNs time between deadlines, ns, more than 0
 * @param firstTick n of the first tick
 * @param startNs nothing is due before this CLOCK_MONOTONIC reading, ns
 * @param endNs no tick is due at this CLOCK_MONOTONIC reading or later, ns
 */
public record Schedule(long originNs, long intervalNs, long firstTick, long startNs, long endNs) {

  /**
   * Refuses an interval that never ends.
   *
   * @param originNs any
   * @param intervalNs more than 0
   * @param firstTick any
   * @param startNs any
   * @param endNs any
   */
  public Schedule {
    if (intervalNs <= 0) {
      throw new IllegalArgumentException("interval " + intervalNs + " ns, must be > 0");
    }
  }

  /**
   * On the grid from now on.
   *
   * @param originNs CLOCK_MONOTONIC, ns, at most {@code startNs}
   * @param intervalNs time between deadlines, ns, more than 0
   * @param startNs the first tick is the first whose deadline is not before this, ns
   * @param durationNs counted from the first deadline, ns; {@link Long#MAX_VALUE} for no end
   * @return the schedule
   */
  public static Schedule from(long originNs, long intervalNs, long startNs, long durationNs) {
    long first = tickAtOrAfter(originNs, intervalNs, startNs);
    return starting(originNs, intervalNs, first, originNs + first * intervalNs, durationNs);
  }

  /**
   * With a first tick right now, wherever the grid is, and on the grid from the second one on: for
   * a command that stands still until it was sampled.
   *
   * @param originNs CLOCK_MONOTONIC, ns, at most {@code startNs}
   * @param intervalNs time between deadlines, ns, more than 0
   * @param startNs when the first tick is due, ns
   * @param durationNs counted from the first tick, ns; {@link Long#MAX_VALUE} for no end
   * @return the schedule
   */
  public static Schedule atOnce(long originNs, long intervalNs, long startNs, long durationNs) {
    long first = Math.floorDiv(startNs - originNs, intervalNs);
    return starting(originNs, intervalNs, first, startNs, durationNs);
  }

  private static Schedule starting(
      long originNs, long intervalNs, long firstTick, long startNs, long durationNs) {
    // An interval of room, so that the deadline after the last tick does not overflow.
    long lastNs = Long.MAX_VALUE - intervalNs;
    long endNs = startNs > lastNs - durationNs ? lastNs : startNs + durationNs;
    return new Schedule(originNs, intervalNs, firstTick, startNs, endNs);
  }

  private static long tickAtOrAfter(long originNs, long intervalNs, long timeNs) {
    return -Math.floorDiv(originNs - timeNs, intervalNs);
  }

  /**
   * When a tick is due.
   *
   * @param tick n
   * @return its deadline, CLOCK_MONOTONIC, ns
   */
  public long deadlineNs(long tick) {
    return Math.max(startNs, originNs + tick * intervalNs);
  }

  /**
   * How many ticks are due by then.
   *
   * @param nowNs CLOCK_MONOTONIC, ns
   * @return those whose deadline has come, and is before the end
   */
  public long due(long nowNs) {
    if (nowNs < startNs) {
      return 0;
    }
    long last = Math.floorDiv(Math.min(nowNs, endNs - 1) - originNs, intervalNs);
    return Math.max(0, last - firstTick + 1);
  }

  /**
   * Which tick follows: the next one on the grid whose deadline is still ahead. What lies between
   * is missed. After the last tick, the first one beyond the end.
   *
   * @param tick the one that was taken
   * @param nowNs CLOCK_MONOTONIC, ns
   * @return n, more than {@code tick}
   */
  public long next(long tick, long nowNs) {
    if (nowNs < originNs + (tick + 1) * intervalNs) {
      return tick + 1;
    }
    long ahead = Math.floorDiv(nowNs - originNs, intervalNs) + 1;
    long beyondEnd = tickAtOrAfter(originNs, intervalNs, endNs);
    return Math.max(tick + 1, Math.min(ahead, beyondEnd));
  }
}
