package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.testkit.TestTopics;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many rows a topic holds, asked from the topic. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class RowCounterTest {

  private final String topic = TestTopics.newName("counter");

  @Test
  void aTopicThatIsNotThereHoldsNothing() throws Exception {
    assertEquals(OptionalLong.of(0), count(topic));
  }

  @Test
  void anEmptyTopicHoldsNothing() throws Exception {
    TestTopics.create(topic, 1, Map.of());
    assertEquals(OptionalLong.of(0), count(topic));
  }

  @Test
  void theNumberOfTheLastCommittedRowCountsAndNotTheOffsets() throws Exception {
    TestTopics.create(topic, 1, Map.of());
    try (KafkaProducer<byte[], byte[]> producer = TestTopics.producer("counter." + topic)) {
      producer.initTransactions();
      for (long seq = 0; seq < 5; seq++) {
        producer.beginTransaction();
        producer.send(row(seq));
        producer.commitTransaction();
      }
      producer.beginTransaction();
      producer.send(row(5));
      producer.flush();
      producer.abortTransaction();
    }
    // Ten offsets of rows and markers, two of the aborted row.
    awaitEnd(12);
    assertEquals(OptionalLong.of(5), count(topic));
  }

  @Test
  void aStrangersRecordTellsNothing() throws Exception {
    TestTopics.create(topic, 1, Map.of());
    TestTopics.send(topic, "not a row");
    assertEquals(OptionalLong.empty(), count(topic));
  }

  @Test
  void oneCounterIsGoodForManyTopics() throws Exception {
    TestTopics.create(topic, 1, Map.of());
    try (KafkaProducer<byte[], byte[]> producer = TestTopics.producer(null);
        RowCounter counter = new RowCounter(TestTopics.settings(), "counter")) {
      producer.send(row(0)).get();
      assertEquals(OptionalLong.of(0), counter.rows(topic + ".missing"));
      assertEquals(OptionalLong.of(1), counter.rows(topic));
      producer.send(row(1)).get();
      assertEquals(OptionalLong.of(2), counter.rows(topic));
    }
  }

  private static OptionalLong count(String topic) throws Exception {
    try (RowCounter counter = new RowCounter(TestTopics.settings(), "counter")) {
      return counter.rows(topic);
    }
  }

  /** The last transaction takes effect some moments after it has ended. */
  private void awaitEnd(long end) throws Exception {
    try (TopicReader reader = TopicReader.open(TestTopics.settings(), topic, "counter")) {
      while (reader.end() < end) {
        Thread.onSpinWait();
      }
    }
  }

  private ProducerRecord<byte[], byte[]> row(long seq) {
    return new ProducerRecord<>(
        topic,
        0,
        "key".getBytes(UTF_8),
        "{}".getBytes(UTF_8),
        new RowHeaders(seq, 3 * (seq + 1), "ab".repeat(32)).with(List.of()));
  }
}
