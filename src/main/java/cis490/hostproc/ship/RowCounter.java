package cis490.hostproc.ship;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** How many rows topics hold, told by the number of each one's last row. Not for two threads. */
public final class RowCounter implements AutoCloseable {

  private final Admin admin;
  private final Consumer<byte[], byte[]> consumer;

  /**
   * Ready to count; connects when first asked.
   *
   * @param settings where the brokers are
   * @param clientId the clients' name
   */
  public RowCounter(KafkaSettings settings, String clientId) {
    this.admin = settings.admin(clientId);
    this.consumer = settings.consumer(clientId);
  }

  /**
   * The rows that a topic holds now, committed.
   *
   * @param topic of an episode's rows
   * @return count, 0 if there is no such topic; empty if its last record is none of hostproc's
   * @throws org.apache.kafka.common.KafkaException if the brokers don't answer
   * @throws Exception if the topic can't be read
   */
  public OptionalLong rows(String topic) throws Exception {
    try {
      OracleTopic.id(admin, topic);
    } catch (UnknownTopicOrPartitionException none) {
      return OptionalLong.of(0);
    }
    TopicReader reader = new TopicReader(consumer, topic);
    Optional<ConsumerRecord<byte[], byte[]>> last = reader.last(reader.end());
    if (last.isEmpty()) {
      return OptionalLong.of(0);
    }
    try {
      return OptionalLong.of(RowHeaders.of(last.get()).seq() + 1);
    } catch (ShippingStoppedException foreign) {
      return OptionalLong.empty();
    }
  }

  /** Without waiting. */
  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
    admin.close(Duration.ZERO);
  }
}
