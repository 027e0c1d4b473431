package cis490.hostproc.collect;

import java.time.Duration;

/**
 * How far a recording is.
 *
 * @param elapsed since the first tick
 * @param rows appended
 * @param missed ticks skipped
 * @param pending rows not shipped yet, -1 if none are to be
 */
public record Progress(Duration elapsed, long rows, long missed, long pending) {}
