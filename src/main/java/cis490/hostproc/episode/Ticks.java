package cis490.hostproc.episode;

import org.jspecify.annotations.Nullable;

/**
 * Ticks that left no row, and how late the others were; of one run, or of all that have ended.
 *
 * @param ticksMissed ticks that were due and skipped
 * @param ticksMalformed ticks without a row, because the kernel's text was not understood
 * @param ticksUnwritten ticks whose row could not be written (disk full)
 * @param latenessMaxNs the worst delay of a tick behind its deadline, ns
 */
public record Ticks(
    @Nullable Long ticksMissed,
    @Nullable Long ticksMalformed,
    @Nullable Long ticksUnwritten,
    @Nullable Long latenessMaxNs) {

  /** Not counted, or lost with a killed collector: all null. */
  public static final Ticks UNKNOWN = new Ticks(null, null, null, null);

  /** Before the first run has ended. */
  public static final Ticks NONE = new Ticks(0L, 0L, 0L, 0L);

  /**
   * Together with those of another run.
   *
   * @param run more of them; what is null, here or there, counts as 0
   * @return the sums, and the greater lateness
   */
  public Ticks plus(Ticks run) {
    return new Ticks(
        orZero(ticksMissed) + orZero(run.ticksMissed),
        orZero(ticksMalformed) + orZero(run.ticksMalformed),
        orZero(ticksUnwritten) + orZero(run.ticksUnwritten),
        Math.max(orZero(latenessMaxNs), orZero(run.latenessMaxNs)));
  }

  private static long orZero(@Nullable Long number) {
    return number == null ? 0 : number;
  }
}
