package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.Uuid;

/**
 * The end of a topic whose rows were proved to be elsewhere.
 *
 * @param topic of the rows
 * @param key the episode id
 * @param transactionalId of the episode's one producer: one that is at work is fenced off
 * @param episodesTopic where the manifests are
 * @param rows that were proved
 */
public record TopicRetirement(
    String topic, String key, String transactionalId, String episodesTopic, long rows) {

  /**
   * Says so in the manifest, and deletes the topic, in this order: if the second fails, the same
   * again does what is left. The topic that is deleted is the one that was looked at, not a later
   * one of the same name.
   *
   * @param settings where the brokers are
   * @param clientId the clients' name
   * @param manifest to be the episode's last, JSON
   * @throws ShippingStoppedException if the topic has not the rows that were proved
   * @throws Exception if the brokers don't answer, or refuse
   */
  public void run(KafkaSettings settings, String clientId, byte[] manifest) throws Exception {
    try (Clients clients = Clients.open(settings, clientId);
        RowCounter counter = new RowCounter(settings, clientId)) {
      Uuid id = OracleTopic.id(clients, topic);
      Producer<byte[], byte[]> producer =
          clients.producer(transactionalId, KafkaSettings.TRANSACTION_TIMEOUT);
      clients.run("initTransactions", clients.blockLimit(), producer::initTransactions);
      OptionalLong now = counter.rows(topic);
      if (now.isEmpty() || now.getAsLong() != rows) {
        throw new ShippingStoppedException(
            "topic " + topic + " has grown: it had " + rows + " rows when they were looked at");
      }
      clients.run("the manifest", clients.deliveryLimit(), () -> publish(producer, manifest));
      clients.await(
          "the deletion of the topic",
          clients.admin().deleteTopics(TopicCollection.ofTopicIds(Set.of(id))).all());
    }
  }

  private void publish(Producer<byte[], byte[]> producer, byte[] manifest) {
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(episodesTopic, 0, key.getBytes(UTF_8), manifest));
    producer.commitTransaction();
  }
}
