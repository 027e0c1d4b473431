package cis490.hostproc.lake;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.connect.IcebergSinkConfig;
import org.apache.iceberg.connect.IcebergSinkTask;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * Iceberg's sink task, whose commits go on whatever topics come and go.
 *
 * <p>Iceberg's task ends its coordinator, the thread that commits into the tables, each time its
 * consumer is rebalanced, and a new coordinator waits for a whole commit interval before it
 * commits. A new topic, or a deleted one, causes a rebalance: where one comes in each interval
 * nothing is ever committed. Here the coordinator lives as long as the task. docs/lake.md, "Why a
 * task of its own?".
 */
public final class LakeSinkTask extends IcebergSinkTask {

  /**
   * What the committer gets as lost by the task. It ends the coordinator if that is nothing, or has
   * the first of all partitions in it; of anything else it only does what it must: what was read
   * and is not committed is dropped, and will be read again.
   */
  private static final List<TopicPartition> NOT_THE_FIRST = List.of(new TopicPartition("none", 0));

  /** What it gets when the task ends. */
  private static final List<TopicPartition> ALL = List.of();

  /** How long a coordinator may wait for partitions that are gone, at each commit. */
  private static final long OUTDATED_MAX_NS = TimeUnit.MINUTES.toNanos(10);

  /** A killed predecessor counts as a member until its session ends: some seconds. */
  private static final long ALONE_WITHIN_NS = TimeUnit.MINUTES.toNanos(1);

  private static final long AGAIN_MS = 500;

  private int partitionsOfCoordinator;
  private long coordinatorSinceNs;

  /** As Connect makes it. */
  public LakeSinkTask() {}

  /**
   * Starts the task; first gives the coordinator its place in the control topic, unless it has one.
   *
   * @param props the connector's settings
   * @throws ConnectException if there is no control topic, or Kafka can't be asked
   */
  @Override
  public void start(Map<String, String> props) {
    IcebergSinkConfig config = new IcebergSinkConfig(props);
    try (Admin admin = Admin.create(new HashMap<>(config.kafkaProps()))) {
      fixPlace(admin, config.connectGroupId() + "-coord", config.controlTopic());
    } catch (InterruptedException interrupted) {
      throw new ConnectException("interrupted", interrupted);
    } catch (ExecutionException failure) {
      throw new ConnectException(
          "no place in " + config.controlTopic() + ": " + failure.getMessage(), failure);
    }
    super.start(props);
  }

  /**
   * The coordinator of a lake that has not committed yet must read the control topic from its
   * beginning. The worker, which shares its settings, must not: it would answer each commit that
   * was ever asked for. So the place is written down, and the setting is made for the worker.
   */
  private static void fixPlace(Admin admin, String group, String topic)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> missing = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> places =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    for (TopicPartitionInfo each :
        requireNonNull(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic))
            .partitions()) {
      TopicPartition partition = new TopicPartition(topic, each.partition());
      if (places.get(partition) == null) {
        missing.put(partition, OffsetSpec.earliest());
      }
    }
    if (!missing.isEmpty()) {
      Map<TopicPartition, OffsetAndMetadata> first = new HashMap<>();
      for (Map.Entry<TopicPartition, ListOffsetsResultInfo> each :
          admin.listOffsets(missing).all().get().entrySet()) {
        first.put(each.getKey(), new OffsetAndMetadata(each.getValue().offset()));
      }
      writeOnceAlone(admin, group, first);
    }
  }

  private static void writeOnceAlone(
      Admin admin, String group, Map<TopicPartition, OffsetAndMetadata> places)
      throws InterruptedException, ExecutionException {
    long beganNs = System.nanoTime();
    while (true) {
      try {
        admin.alterConsumerGroupOffsets(group, places).all().get();
        return;
      } catch (ExecutionException failure) {
        boolean isInUse =
            failure.getCause() instanceof UnknownMemberIdException
                || failure.getCause() instanceof RebalanceInProgressException;
        if (!isInUse || System.nanoTime() - beganNs > ALONE_WITHIN_NS) {
          throw failure;
        }
        Thread.sleep(AGAIN_MS);
      }
    }
  }

  /**
   * A coordinator waits for as many partitions as there were when it began. With more it is
   * content. With fewer it commits when its time is out, which works, but takes longer: so it is
   * replaced, though rarely, for a new one starts its interval again.
   *
   * @param partitions all that the task has from now on
   */
  @Override
  public void open(Collection<TopicPartition> partitions) {
    long nowNs = System.nanoTime();
    if (partitions.size() < partitionsOfCoordinator
        && nowNs - coordinatorSinceNs > OUTDATED_MAX_NS) {
      super.close(ALL);
      partitionsOfCoordinator = 0;
    }
    super.open(partitions);
    if (partitionsOfCoordinator == 0) {
      partitionsOfCoordinator = partitions.size();
      coordinatorSinceNs = nowNs;
    }
  }

  /**
   * The coordinator stays: it holds what was handed over to it, whoever reads which partition.
   *
   * @param partitions all that the task has had
   */
  @Override
  public void close(Collection<TopicPartition> partitions) {
    super.close(NOT_THE_FIRST);
  }
}
