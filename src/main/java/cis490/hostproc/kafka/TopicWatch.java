package cis490.hostproc.kafka;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Finds out during a long wait whether the topic is still there. Kafka's clients go on asking for a
 * deleted topic until their own limits are over, 20 seconds and more. Does not wait itself.
 */
final class TopicWatch {

  /** An answer usually comes sooner; one that does not is worth a question. */
  private static final long ASK_AFTER_NS = Duration.ofSeconds(2).toNanos();

  private final Admin admin;
  private final String name;
  private final Uuid id;
  private long askedAtNs;
  private volatile boolean isAsking;
  private volatile boolean isGone;

  TopicWatch(Admin admin, String name, Uuid id) {
    this.admin = admin;
    this.name = name;
    this.id = id;
    this.askedAtNs = System.nanoTime() - ASK_AFTER_NS;
  }

  /**
   * Called now and then during a wait, by the thread that waits.
   *
   * @param waitingSinceNs {@link System#nanoTime()}
   * @throws KafkaException if the topic is not the one that it was
   */
  void look(long waitingSinceNs) {
    if (isGone) {
      throw new KafkaException("topic " + name + " was deleted or created again");
    }
    long nowNs = System.nanoTime();
    boolean isDue = nowNs - waitingSinceNs > ASK_AFTER_NS && nowNs - askedAtNs > ASK_AFTER_NS;
    if (isDue && !isAsking) {
      isAsking = true;
      askedAtNs = nowNs;
      KafkaFuture<?> unused =
          requireNonNull(admin.describeTopics(List.of(name)).topicNameValues().get(name))
              .whenComplete(
                  (found, failure) -> {
                    isGone = isOther(found, failure);
                    isAsking = false;
                  });
    }
  }

  /** Brokers that do not answer say nothing about the topic. */
  private boolean isOther(TopicDescription found, Throwable failure) {
    return failure == null
        ? !found.topicId().equals(id)
        : failure instanceof UnknownTopicOrPartitionException;
  }
}
