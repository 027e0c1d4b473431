package cis490.hostproc.ship;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * A transaction in a topic that is not ours and is not ended. No reader of committed rows sees
 * anything behind its first record, so that the topic's end can't be known, and nothing may be
 * sent. The brokers end it by its timeout, unless they have lost what they knew of it (KIP-664).
 */
final class OpenTransaction {

  private OpenTransaction() {}

  /**
   * Whether there is one.
   *
   * @param clients reach the brokers
   * @param topic its only partition is looked at
   * @param stableEnd where its committed records ended, before this is asked
   * @return false if that is where all its records end
   */
  static boolean isThere(Clients clients, String topic, long stableEnd) {
    TopicPartition partition = new TopicPartition(topic, 0);
    long end =
        clients
            .await(
                "the end of " + topic,
                clients
                    .admin()
                    .listOffsets(
                        Map.of(partition, OffsetSpec.latest()),
                        new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .partitionResult(partition))
            .offset();
    return end > stableEnd;
  }

  /**
   * Whose it is, and what ends it.
   *
   * @param clients reach the brokers
   * @param topic its only partition is looked at
   * @param stableEnd where its committed records end
   * @return on one line
   */
  static String describe(Clients clients, String topic, long stableEnd) {
    String open = "a transaction is open in " + topic + " from offset " + stableEnd + " on";
    TopicPartition partition = new TopicPartition(topic, 0);
    try {
      for (ProducerState each :
          clients
              .await(
                  "the producers of " + topic,
                  clients.admin().describeProducers(List.of(partition)).partitionResult(partition))
              .activeProducers()) {
        if (each.currentTransactionStartOffset().isPresent()) {
          long from = each.currentTransactionStartOffset().getAsLong();
          return open + ", of producer " + each.producerId() + end(clients, topic, each, from);
        }
      }
    } catch (KafkaException notTold) {
      // It is there all the same.
    }
    return open;
  }

  private static String end(Clients clients, String topic, ProducerState producer, long from) {
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
        + from;
  }
}
