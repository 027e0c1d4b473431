package cis490.hostproc.ship;

import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.kafka.Topics;
import org.jspecify.annotations.Nullable;

/** A topic's one partition as it was when opened: committed records, the first to the last. */
final class WholeTopic implements AutoCloseable {

  private final TopicReader reader;
  private final String name;
  private final int partitions;
  private final long beginning;
  private final long end;

  private WholeTopic(TopicReader reader, String name, int partitions) {
    this.reader = reader;
    this.name = name;
    this.partitions = partitions;
    this.beginning = reader.beginning();
    this.end = reader.end();
  }

  /**
   * Connects to a topic that must exist, and asks where it ends.
   *
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is none
   * @throws org.apache.kafka.common.errors.TimeoutException if no broker answers
   */
  static WholeTopic open(KafkaSettings settings, String name, String clientId) {
    Clients clients = Clients.open(settings, clientId);
    try {
      int partitions = Topics.describe(clients, name).partitions().size();
      return new WholeTopic(new TopicReader(clients, name), name, partitions);
    } catch (RuntimeException failure) {
      clients.close();
      throw failure;
    }
  }

  void forEach(TopicReader.Visitor visitor) throws Exception {
    reader.forEach(beginning, end, visitor);
  }

  /** What is wrong with the topic itself, whatever its rows are; null if nothing. */
  @Nullable RowDifference problem() {
    if (partitions != 1) {
      return new RowDifference(KeptTopic.notOnePartition(name, partitions), null, null);
    }
    if (beginning > 0) {
      String what = "the topic has lost its beginning: it starts at offset " + beginning;
      return new RowDifference(what, null, null);
    }
    return null;
  }

  /** Without waiting. */
  @Override
  public void close() {
    reader.close();
  }
}
