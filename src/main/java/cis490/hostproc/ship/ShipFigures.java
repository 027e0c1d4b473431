package cis490.hostproc.ship;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;

/** What the shipper says of itself. Written by the shipper's thread, read by any. */
public final class ShipFigures {

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

  private final MeterRegistry registry;
  private final LongSupplier rowsInFile;
  private final Timer transaction;
  private final Counter commits;
  private final Counter recoveries;
  private volatile long acknowledged;
  private volatile long found = -1;
  private volatile long readBack;
  private volatile long failures;
  private volatile long shippingSinceNs;
  private volatile long readingBackSinceNs;
  private KafkaClientMetrics producerMetrics;

  /**
   * Registers its meters.
   *
   * @param registry where they go
   * @param rowsInFile complete rows in the file now
   */
  public ShipFigures(MeterRegistry registry, LongSupplier rowsInFile) {
    this.registry = registry;
    this.rowsInFile = rowsInFile;
    Gauge.builder(ROWS_ACKNOWLEDGED, this, f -> f.acknowledged).register(registry);
    Gauge.builder(ROWS_PENDING, this, ShipFigures::pending).register(registry);
    transaction = Timer.builder(TRANSACTION).register(registry);
    commits = Counter.builder(COMMITS).register(registry);
    recoveries = Counter.builder(RECOVERIES).register(registry);
  }

  void readingBack() {
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

  void acknowledged(long rows) {
    acknowledged = rows;
  }

  /** The topic holds so many, says a look at its end. */
  void recovered(long rows) {
    if (found < 0) {
      found = rows;
      shippingSinceNs = System.nanoTime();
    }
    acknowledged = rows;
  }

  void committed(long durationNs) {
    transaction.record(durationNs, TimeUnit.NANOSECONDS);
    commits.increment();
  }

  void readBack() {
    readBack = readBack + 1;
  }

  void recovery() {
    failures = failures + 1;
    recoveries.increment();
  }

  /** The producer's own figures, as long as it lives. */
  void watch(Producer<byte[], byte[]> producer) {
    producerMetrics = new KafkaClientMetrics(producer);
    producerMetrics.bindTo(registry);
  }

  void unwatch() {
    if (producerMetrics != null) {
      producerMetrics.close();
      producerMetrics = null;
    }
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
   * Attempts that failed.
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
