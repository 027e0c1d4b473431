package cis490.hostproc.lake;

import cis490.hostproc.episode.EpisodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** What is in the episodes' topics, and how far the lake is, by clients that are in no group. */
final class LakeOffsets implements LakeStall.Finder, AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final long FIND_WITHIN_NS = TimeUnit.SECONDS.toNanos(10);

  /** Of what each of the two asks Kafka. */
  private static final int ANSWER_WITHIN_MS = 15_000;

  private final String group;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final LakeConverter converter = new LakeConverter();

  /** Up to there it was read, and no row is behind what is committed. */
  private final Map<TopicPartition, Long> emptyUpTo = new HashMap<>();

  /**
   * Opens the clients.
   *
   * @param client settings of a Kafka client
   * @param group of the lake's consumer
   */
  LakeOffsets(Map<String, Object> client, String group) {
    this.group = group;
    Map<String, Object> config = new HashMap<>(client);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MS);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_WITHIN_MS);
    admin = Admin.create(config);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // A topic that is retired must not come back because somebody looks at it.
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1 << 16);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1 << 20);
    consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  LakeStall.Look look() throws InterruptedException, ExecutionException {
    Set<TopicPartition> partitions = new HashSet<>();
    for (List<PartitionInfo> topic : consumer.listTopics().values()) {
      for (PartitionInfo each : topic) {
        if (each.topic().equals(EpisodeId.EPISODES_TOPIC)
            || each.topic().startsWith(EpisodeId.TOPIC_PREFIX)) {
          partitions.add(new TopicPartition(each.topic(), each.partition()));
        }
      }
    }
    emptyUpTo.keySet().retainAll(partitions);
    return new LakeStall.Look(
        consumer.endOffsets(partitions),
        places(group),
        places(group + "-coord").values().stream().mapToLong(Long::longValue).sum());
  }

  private Map<TopicPartition, Long> places(String of)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, Long> places = new HashMap<>();
    for (Map.Entry<TopicPartition, OffsetAndMetadata> each :
        admin.listConsumerGroupOffsets(of).partitionsToOffsetAndMetadata().get().entrySet()) {
      if (each.getValue() != null) {
        places.put(each.getKey(), each.getValue().offset());
      }
    }
    return places;
  }

  /**
   * After the last row are transaction markers, aborted rows, and records that are not rows: all
   * that is never committed. So it is read, once.
   */
  @Override
  public LakeStall.@Nullable Row find(LakeStall.Look look) {
    List<TopicPartition> open = new ArrayList<>();
    look.ends().forEach((each, end) -> openIfMore(look, each, end, open));
    try {
      consumer.assign(open);
      open.forEach(each -> consumer.seek(each, from(look, each)));
      long beganNs = System.nanoTime();
      while (!open.isEmpty() && System.nanoTime() - beganNs < FIND_WITHIN_NS) {
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
          if (isRow(each)) {
            return new LakeStall.Row(
                new TopicPartition(each.topic(), each.partition()), each.offset());
          }
        }
        open.removeIf(each -> isRead(look, each));
      }
      return null;
    } finally {
      consumer.assign(List.of());
    }
  }

  private void openIfMore(
      LakeStall.Look look, TopicPartition partition, long end, List<TopicPartition> open) {
    if (end > from(look, partition)) {
      open.add(partition);
    }
  }

  private long from(LakeStall.Look look, TopicPartition partition) {
    return Math.max(
        look.committed().getOrDefault(partition, 0L), emptyUpTo.getOrDefault(partition, 0L));
  }

  private boolean isRead(LakeStall.Look look, TopicPartition partition) {
    long position = consumer.position(partition);
    if (position < look.ends().getOrDefault(partition, 0L)) {
      return false;
    }
    emptyUpTo.put(partition, position);
    return true;
  }

  private boolean isRow(ConsumerRecord<byte[], byte[]> each) {
    try {
      return converter.toConnectData(each.topic(), each.headers(), each.value()).value() != null;
    } catch (DataException deadLetter) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      consumer.close();
      admin.close(Duration.ofMillis(ANSWER_WITHIN_MS));
    } catch (InterruptException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
