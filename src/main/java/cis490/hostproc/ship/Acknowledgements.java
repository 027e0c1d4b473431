package cis490.hostproc.ship;

import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the offsets which the broker gives run on from the expected one without a gap: that
 * nobody else writes, and that nothing was lost or deleted. One object for a whole transaction.
 */
// One thread writes; the others only read.
@SuppressWarnings("NonAtomicVolatileUpdate")
final class Acknowledgements implements Callback {

  private final long first;
  private volatile long count;
  private volatile @Nullable RuntimeException deviation;

  Acknowledgements(long first) {
    this.first = first;
  }

  /** Called in order, on the producer's thread. */
  @Override
  public void onCompletion(RecordMetadata metadata, Exception failure) {
    if (deviation != null) {
      return;
    }
    if (failure != null) {
      deviation = failure instanceof KafkaException known ? known : new KafkaException(failure);
    } else if (metadata.offset() != first + count) {
      deviation =
          new KafkaException(
              "a row came to offset " + metadata.offset() + " instead of " + (first + count));
    } else {
      count = count + 1;
    }
  }

  /** While rows are sent: a send that failed does not throw, and each one more may wait as long. */
  void checkSoFar() {
    if (deviation != null) {
      throw deviation;
    }
  }

  /** After a flush: all rows were acknowledged where they belong. */
  void check(long rows) {
    checkSoFar();
    if (count != rows) {
      throw new KafkaException(count + " of " + rows + " rows were acknowledged");
    }
  }
}
