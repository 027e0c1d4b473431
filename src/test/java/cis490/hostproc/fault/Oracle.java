package cis490.hostproc.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Assertions;

/**
 * Knows what a topic holds and how it stands to a file. A plain consumer and plain counting: it
 * shares nothing with the shipper.
 */
public final class Oracle {

  /** A transaction that was left open hides what comes after it until it times out. */
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

  private Oracle() {}

  /** All that a reader of committed records gets, once no transaction is open any more. */
  public static List<ConsumerRecord<String, String>> committed(String address, String topic) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", address);
    config.put("isolation.level", "read_committed");
    config.put("auto.offset.reset", "earliest");
    config.put("allow.auto.create.topics", "false");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = end(address, topic);
      long deadlineNs = System.nanoTime() + SETTLED_WITHIN.toNanos();
      List<ConsumerRecord<String, String>> all = new ArrayList<>();
      while (consumer.position(partition) < end) {
        Assertions.assertTrue(
            System.nanoTime() < deadlineNs, "readers get no further than " + all.size() + " rows");
        consumer.poll(Duration.ofMillis(100)).forEach(all::add);
      }
      return all;
    }
  }

  /** Where the topic ends, open transactions included; nothing has to be there. */
  static long end(String address, String topic) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", address);
    config.put("isolation.level", "read_uncommitted");
    config.put("allow.auto.create.topics", "false");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      return consumer.endOffsets(List.of(partition)).get(partition);
    }
  }

  /**
   * How a topic stands to what it should hold.
   *
   * @param lost rows that it should hold and does not
   * @param doubled rows that it holds more often than it should, strangers' included
   * @param outOfOrder rows that should stand before the one that stands before them
   */
  record Count(long lost, long doubled, long outOfOrder) {}

  /** Counts. */
  static Count compare(List<String> expected, List<String> topic) {
    Map<String, Integer> places = new HashMap<>();
    Map<String, Integer> surplus = new HashMap<>();
    for (int i = 0; i < expected.size(); i++) {
      places.putIfAbsent(expected.get(i), i);
      surplus.merge(expected.get(i), -1, Integer::sum);
    }
    int before = -1;
    long outOfOrder = 0;
    for (String value : topic) {
      surplus.merge(value, 1, Integer::sum);
      int place = places.getOrDefault(value, before);
      outOfOrder += place < before ? 1 : 0;
      before = place;
    }
    long lost = surplus.values().stream().filter(n -> n < 0).mapToLong(n -> -n).sum();
    long doubled = surplus.values().stream().filter(n -> n > 0).mapToLong(n -> n).sum();
    return new Count(lost, doubled, outOfOrder);
  }

  public static List<String> values(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::value).toList();
  }

  /** Each record must say of itself what it is. */
  static void checkHeaders(List<ConsumerRecord<String, String>> topic) {
    long end = 0;
    for (int i = 0; i < topic.size(); i++) {
      ConsumerRecord<String, String> record = topic.get(i);
      end += record.value().getBytes(UTF_8).length + 1;
      Assertions.assertEquals(Integer.toString(i), header(record, "seq"));
      Assertions.assertEquals(Long.toString(end), header(record, "end"));
    }
  }

  private static String header(ConsumerRecord<String, String> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
