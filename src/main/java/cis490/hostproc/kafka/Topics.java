package cis490.hostproc.kafka;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;

/** What the brokers say of a topic that must exist. */
public final class Topics {

  private Topics() {}

  /**
   * Asks for a topic's description.
   *
   * @param clients reach the brokers
   * @param name of the topic
   * @return its description now
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is none
   * @throws org.apache.kafka.common.KafkaException if the brokers do not answer
   */
  public static TopicDescription describe(Clients clients, String name) {
    return clients.await(
        "a look at topic " + name,
        requireNonNull(clients.admin().describeTopics(List.of(name)).topicNameValues().get(name)));
  }

  /**
   * Asks for a topic's id: it distinguishes topics that had the same name.
   *
   * @param clients reach the brokers
   * @param name of the topic
   * @return its id now
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is none
   * @throws org.apache.kafka.common.KafkaException if the brokers do not answer
   */
  public static Uuid id(Clients clients, String name) {
    return describe(clients, name).topicId();
  }
}
