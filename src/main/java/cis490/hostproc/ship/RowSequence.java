package cis490.hostproc.ship;

import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The rows of a topic from the first on, each once, in order, as their headers number them. */
final class RowSequence {

  private long next;
  private @Nullable String chain;

  /** Rows passed so far. */
  long rows() {
    return next;
  }

  /** Hash of the file up to the last row passed; null before the first. */
  @Nullable String chain() {
    return chain;
  }

  /**
   * Passes the next row.
   *
   * @throws ShippingStoppedException if the record is another one, or none of hostproc's
   */
  void pass(ConsumerRecord<byte[], byte[]> record) throws ShippingStoppedException {
    RowHeaders headers = RowHeaders.of(record);
    requireLine(record);
    if (headers.seq() != next) {
      throw new ShippingStoppedException(
          String.format(
              Locale.ROOT,
              "topic %s has row %d at offset %d, where row %d should be: rows are %s",
              record.topic(),
              headers.seq(),
              record.offset(),
              next,
              headers.seq() > next ? "missing" : "doubled, or another file's"));
    }
    next++;
    chain = headers.chain();
  }

  private static void requireLine(ConsumerRecord<byte[], byte[]> record)
      throws ShippingStoppedException {
    String problem = record.value() == null ? "has no value" : null;
    for (int i = 0; problem == null && i < record.value().length; i++) {
      problem = record.value()[i] == '\n' ? "is more than one line" : null;
    }
    if (problem != null) {
      throw new ShippingStoppedException(
          String.format(
              Locale.ROOT,
              "topic %s holds a record that hostproc did not write: it %s, at offset %d",
              record.topic(),
              problem,
              record.offset()));
    }
  }
}
