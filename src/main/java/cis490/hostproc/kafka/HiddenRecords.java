package cis490.hostproc.kafka;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * What an open transaction hides from readers of committed records: all that came after its first
 * one, of whoever. Many share a topic, and few have to wait for what it hides.
 */
public final class HiddenRecords {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration READ_WITHIN = Duration.ofSeconds(10);

  private HiddenRecords() {}

  /**
   * Whether a record with a key is hidden now, committed or not.
   *
   * @param clients reach the brokers
   * @param topic its only partition is looked at
   * @param key of the record
   * @return false also if nothing is hidden
   * @throws TimeoutException if the brokers do not give them
   */
  public static boolean haveKey(Clients clients, String topic, byte[] key) {
    long stable = OpenTransaction.stableEnd(clients, topic);
    long end = OpenTransaction.end(clients, topic);
    return end > stable
        && clients.withUncommitted(consumer -> haveKey(clients, consumer, topic, key, stable, end));
  }

  private static boolean haveKey(
      Clients clients,
      Consumer<byte[], byte[]> consumer,
      String topic,
      byte[] key,
      long from,
      long end) {
    TopicPartition partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    long deadlineNs = System.nanoTime() + READ_WITHIN.toNanos();
    long position = from;
    while (position < end) {
      ConsumerRecords<byte[], byte[]> polled =
          clients.call("a fetch", clients.apiLimit(), () -> consumer.poll(POLL));
      for (ConsumerRecord<byte[], byte[]> record : polled) {
        if (Arrays.equals(key, record.key())) {
          return true;
        }
      }
      if (System.nanoTime() > deadlineNs) {
        throw new TimeoutException("no answer from " + topic + " at offset " + position);
      }
      position =
          clients.call(
              "a place in the topic", clients.apiLimit(), () -> consumer.position(partition));
    }
    return false;
  }
}
