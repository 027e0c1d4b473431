package cis490.hostproc.ship;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Notices that there is work and no progress: no row arrives or is read back, and no attempt fails.
 * Each wait has a limit of its own, so that this should never have anything to say. For one thread,
 * which looks now and then.
 */
public final class Standstill {

  /** Longer than any of the shipper's waits may take. */
  public static final Duration AFTER = Duration.ofMinutes(2);

  private final Logger log;
  private final long afterNs;
  private long movedAtNs;
  private long progress = -1;
  private Shipper.@Nullable State state;
  private boolean said;

  /**
   * From now on.
   *
   * @param log where a standstill is reported
   * @param after how long there may be no progress
   * @param nowNs CLOCK_MONOTONIC, ns
   */
  public Standstill(Logger log, Duration after, long nowNs) {
    this.log = log;
    this.afterNs = after.toNanos();
    this.movedAtNs = nowNs;
  }

  /**
   * A look: warns once of each standstill, and says when it is over.
   *
   * @param shipper what it is doing
   * @param figures what it has done
   * @param nowNs CLOCK_MONOTONIC, ns
   */
  public void look(Shipper shipper, ShipFigures figures, long nowNs) {
    // A failed attempt is not progress, but it has logged what is in the way.
    long done = figures.acknowledged() + figures.rowsReadBack() + figures.failures();
    long standsNs = standsNs(shipper.state(), figures.pending(), done, nowNs);
    boolean stands = standsNs >= afterNs;
    if (stands && !said) {
      log.warn(
          "no progress for {} s in {}, {} rows wait in the file",
          TimeUnit.NANOSECONDS.toSeconds(standsNs),
          shipper.state(),
          figures.pending());
    } else if (said && !stands) {
      log.info("shipping goes on: {}", shipper.state());
    }
    said = stands;
  }

  /**
   * How long there was no progress, ns. Following a file that has nothing new is not a standstill.
   */
  long standsNs(Shipper.State nowIn, long rowsWaiting, long done, long nowNs) {
    boolean hasNothingToDo = rowsWaiting <= 0 && nowIn == Shipper.State.FOLLOWING;
    if (hasNothingToDo || done != progress || nowIn != state) {
      progress = done;
      state = nowIn;
      movedAtNs = nowNs;
    }
    return nowNs - movedAtNs;
  }
}
