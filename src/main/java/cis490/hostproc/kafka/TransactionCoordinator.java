package cis490.hostproc.kafka;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Why a cluster has no transactions. The brokers keep them in a topic of their own, and where they
 * can't make it or write to it, {@code initTransactions} times out forever and does not say why.
 */
public final class TransactionCoordinator {

  static final String TOPIC = "__transaction_state";

  private static final String REPLICAS = "transaction.state.log.replication.factor";
  private static final String IN_SYNC = "transaction.state.log.min.isr";

  private TransactionCoordinator() {}

  /**
   * Looks for it. Takes some calls of the admin client, each within its own time limit.
   *
   * @param clients reach the brokers
   * @return on one line what is wrong and which setting of the brokers it is; null if nothing is
   *     known to be
   */
  public static @Nullable String problem(Clients clients) {
    try {
      return ofTopic(clients, clients.await("a look at " + TOPIC, topic(clients)));
    } catch (UnknownTopicOrPartitionException none) {
      return withoutTopic(clients);
    } catch (KafkaException notTold) {
      return null;
    }
  }

  private static KafkaFuture<TopicDescription> topic(Clients clients) {
    return requireNonNull(
        clients.admin().describeTopics(List.of(TOPIC)).topicNameValues().get(TOPIC));
  }

  /** It is made when a coordinator is first asked for, if there are brokers enough. */
  private static @Nullable String withoutTopic(Clients clients) {
    try {
      List<Node> brokers =
          List.copyOf(
              clients.await("a look at the brokers", clients.admin().describeCluster().nodes()));
      if (brokers.isEmpty()) {
        return null;
      }
      ConfigResource.Type type = ConfigResource.Type.BROKER;
      long replicas = setting(clients, type, brokers.get(0).idString(), REPLICAS).orElse(0L);
      return replicas <= brokers.size()
          ? null
          : String.format(
              Locale.ROOT,
              "the brokers' setting %s=%d needs as many brokers, and there are %d: no transactions,"
                  + " so nothing can be shipped; lower it, and %s too",
              REPLICAS,
              replicas,
              brokers.size(),
              IN_SYNC);
    } catch (KafkaException notTold) {
      return null;
    }
  }

  private static @Nullable String ofTopic(Clients clients, TopicDescription topic) {
    long inSync =
        setting(clients, ConfigResource.Type.TOPIC, TOPIC, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
            .orElse(0L);
    for (TopicPartitionInfo partition : topic.partitions()) {
      if (partition.leader() == null || partition.leader().isEmpty()) {
        return String.format(
            Locale.ROOT,
            "partition %d of %s has no leader: a broker that keeps it is away",
            partition.partition(),
            TOPIC);
      }
      // More than there are replicas the brokers do not ask for (KIP-966).
      long asked = Math.min(inSync, partition.replicas().size());
      if (partition.isr().size() < asked) {
        return String.format(
            Locale.ROOT,
            "partition %d of %s has %d of %d replicas in sync, and the brokers' setting %s=%d asks for"
                + " more: brokers are away",
            partition.partition(),
            TOPIC,
            partition.isr().size(),
            partition.replicas().size(),
            IN_SYNC,
            inSync);
      }
    }
    return null;
  }

  /** Empty also if this client may not see it. */
  private static Optional<Long> setting(
      Clients clients, ConfigResource.Type type, String of, String name) {
    ConfigResource resource = new ConfigResource(type, of);
    try {
      ConfigEntry entry =
          clients
              .await(
                  "a setting of " + of,
                  requireNonNull(
                      clients.admin().describeConfigs(List.of(resource)).values().get(resource)))
              .get(name);
      return Optional.ofNullable(entry).map(ConfigEntry::value).map(Long::valueOf);
    } catch (KafkaException refused) {
      return Optional.empty();
    }
  }
}
