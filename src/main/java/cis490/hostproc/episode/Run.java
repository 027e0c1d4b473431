package cis490.hostproc.episode;

import org.jspecify.annotations.Nullable;

/**
 * One run of the collector on an episode's file. In JSON one flat object.
 *
 * @param number 1 for the first run on the file, then rising
 * @param start what is known from its start
 * @param end what is known at its end, {@link End#NONE} before
 * @param ticks what it counted, {@link Ticks#UNKNOWN} before its end
 */
public record Run(long number, Start start, End end, Ticks ticks) {

  /**
   * Known from the start.
   *
   * @param collectorVersion version of hostproc
   * @param hostName the host
   * @param bootId the host's boot: pid, start time and origin mean something within it
   * @param pid the process
   * @param commandName its command name, at most 15 bytes
   * @param processStartTicks its start after boot, in clock ticks (stat field 22)
   * @param intervalMs time between ticks, ms
   * @param originMonoNs the CLOCK_MONOTONIC reading that {@code t_mono_ns} counts from, ns
   * @param monoOffsetNs what CLOCK_MONOTONIC has read more than the host's own, in the collector's
   *     time namespace, ns; null if the kernel knows no such thing
   * @param startedWallNs when sampling began, ns since the Unix epoch
   * @param firstRow rows in the file at that time: the {@code seq} of the run's first one
   * @param tornBytes bytes of a torn last row that were cut before that
   */
  public record Start(
      String collectorVersion,
      String hostName,
      String bootId,
      long pid,
      String commandName,
      long processStartTicks,
      long intervalMs,
      long originMonoNs,
      @Nullable Long monoOffsetNs,
      long startedWallNs,
      long firstRow,
      long tornBytes) {}

  /**
   * Known at the end; all null before.
   *
   * @param endedWallNs when sampling ended, ns since the Unix epoch
   * @param endReason why
   * @param exitCode exit code of a command that the collector started, null for any other process
   * @param rows rows that this run appended
   */
  public record End(
      @Nullable Long endedWallNs,
      @Nullable EndReason endReason,
      @Nullable Integer exitCode,
      @Nullable Long rows) {

    /** Not ended. */
    public static final End NONE = new End(null, null, null, null);
  }

  static Run open(long number, Start start) {
    return new Run(number, start, End.NONE, Ticks.UNKNOWN);
  }

  boolean isOpen() {
    return end.endReason() == null;
  }

  Run ended(End end, Ticks ticks) {
    return new Run(number, start, end, ticks);
  }

  /** Killed, as was found later: what it left in the file is all that is known. */
  Run killed(long linesInFile) {
    // Never less than none: a power cut may take rows that were there when the run began.
    long rows = Math.max(0, linesInFile - start.firstRow());
    return ended(new End(null, EndReason.UNKNOWN, null, rows), Ticks.UNKNOWN);
  }
}
