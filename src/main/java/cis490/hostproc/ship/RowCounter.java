package cis490.hostproc.ship;

import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.NotKafkaException;
import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.kafka.Topics;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** How many rows topics hold, taken from the number of each one's last row. For one thread. */
public final class RowCounter implements AutoCloseable {

  private final Clients clients;

  /**
   * Ready to count.
   *
   * @param settings where the brokers are
   * @param clientId the clients' name
   * @throws NotKafkaException if something else answers there
   */
  public RowCounter(KafkaSettings settings, String clientId) {
    this.clients = Clients.open(settings, clientId);
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
      Topics.id(clients, topic);
    } catch (UnknownTopicOrPartitionException none) {
      return OptionalLong.of(0);
    }
    TopicReader reader = new TopicReader(clients, topic);
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
    clients.close();
  }
}
