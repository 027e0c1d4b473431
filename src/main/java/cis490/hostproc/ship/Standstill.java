package cis490.hostproc.ship;

import java.time.Duration;
import java.util.Locale;

/**
 * Notices that rows wait and nothing goes on, though nobody has said why. Each wait has a limit of
 * its own, so that this should never have anything to say. For one thread, which looks now and
 * then.
 */
public final class Standstill {

  private final long afterNs;
  private long movedAtNs;
  private long progress = -1;
  private boolean said;

  /**
   * From now on.
   *
   * @param after how long nothing may go on
   * @param nowNs CLOCK_MONOTONIC, ns
   */
  public Standstill(Duration after, long nowNs) {
    this.afterNs = after.toNanos();
    this.movedAtNs = nowNs;
  }

  /**
   * A look.
   *
   * @param shipper what it is doing
   * @param figures what it has done
   * @param nowNs CLOCK_MONOTONIC, ns
   * @return what to say, on one line; null if there is nothing, or it was said before
   */
  public String look(Shipper shipper, ShipFigures figures, long nowNs) {
    long done = figures.acknowledged() + figures.rowsReadBack();
    return look(shipper.state(), shipper.isBrokenOff(), figures.pending(), done, nowNs);
  }

  String look(String state, boolean isBrokenOff, long rowsWaiting, long done, long nowNs) {
    if (rowsWaiting <= 0 || isBrokenOff || done != progress) {
      progress = done;
      movedAtNs = nowNs;
      said = false;
      return null;
    }
    long standsNs = nowNs - movedAtNs;
    if (said || standsNs < afterNs) {
      return null;
    }
    said = true;
    return String.format(
        Locale.ROOT,
        "no progress for %d s in %s, %,d rows wait in the file",
        standsNs / 1_000_000_000,
        state,
        rowsWaiting);
  }
}
