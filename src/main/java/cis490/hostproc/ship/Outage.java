package cis490.hostproc.ship;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The log of a time in which rows can't be shipped: its beginning, its end, and further causes in
 * between, less often each time.
 */
final class Outage {

  private static final Duration SAY_AGAIN_AFTER = Duration.ofSeconds(10);

  private final Logger log;
  private boolean isOn;
  private long sinceNs;
  private long sinceRow;
  private @Nullable String said;
  private long saidAtNs;

  @SuppressWarnings("NullAway.Init")
  private Duration sayAgainAfter;

  Outage(Logger log) {
    this.log = log;
  }

  /** An attempt has failed with {@code rows} rows in the topic. */
  void goOn(String problem, long rows) {
    if (!isOn) {
      isOn = true;
      sinceNs = System.nanoTime();
      sinceRow = rows;
      log.warn("shipping broke off, rows wait in the file: {}", problem);
      noteSaid(problem, SAY_AGAIN_AFTER);
    } else if (!problem.equals(said) && System.nanoTime() - saidAtNs > sayAgainAfter.toNanos()) {
      // The first cause may be over, and the present one may need a person.
      log.warn("rows still wait in the file: {}", problem);
      noteSaid(problem, sayAgainAfter.multipliedBy(2));
    }
  }

  private void noteSaid(String problem, Duration nextAfter) {
    said = problem;
    saidAtNs = System.nanoTime();
    sayAgainAfter = nextAfter;
  }

  /** All rows of the file are in the topic, {@code rows} of them. */
  void end(long rows) {
    if (isOn) {
      isOn = false;
      log.info(
          "shipping again after {} ms, {} rows caught up",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs),
          rows - sinceRow);
    }
  }
}
