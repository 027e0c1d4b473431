package cis490.hostproc.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import cis490.hostproc.sample.SystemClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How old rows are when a read_committed consumer has them: {@code Latency BOOTSTRAP TOPIC
 * SECONDS}. Looks at the rows to come. Prints: rows, p50 ms, p99 ms.
 */
public final class Latency {

  private static final String BEFORE = "\"t_wall_ns\": ";
  private static final double NS_PER_MS = 1e6;

  private Latency() {}

  public static void main(String[] args) {
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            args[0],
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ByteArrayDeserializer.class,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ByteArrayDeserializer.class);
    SystemClock clock = new SystemClock();
    List<Double> ages = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
      List<TopicPartition> partition = List.of(new TopicPartition(args[1], 0));
      consumer.assign(partition);
      consumer.seekToEnd(partition);
      long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[2]));
      while (System.nanoTime() < endNs) {
        var records = consumer.poll(Duration.ofMillis(100));
        long nowNs = clock.wallNs();
        records.forEach(record -> ages.add((nowNs - wallNs(record.value())) / NS_PER_MS));
      }
    }
    Collections.sort(ages);
    System.out.println(ages.size() + " " + quantile(ages, 0.5) + " " + quantile(ages, 0.99));
  }

  private static long wallNs(byte[] row) {
    String text = new String(row, US_ASCII);
    int from = text.indexOf(BEFORE) + BEFORE.length();
    return Long.parseLong(text.substring(from, text.indexOf(',', from)));
  }

  private static double quantile(List<Double> sorted, double share) {
    return sorted.get((int) (share * sorted.size()));
  }
}
