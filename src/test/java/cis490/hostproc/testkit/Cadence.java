package cis490.hostproc.testkit;

import java.util.Locale;
import org.junit.jupiter.api.Assertions;

/**
 * How evenly something happened that should happen all the time: a collector's rows, or a
 * bystander's wakings.
 *
 * @param longestNs the longest time from one to the next
 * @param stalledNs what all the long waits took together, a wait being long from {@link #LONG_NS}
 *     over what it should have been
 * @param watchedNs how long this was watched
 */
public record Cadence(long longestNs, long stalledNs, long watchedNs) {

  /** A loaded machine makes shorter ones all the time. */
  private static final long LONG_NS = 25_000_000;

  private static final long LONGEST_MAX_NS = 1_000_000_000;

  /** The starts of some JVMs, on two cores that others use, too. */
  private static final long STALLED_MAX_NS = 200_000_000;

  private static final double STALLED_SHARE_MAX = 0.02;
  private static final double NS_PER_MS = 1e6;

  public static final Cadence NONE = new Cadence(0, 0, 0);

  /** With one more wait, that should have taken {@code dueNs}. */
  public Cadence plus(long waitNs, long dueNs) {
    long overNs = waitNs - dueNs;
    return new Cadence(
        Math.max(longestNs, waitNs),
        stalledNs + (overNs > LONG_NS ? overNs : 0),
        watchedNs + waitNs);
  }

  /** Both, one after the other. */
  public Cadence plus(Cadence other) {
    return new Cadence(
        Math.max(longestNs, other.longestNs),
        stalledNs + other.stalledNs,
        watchedNs + other.watchedNs);
  }

  public double longestMs() {
    return longestNs / NS_PER_MS;
  }

  /**
   * Sampling never waited for a broker, neither once for long nor for short times again and again.
   * A bystander tells how long everybody had to wait.
   */
  public void require(int intervalMs, Cadence bystander) {
    double longestMaxNs = LONGEST_MAX_NS + intervalMs * NS_PER_MS + bystander.longestNs;
    double stalledMaxNs =
        STALLED_MAX_NS + STALLED_SHARE_MAX * watchedNs + 2.0 * bystander.stalledNs;
    Assertions.assertTrue(
        longestNs <= longestMaxNs && stalledNs <= stalledMaxNs,
        () -> "sampling: " + this + "; a bystander: " + bystander);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "longest gap %6.1f ms, stalled %5.0f of %6.0f ms",
        longestMs(),
        stalledNs / NS_PER_MS,
        watchedNs / NS_PER_MS);
  }
}
