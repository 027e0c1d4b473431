package cis490.hostproc.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.TestTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading a topic past markers and aborted records, and finding what it ends with. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class TopicReaderTest {

  private final String topic = TestTopics.newName("reader");

  @BeforeEach
  void createTopic() throws Exception {
    TestTopics.create(topic, 1, Map.of());
  }

  @Test
  void anEmptyTopicHasNoLastRecord() throws Exception {
    try (TopicReader reader = open()) {
      assertEquals(0, reader.end());
      assertTrue(reader.last(0).isEmpty());
      assertEquals(List.of(), values(reader));
    }
  }

  @Test
  void aTopicOfAbortedRecordsAloneHasNoLastRecordEither() throws Exception {
    transaction(false, 0, 50);
    try (TopicReader reader = open()) {
      assertTrue(reader.last(stableEnd(reader, 51)).isEmpty());
      assertEquals(List.of(), values(reader));
    }
  }

  @Test
  void theLastRecordIsFoundBehindMarkersAndAbortedOnes() throws Exception {
    transaction(true, 0, 3);
    transaction(false, 100, 130);
    transaction(true, 3, 5);
    for (int i = 0; i < 10; i++) {
      transaction(false, 200, 220);
    }
    try (TopicReader reader = open()) {
      long end = stableEnd(reader, 4 + 31 + 3 + 10 * 21);
      assertEquals("4", new String(reader.last(end).orElseThrow().value(), UTF_8));
      assertEquals(List.of("0", "1", "2", "3", "4"), values(reader));
    }
  }

  @Test
  void whatIsOpenIsNotSeen() throws Exception {
    transaction(true, 0, 2);
    try (KafkaProducer<byte[], byte[]> open = TestTopics.producer("open." + topic);
        TopicReader reader = open()) {
      long end = stableEnd(reader, 3);
      open.initTransactions();
      open.beginTransaction();
      open.send(new ProducerRecord<>(topic, 0, null, "open".getBytes(UTF_8)));
      open.flush();

      assertEquals(end, reader.end());
      assertEquals(List.of("0", "1"), values(reader));
      open.abortTransaction();
    }
  }

  @Test
  void aVisitorCanHaveEnough() throws Exception {
    transaction(true, 0, 10);
    try (TopicReader reader = open()) {
      stableEnd(reader, 11);
      List<String> seen = new ArrayList<>();
      reader.forEach(
          record -> {
            seen.add(new String(record.value(), UTF_8));
            return seen.size() < 3;
          });
      assertEquals(List.of("0", "1", "2"), seen);
    }
  }

  @Test
  void aTopicThatIsNotThereIsNamedAndNotMade() {
    String missing = TestTopics.newName("missing");
    assertThrows(
        UnknownTopicOrPartitionException.class,
        () -> TopicReader.open(TestTopics.settings(), missing, "test").close());
  }

  private TopicReader open() {
    return TopicReader.open(TestTopics.settings(), topic, "test");
  }

  /** A commit takes effect some moments after the producer was told of it. */
  private static long stableEnd(TopicReader reader, long expected) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (reader.end() < expected) {
      assertTrue(System.nanoTime() < deadlineNs, "readers never saw offset " + expected);
    }
    assertEquals(expected, reader.end());
    return expected;
  }

  private static List<String> values(TopicReader reader) throws Exception {
    List<String> values = new ArrayList<>();
    reader.forEach(record -> values.add(new String(record.value(), UTF_8)));
    return values;
  }

  private void transaction(boolean commit, int from, int to) {
    try (KafkaProducer<byte[], byte[]> producer = TestTopics.producer("tx." + topic)) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int value = from; value < to; value++) {
        byte[] bytes = Integer.toString(value).getBytes(UTF_8);
        producer.send(new ProducerRecord<>(topic, 0, null, bytes));
      }
      producer.flush();
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }
}
