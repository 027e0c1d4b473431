package cis490.hostproc.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.testkit.Seed;
import cis490.hostproc.testkit.TestTopics;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The last record of a key, as one who shares clients finds it and as one alone does. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class KeyIndexTest {

  private static final int KEYS = 20;

  private final ClientPool pool = new ClientPool();
  private final String topic = TestTopics.newName("keys");
  private final Map<String, String> last = new HashMap<>();

  @BeforeEach
  void createTopic() throws Exception {
    TestTopics.create(topic, 1, Map.of());
  }

  @AfterEach
  void closePool() {
    pool.close();
  }

  private static String key(int number) {
    return "episode-" + number;
  }

  private void send(SplittableRandom random, int records) {
    try (KafkaProducer<byte[], byte[]> producer = TestTopics.producer("keys-" + topic)) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int i = 0; i < records; i++) {
        String key = key(random.nextInt(KEYS));
        String value = key + " " + random.nextInt();
        last.put(key, value);
        producer.send(new ProducerRecord<>(topic, 0, key.getBytes(UTF_8), value.getBytes(UTF_8)));
      }
      producer.send(new ProducerRecord<>(topic, 0, null, "without a key".getBytes(UTF_8)));
      producer.commitTransaction();
    }
  }

  private static String find(KafkaSettings settings, String topic, String key) throws Exception {
    try (TopicReader reader = TopicReader.open(settings, topic, "keys")) {
      String found =
          reader
              .lastOf(key.getBytes(UTF_8), reader.beginning(), reader.end())
              .map(record -> new String(record.value(), UTF_8))
              .orElse(null);
      reader.release();
      return found;
    }
  }

  private void assertAllFound() throws Exception {
    KafkaSettings shared = TestTopics.settings().shared(pool);
    for (int i = 0; i <= KEYS; i++) {
      assertEquals(last.get(key(i)), find(shared, topic, key(i)), key(i));
    }
    assertEquals(last.get(key(0)), find(TestTopics.settings(), topic, key(0)));
  }

  @Test
  void itIsTheLastOneWhateverCameSinceAnEarlierLook() throws Exception {
    SplittableRandom random = Seed.random("KeyIndexTest");
    for (int round = 0; round < 4; round++) {
      send(random, random.nextInt(40));
      assertAllFound();
    }
  }

  @Test
  void nothingIsKnownOfATopicThatWasMadeAnew() throws Exception {
    SplittableRandom random = Seed.random("KeyIndexTest.anew");
    send(random, 100);
    assertAllFound();
    TestTopics.delete(topic);
    TestTopics.create(topic, 1, Map.of());
    last.clear();
    send(random, 3);
    assertAllFound();
  }
}
