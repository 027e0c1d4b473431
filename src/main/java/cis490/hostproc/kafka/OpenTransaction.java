package cis490.hostproc.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A transaction in a topic that is not ours and is not ended. No reader of committed rows sees
 * anything after its first record, so the topic's end can't be known, and nothing may be sent. The
 * brokers end it by its timeout, unless they have lost what they knew of it (KIP-664).
 */
public final class OpenTransaction {

  private static final Duration POLL = Duration.ofMillis(50);

  private OpenTransaction() {}

  /**
   * Where a topic ends, once no transaction is open in it.
   *
   * @param clients reach the brokers
   * @param topic its only partition is looked at
   * @param limit how long an open one is waited for
   * @return offset after the last record or marker
   * @throws TimeoutException that names the transaction which is open still
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public static long awaitEnd(Clients clients, String topic, Duration limit)
      throws InterruptedException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (true) {
      long stable = stableEnd(clients, topic);
      if (end(clients, topic) <= stable) {
        return stable;
      }
      if (System.nanoTime() > deadlineNs) {
        throw new TimeoutException(describe(clients, topic, stable));
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  /** Where readers of committed records stop. */
  static long stableEnd(Clients clients, String topic) {
    return end(clients, topic, IsolationLevel.READ_COMMITTED);
  }

  /** Where the topic ends. */
  static long end(Clients clients, String topic) {
    return end(clients, topic, IsolationLevel.READ_UNCOMMITTED);
  }

  private static long end(Clients clients, String topic, IsolationLevel isolation) {
    TopicPartition partition = new TopicPartition(topic, 0);
    return clients
        .await(
            "the end of " + topic,
            clients
                .admin()
                .listOffsets(
                    Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                .partitionResult(partition))
        .offset();
  }

  /** Who has the first one, and what ends it. There can be more; each hides everything after it. */
  private static String describe(Clients clients, String topic, long stableEnd) {
    String open = "a transaction is open in " + topic + " from offset " + stableEnd + " on";
    TopicPartition partition = new TopicPartition(topic, 0);
    try {
      Optional<ProducerState> first =
          clients
              .await(
                  "the producers of " + topic,
                  clients.admin().describeProducers(List.of(partition)).partitionResult(partition))
              .activeProducers()
              .stream()
              .filter(each -> each.currentTransactionStartOffset().isPresent())
              .min(Comparator.comparingLong(OpenTransaction::startOffset));
      if (first.isPresent()) {
        ProducerState producer = first.get();
        return open + ", of producer " + producer.producerId() + end(clients, topic, producer);
      }
    } catch (KafkaException notTold) {
      // It is there all the same.
    }
    return open;
  }

  private static long startOffset(ProducerState producer) {
    return producer.currentTransactionStartOffset().orElse(Long.MAX_VALUE);
  }

  private static String end(Clients clients, String topic, ProducerState producer) {
    Collection<TransactionListing> known =
        clients.await(
            "the transactions of producer " + producer.producerId(),
            clients
                .admin()
                .listTransactions(
                    new ListTransactionsOptions().filterProducerIds(Set.of(producer.producerId())))
                .all());
    for (TransactionListing each : known) {
      return " (" + each.transactionalId() + "); the brokers end it when its time is over";
    }
    return ", and the brokers know nothing of it any more: it never ends by itself. End it:"
        + " kafka-transactions.sh --bootstrap-server "
        + clients.settings().bootstrapServers()
        + " abort --topic "
        + topic
        + " --partition 0 --start-offset "
        + startOffset(producer);
  }
}
