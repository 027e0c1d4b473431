package cis490.hostproc.ship;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The figures of the shipper. Written by the shipper's thread, read by any. */
// One thread writes; the others only read.
@SuppressWarnings("NonAtomicVolatileUpdate")
public final class ShipFigures {

  /** Tag of all meters of an episode. */
  public static final String EPISODE_TAG = "episode";

  /** Meter: rows that the topic holds, committed. */
  public static final String ROWS_ACKNOWLEDGED = "hostproc.ship.rows.acknowledged";

  /** Meter: rows in the file that are not committed in the topic. */
  public static final String ROWS_PENDING = "hostproc.ship.rows.pending";

  /** Meter: from beginTransaction to the end of the commit. */
  public static final String TRANSACTION = "hostproc.ship.transaction";

  /** Meter: transactions committed. */
  public static final String COMMITS = "hostproc.ship.commits";

  /** Meter: errors after which a new connection had to recover. */
  public static final String RECOVERIES = "hostproc.ship.recoveries";

  private final LongSupplier rowsInFile;
  private final Timer transaction;
  private volatile long acknowledged;
  private volatile long found = -1;
  private volatile long readBack;
  private volatile long failures;
  private volatile long commits;
  private volatile long shippingSinceNs;
  private volatile long readingBackSinceNs;

  /**
   * Registers its meters.
   *
   * @param registry where they go
   * @param tags that distinguish them from other episodes
   * @param rowsInFile complete rows in the file now
   */
  public ShipFigures(MeterRegistry registry, Tags tags, LongSupplier rowsInFile) {
    this.rowsInFile = rowsInFile;
    Gauge.builder(ROWS_ACKNOWLEDGED, this, f -> f.acknowledged).tags(tags).register(registry);
    Gauge.builder(ROWS_PENDING, this, ShipFigures::pending).tags(tags).register(registry);
    transaction = Timer.builder(TRANSACTION).tags(tags).register(registry);
    FunctionCounter.builder(COMMITS, this, f -> f.commits).tags(tags).register(registry);
    FunctionCounter.builder(RECOVERIES, this, f -> f.failures).tags(tags).register(registry);
  }

  void noteReadingBack() {
    readingBackSinceNs = System.nanoTime();
  }

  /**
   * When the reading back began.
   *
   * @return {@link System#nanoTime()}, 0 if it has not
   */
  public long readingBackSinceNs() {
    return readingBackSinceNs;
  }

  /**
   * When the topic's end was known for the first time: rows could be shipped.
   *
   * @return {@link System#nanoTime()}, 0 if it was not yet
   */
  public long shippingSinceNs() {
    return shippingSinceNs;
  }

  void noteAcknowledged(long rows) {
    acknowledged = rows;
  }

  /** The topic holds this many rows, according to a look at its end. */
  void noteRecovered(long rows) {
    if (found < 0) {
      found = rows;
      shippingSinceNs = System.nanoTime();
    }
    acknowledged = rows;
  }

  void noteCommit(long durationNs) {
    transaction.record(durationNs, TimeUnit.NANOSECONDS);
    commits = commits + 1;
  }

  void noteRowReadBack() {
    readBack = readBack + 1;
  }

  void noteFailure() {
    failures = failures + 1;
  }

  /**
   * Rows that the topic holds, committed.
   *
   * @return count, those of earlier runs included
   */
  public long acknowledged() {
    return acknowledged;
  }

  /**
   * Rows that the topic held already when it was first looked at.
   *
   * @return count, -1 as long as nobody has looked
   */
  public long found() {
    return found;
  }

  /**
   * Rows read back from the topic and compared, over all attempts: a sign of progress.
   *
   * @return count
   */
  public long rowsReadBack() {
    return readBack;
  }

  /**
   * Transactions committed.
   *
   * @return count
   */
  public long commits() {
    return commits;
  }

  /**
   * Attempts that failed: after each a new connection had to recover.
   *
   * @return count
   */
  public long failures() {
    return failures;
  }

  /**
   * Rows in the file that are not committed in the topic.
   *
   * @return count
   */
  public long pending() {
    return rowsInFile.getAsLong() - acknowledged;
  }
}
