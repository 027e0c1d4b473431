package cis490.hostproc.ship;

import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.OpenTransaction;
import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.kafka.Topics;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.Uuid;

/**
 * The end of a topic whose rows were proved to be elsewhere.
 *
 * @param replica whose producers are fenced off: that of the rows and that of the manifest
 * @param proved what was proved
 */
public record TopicRetirement(Replica replica, Proved proved) {

  private static final Duration ENDED_WITHIN = Duration.ofSeconds(40);

  /**
   * What must not have changed.
   *
   * @param topicId of the topic whose rows were looked at
   * @param rows that were proved
   * @param manifestsEnd offset up to which the manifests were read
   */
  public record Proved(Uuid topicId, long rows, long manifestsEnd) {}

  /**
   * Which topic this is, to be asked before its rows are looked at.
   *
   * @param settings where the brokers are
   * @param clientId the clients' name
   * @param topic that must exist
   * @return its id
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is none
   */
  public static Uuid idOf(KafkaSettings settings, String clientId, String topic) {
    try (Clients clients = Clients.open(settings, clientId)) {
      return Topics.id(clients, topic);
    }
  }

  /**
   * Publishes the retired manifest and deletes the topic, in this order: if the second fails, the
   * same command does it later. Before that, any shipper is fenced off, and everything must still
   * be as it was proved. A shipper that comes later either fences this off, so that its manifest is
   * not published, or finds that manifest and stops.
   *
   * @param settings where the brokers are
   * @param clientId the clients' name
   * @param manifest to be the episode's last, JSON
   * @throws ShippingStoppedException if topic or manifest are not those that were proved
   * @throws Exception if the brokers don't answer, or refuse
   */
  public void run(KafkaSettings settings, String clientId, byte[] manifest) throws Exception {
    try (Clients clients = Clients.open(settings, clientId);
        RowCounter counter = new RowCounter(settings, clientId)) {
      fenceOff(clients, replica.transactionalId());
      Producer<byte[], byte[]> producer = fenceOff(clients, replica.manifestTransactionalId());
      requireSameTopic(clients, counter);
      requireSameManifest(clients);
      clients.run("the manifest", clients.deliveryLimit(), () -> publish(producer, manifest));
      clients.await(
          "the deletion of the topic",
          clients.admin().deleteTopics(TopicCollection.ofTopicIds(Set.of(proved.topicId()))).all());
    }
  }

  /** Whoever had the id can't go on; its open transaction is aborted. */
  private static Producer<byte[], byte[]> fenceOff(Clients clients, String transactionalId) {
    Producer<byte[], byte[]> producer =
        clients.producer(transactionalId, KafkaSettings.TRANSACTION_TIMEOUT);
    clients.run("initTransactions", clients.blockLimit(), producer::initTransactions);
    return producer;
  }

  private void requireSameTopic(Clients clients, RowCounter counter) throws Exception {
    if (!Topics.id(clients, replica.topic()).equals(proved.topicId())) {
      throw new ShippingStoppedException(
          "topic "
              + replica.topic()
              + " was deleted and created again while its rows were looked at");
    }
    OptionalLong now = counter.rows(replica.topic());
    if (now.isEmpty() || now.getAsLong() != proved.rows()) {
      throw new ShippingStoppedException(
          "topic "
              + replica.topic()
              + " has grown: it had "
              + proved.rows()
              + " rows when they were looked at");
    }
  }

  /** None of this episode may have come since, hidden by another's transaction or not. */
  private void requireSameManifest(Clients clients) throws Exception {
    long end = OpenTransaction.awaitEnd(clients, replica.episodesTopic(), ENDED_WITHIN);
    TopicReader reader = new TopicReader(clients, replica.episodesTopic());
    byte[] episode = replica.key();
    boolean[] isNew = {false};
    reader.forEach(
        Math.max(reader.beginning(), proved.manifestsEnd()),
        end,
        record -> {
          isNew[0] = Arrays.equals(episode, record.key());
          return !isNew[0];
        });
    if (isNew[0]) {
      throw new ShippingStoppedException(
          "the manifest of "
              + replica.episode()
              + " has changed since: a collector goes on with the episode");
    }
  }

  private void publish(Producer<byte[], byte[]> producer, byte[] manifest) {
    producer.beginTransaction();
    Future<?> unused =
        producer.send(new ProducerRecord<>(replica.episodesTopic(), 0, replica.key(), manifest));
    producer.commitTransaction();
  }
}
