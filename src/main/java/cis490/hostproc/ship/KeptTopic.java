package cis490.hostproc.ship;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A topic with one partition, created explicitly, with settings that keep its content. */
final class KeptTopic {

  private static final Logger LOG = LoggerFactory.getLogger(KeptTopic.class);

  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration NEW_TOPIC_WITHIN = Duration.ofSeconds(5);

  private final Clients clients;
  private final String name;
  private final Map<String, String> settings;

  private KeptTopic(Clients clients, String name, Map<String, String> settings) {
    this.clients = clients;
    this.name = name;
    this.settings = settings;
  }

  /** An episode's rows: nothing is ever dropped, and the broker's clock stamps the records. */
  static KeptTopic ofRows(Clients clients, String name) {
    return new KeptTopic(
        clients,
        name,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG, "-1",
            // A broker's default limit of bytes would cut an episode's beginning just the same.
            TopicConfig.RETENTION_BYTES_CONFIG, "-1",
            // A host whose clock is an hour ahead is refused under CreateTime.
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"));
  }

  /** The manifests: the last of each episode is kept. */
  static KeptTopic ofEpisodes(Clients clients, String name) {
    return new KeptTopic(
        clients,
        name,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            // As above: a manifest that is refused keeps the rows from being shipped.
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            "LogAppendTime"));
  }

  /**
   * Creates the topic if it is missing, and corrects its settings. Its id distinguishes it from a
   * later topic of the same name.
   */
  Uuid ensure() throws ShippingStoppedException {
    TopicDescription description;
    try {
      description = Topics.describe(clients, name);
    } catch (UnknownTopicOrPartitionException missing) {
      // Asked first: a user without the right to create topics can still use one that exists.
      create();
      description = describeNew();
    }
    int partitions = description.partitions().size();
    if (partitions != 1) {
      throw new ShippingStoppedException(notOnePartition(name, partitions));
    }
    mendSettings();
    return description.topicId();
  }

  /** The broker that is asked may hear of a new topic some moments after the one that made it. */
  private TopicDescription describeNew() {
    long deadlineNs = System.nanoTime() + NEW_TOPIC_WITHIN.toNanos();
    while (true) {
      try {
        return Topics.describe(clients, name);
      } catch (UnknownTopicOrPartitionException notYet) {
        if (System.nanoTime() > deadlineNs) {
          throw notYet;
        }
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }

  private void create() throws ShippingStoppedException {
    // Replication is the broker's default.
    NewTopic topic = new NewTopic(name, Optional.of(1), Optional.empty()).configs(settings);
    try {
      clients.await(
          "the making of topic " + name, clients.admin().createTopics(List.of(topic)).all());
    } catch (TopicExistsException there) {
      // Somebody else has just created it.
    } catch (InvalidTopicException refused) {
      throw new ShippingStoppedException("topic " + name + ": " + refused.getMessage());
    }
  }

  private void mendSettings() {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    Config config =
        clients.await(
            "the settings of topic " + name,
            requireNonNull(
                clients.admin().describeConfigs(List.of(resource)).values().get(resource)));
    Map<String, String> wrong = new HashMap<>(settings);
    wrong.entrySet().removeIf(e -> e.getValue().equals(config.get(e.getKey()).value()));
    if (wrong.isEmpty()) {
      return;
    }
    List<AlterConfigOp> mends =
        wrong.entrySet().stream()
            .map(e -> new ConfigEntry(e.getKey(), e.getValue()))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    clients.await(
        "new settings of topic " + name,
        clients.admin().incrementalAlterConfigs(Map.of(resource, mends)).all());
    LOG.info("topic {} was there with other settings; set {}", name, wrong);
  }

  /** The topic's id now, or empty if it has gone. */
  Optional<Uuid> id() {
    try {
      return Optional.of(Topics.id(clients, name));
    } catch (UnknownTopicOrPartitionException gone) {
      return Optional.empty();
    }
  }

  static String notOnePartition(String name, int partitions) {
    return "topic " + name + " has " + partitions + " partitions, and order needs exactly 1";
  }

  /**
   * Waits until readers see everything before an offset. A commit is decided when the producer gets
   * its answer, and takes effect in the partition some moments later.
   *
   * @return false if that takes longer than {@code limit}
   */
  boolean awaitStable(long offset, Duration limit) {
    TopicPartition partition = new TopicPartition(name, 0);
    ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (true) {
      ListOffsetsResult ends =
          clients.admin().listOffsets(Map.of(partition, OffsetSpec.latest()), committed);
      if (clients.await("the end of " + name, ends.partitionResult(partition)).offset() >= offset) {
        return true;
      }
      if (System.nanoTime() > deadlineNs) {
        return false;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
