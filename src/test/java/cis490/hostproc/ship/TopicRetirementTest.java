package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a topic's end asks for, whoever comes in between. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class TopicRetirementTest {

  private static final String MANIFEST = "{\"state\": \"retired\"}";

  private final EpisodeId episode = new EpisodeId(TestTopics.newName("retirement"));
  private final String topic = episode.topic();
  private final String manifests = TestTopics.newName("manifests");

  @BeforeEach
  void threeRows() throws Exception {
    TestTopics.create(topic, 1, Map.of());
    TestTopics.create(manifests, 1, Map.of());
    TestTopics.send(TestTopics.records(topic, episode.value(), "a\nb\nc\n".getBytes(UTF_8)));
  }

  @Test
  void itIsSaidInTheManifestAndDone() throws Exception {
    retirement(3).run(TestTopics.settings(), "test", MANIFEST.getBytes(UTF_8));
    assertEquals("", TestTopics.asFileIfThere(TestBroker.address(), topic));
    var record = TestTopics.committed(manifests).get(0);
    assertEquals(episode.value(), new String(record.key(), UTF_8));
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

  /** The proof by the lake takes minutes; a collector that resumes has no row yet. */
  @Test
  void anEpisodeThatACollectorHasTakenUpAgainStays() throws Exception {
    TopicRetirement retirement = retirement(3);
    try (KafkaProducer<byte[], byte[]> collector = TestTopics.producer(topic);
        KafkaProducer<byte[], byte[]> other = TestTopics.producer(topic + "-other")) {
      collector.initTransactions();
      other.initTransactions();
      other.beginTransaction();
      other.send(manifest("another", "open")).get();
      collector.beginTransaction();
      collector.send(manifest(episode.value(), "open"));
      collector.commitTransaction();
      // It is committed, and no reader sees it as long as another's transaction is open.
      FutureTask<Exception> refused =
          new FutureTask<>(
              () -> assertThrows(ShippingStoppedException.class, () -> run(retirement)));
      new Thread(refused, "retirement").start();
      other.commitTransaction();
      assertTrue(
          refused.get().getMessage().contains("the manifest of " + episode + " has changed since"));
    }
    assertEquals("a\nb\nc\n", TestTopics.asFileIfThere(TestBroker.address(), topic));
    List<ConsumerRecord<byte[], byte[]>> all = TestTopics.committed(manifests);
    assertEquals("open", new String(all.get(all.size() - 1).value(), UTF_8));
  }

  @Test
  void aTopicThatWasMadeAnewStays() throws Exception {
    TopicRetirement retirement = retirement(3);
    TestTopics.delete(topic);
    TestTopics.create(topic, 1, Map.of());
    TestTopics.send(TestTopics.records(topic, episode.value(), "a\nb\nc\n".getBytes(UTF_8)));
    assertThrows(ShippingStoppedException.class, () -> run(retirement));
    assertEquals("a\nb\nc\n", TestTopics.asFileIfThere(TestBroker.address(), topic));
    assertEquals(List.of(), TestTopics.committed(manifests));
  }

  private ProducerRecord<byte[], byte[]> manifest(String episode, String state) {
    return new ProducerRecord<>(manifests, 0, episode.getBytes(UTF_8), state.getBytes(UTF_8));
  }

  private static void run(TopicRetirement retirement) throws Exception {
    retirement.run(TestTopics.settings(), "test", MANIFEST.getBytes(UTF_8));
  }

  private TopicRetirement retirement(long rows) {
    Uuid id = TopicRetirement.idOf(TestTopics.settings(), "test", topic);
    return new TopicRetirement(
        new Replica(episode, Map.of(), manifests), new TopicRetirement.Proved(id, rows, 0));
  }
}
