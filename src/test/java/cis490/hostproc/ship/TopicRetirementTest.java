package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.broker.TestBroker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a topic's end asks for, whoever comes in between. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class TopicRetirementTest {

  private static final String MANIFEST = "{\"state\": \"retired\"}";

  private final String topic = TestTopics.newName("retirement");
  private final String manifests = TestTopics.newName("manifests");

  @BeforeEach
  void threeRows() throws Exception {
    TestTopics.create(topic, 1, Map.of());
    TestTopics.create(manifests, 1, Map.of());
    TestTopics.send(TestTopics.records(topic, "episode", "a\nb\nc\n".getBytes(UTF_8)));
  }

  @Test
  void itIsSaidInTheManifestAndDone() throws Exception {
    retirement(3).run(TestTopics.settings(), "test", MANIFEST.getBytes(UTF_8));
    assertEquals("", TestTopics.asFileIfThere(TestBroker.address(), topic));
    var record = TestTopics.committed(manifests).get(0);
    assertEquals("episode", new String(record.key(), UTF_8));
    assertEquals(MANIFEST, new String(record.value(), UTF_8));
  }

  @Test
  void aTopicThatHasGrownStays() throws Exception {
    assertThrows(
        ShippingStoppedException.class,
        () -> retirement(2).run(TestTopics.settings(), "test", MANIFEST.getBytes(UTF_8)));
    assertEquals("a\nb\nc\n", TestTopics.asFileIfThere(TestBroker.address(), topic));
    assertEquals(List.of(), TestTopics.committed(manifests));
  }

  /** Its open transaction is aborted, so its rows are not counted, and it can't go on. */
  @Test
  void whoeverStillShipsIsFencedOff() throws Exception {
    try (KafkaProducer<byte[], byte[]> shipper = TestTopics.producer(topic)) {
      shipper.initTransactions();
      shipper.beginTransaction();
      shipper.send(new ProducerRecord<>(topic, 0, null, "d".getBytes(UTF_8))).get();
      retirement(3).run(TestTopics.settings(), "test", MANIFEST.getBytes(UTF_8));
      assertThrows(KafkaException.class, shipper::commitTransaction);
    }
    assertEquals("", TestTopics.asFileIfThere(TestBroker.address(), topic));
  }

  @Test
  void whereThereIsNoTopicNothingIsSaid() throws Exception {
    TestTopics.delete(topic);
    Exception failure =
        assertThrows(
            Exception.class,
            () -> retirement(3).run(TestTopics.settings(), "test", MANIFEST.getBytes(UTF_8)));
    assertTrue(
        failure instanceof UnknownTopicOrPartitionException
            || failure.getCause() instanceof UnknownTopicOrPartitionException,
        failure.toString());
    assertEquals(List.of(), TestTopics.committed(manifests));
  }

  private TopicRetirement retirement(long rows) {
    return new TopicRetirement(topic, "episode", topic, manifests, rows);
  }
}
