package cis490.hostproc.ship;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** Offsets must run on from the expected one, one a row. */
class AcknowledgementsTest {

  private final Acknowledgements acks = new Acknowledgements(10);

  @Test
  void offsetsThatRunOnAreFine() {
    acknowledge(10, 11, 12);
    assertDoesNotThrow(() -> acks.check(3));
  }

  @Test
  void aGapAtTheBeginningIsADeviation() {
    acknowledge(11);
    String message = assertThrows(KafkaException.class, () -> acks.check(1)).getMessage();
    assertTrue(message.contains("offset 11 instead of 10"), message);
  }

  @Test
  void aGapInTheMiddleIsADeviation() {
    acknowledge(10, 12);
    assertThrows(KafkaException.class, () -> acks.check(2));
  }

  @Test
  void aTopicThatBeganAnewIsADeviation() {
    acknowledge(0);
    assertThrows(KafkaException.class, () -> acks.check(1));
  }

  @Test
  void aMissingAcknowledgementIsADeviation() {
    acknowledge(10);
    assertThrows(KafkaException.class, () -> acks.check(2));
  }

  @Test
  void theFirstFailureIsTheOneThatCounts() {
    TimeoutException first = new TimeoutException("first");
    acks.onCompletion(null, first);
    acks.onCompletion(null, new TimeoutException("second"));
    acknowledge(10);
    assertSame(first, assertThrows(KafkaException.class, () -> acks.check(1)));
  }

  private void acknowledge(long... offsets) {
    for (long offset : offsets) {
      acks.onCompletion(new RecordMetadata(new TopicPartition("t", 0), offset, 0, 0, 0, 0), null);
    }
  }
}
