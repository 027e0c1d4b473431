package cis490.hostproc.ship;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.FailureText;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.NotKafkaException;
import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.kafka.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An episode's rows from the first, and new ones as they arrive: each once, in order, whatever
 * happens to the topic meanwhile. Rows are handed out only after a look that it is still the same
 * topic. One that was created again is read from its beginning: if it has the same rows, it goes on
 * after them.
 */
public final class TopicFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** A running collector creates a deleted topic again within seconds; nobody else does. */
  private static final Duration MADE_ANEW_WITHIN = Duration.ofSeconds(10);

  private final KafkaSettings settings;
  private final String clientId;
  private final TopicPartition partition;

  /** Of what was handed out. */
  private final RowSequence handedOut = new RowSequence();

  /** Of the topic as it is: another one while it is read again, up to what was handed out. */
  private RowSequence seen = handedOut;

  /** Null until it is made, on the way to the next record. */
  private @Nullable Consumer<byte[], byte[]> consumer;

  /** Null after a failure that makes them useless. */
  private @Nullable Clients clients;

  @SuppressWarnings("NullAway.Init")
  private TopicDescription description;

  private long rereadAtRow = -1;
  private long lookedAtNs;
  private long goneSinceNs;
  private long awaySinceNs;
  private boolean away;
  private boolean madeAnew;

  private TopicFollower(KafkaSettings settings, String topic, String clientId) {
    this.settings = settings;
    this.clientId = clientId;
    this.partition = new TopicPartition(topic, 0);
    this.clients = Clients.open(settings, clientId);
  }

  /**
   * Connects to a topic that must exist.
   *
   * @param settings where the brokers are
   * @param topic of an episode's rows
   * @param clientId the clients' name
   * @return the follower, to be closed
   * @throws UnknownTopicOrPartitionException if there is none
   * @throws org.apache.kafka.common.errors.TimeoutException if no broker answers
   * @throws ShippingStoppedException if the topic can't hold all rows in order
   */
  public static TopicFollower open(KafkaSettings settings, String topic, String clientId)
      throws ShippingStoppedException {
    TopicFollower follower = new TopicFollower(settings, topic, clientId);
    try {
      follower.description = follower.clients().await("a look at the topic", follower.describe());
      follower.begin();
      return follower;
    } catch (RuntimeException | ShippingStoppedException failure) {
      follower.close();
      throw failure;
    }
  }

  /**
   * All rows that a topic has now, and no others to come.
   *
   * @param settings where the brokers are
   * @param topic of an episode's rows
   * @param clientId the clients' name
   * @param visitor sees each
   * @throws UnknownTopicOrPartitionException if there is no such topic, or no more
   * @throws org.apache.kafka.common.errors.TimeoutException if no broker answers
   * @throws ShippingStoppedException if the topic has not each row once, in order
   * @throws Exception of the visitor, or if the topic can't be read
   */
  public static void read(
      KafkaSettings settings, String topic, String clientId, TopicReader.Visitor visitor)
      throws Exception {
    try (Clients clients = Clients.open(settings, clientId)) {
      Uuid before = Topics.id(clients, topic);
      readOnce(settings, topic, clientId, visitor);
      if (!Topics.id(clients, topic).equals(before)) {
        throw new ShippingStoppedException(
            "topic " + topic + " was created again while it was read");
      }
    }
  }

  private static void readOnce(
      KafkaSettings settings, String topic, String clientId, TopicReader.Visitor visitor)
      throws Exception {
    try (WholeTopic whole = WholeTopic.open(settings, topic, clientId)) {
      RowDifference problem = whole.problem();
      if (problem != null) {
        String what = problem.what();
        throw new ShippingStoppedException(what.contains(topic) ? what : topic + ": " + what);
      }
      RowSequence rows = new RowSequence();
      whole.forEach(
          record -> {
            rows.pass(record);
            return visitor.visit(record);
          });
    }
  }

  /**
   * All rows, until it is stopped.
   *
   * @param visitor sees each
   * @param stop asked several times a second
   * @throws ShippingStoppedException if the topic has not, or no more, the rows that were handed
   *     out, and those that follow them
   * @throws Exception of the visitor, or if the topic can't be read
   */
  public void follow(TopicReader.Visitor visitor, BooleanSupplier stop) throws Exception {
    boolean goOn = true;
    while (goOn && !stop.getAsBoolean()) {
      try {
        goOn = step(visitor, stop);
      } catch (InvalidOffsetException lost) {
        reread("topic " + topic() + " has lost rows: " + lost.getMessage());
      } catch (RetriableException | NotKafkaException noAnswer) {
        isAway(noAnswer);
      }
    }
  }

  /** False once the visitor wants no more. */
  private boolean step(TopicReader.Visitor visitor, BooleanSupplier stop) throws Exception {
    if (consumer == null) {
      begin();
    }
    Consumer<byte[], byte[]> from = requireNonNull(consumer);
    Clients clients = clients();
    ConsumerRecords<byte[], byte[]> polled =
        clients.call("a fetch", clients.apiLimit(), () -> from.poll(POLL));
    boolean due = System.nanoTime() - lookedAtNs > LOOK_EVERY.toNanos();
    if ((!polled.isEmpty() || due) && look(stop)) {
      for (ConsumerRecord<byte[], byte[]> record : polled) {
        if (!take(record, visitor)) {
          // What was polled behind it is read again.
          return consumer == null;
        }
      }
    }
    return true;
  }

  /** From the first row of the topic as it is now. */
  private void begin() throws ShippingStoppedException {
    int partitions = description.partitions().size();
    if (partitions != 1) {
      throw new ShippingStoppedException(KeptTopic.notOnePartition(topic(), partitions));
    }
    if (this.clients == null) {
      this.clients = Clients.open(settings, clientId);
    }
    Clients clients = clients();
    Consumer<byte[], byte[]> made = clients.follower();
    made.assign(List.of(partition));
    long beginning =
        requireNonNull(
            clients
                .call(
                    "the beginning of the topic",
                    clients.apiLimit(),
                    () -> made.beginningOffsets(List.of(partition)))
                .get(partition));
    if (beginning > 0) {
      throw new ShippingStoppedException(
          "topic " + topic() + " has lost its beginning: it starts at offset " + beginning);
    }
    made.seek(partition, 0);
    consumer = made;
  }

  /** The next row, to be handed out unless it was; false to read no more of what was polled. */
  private boolean take(ConsumerRecord<byte[], byte[]> record, TopicReader.Visitor visitor)
      throws Exception {
    try {
      seen.pass(record);
    } catch (ShippingStoppedException otherRow) {
      reread(otherRow.getMessage());
      return false;
    }
    if (seen == handedOut) {
      return visitor.visit(record);
    }
    if (seen.rows() == handedOut.rows()) {
      if (!Objects.equals(seen.chain(), handedOut.chain())) {
        throw new ShippingStoppedException(
            "topic " + topic() + " was created again, with other rows than were read before");
      }
      if (madeAnew) {
        LOG.info("topic {} has the same {} rows again; going on behind them", topic(), seen.rows());
      }
      madeAnew = false;
      seen = handedOut;
    }
    return true;
  }

  /**
   * The topic is not any more what it was, or it never was in order. The first may repair itself if
   * a shipper fills it again from the file.
   *
   * @throws ShippingStoppedException if that was tried already
   */
  private void reread(@Nullable String why) throws ShippingStoppedException {
    if (seen != handedOut || rereadAtRow == handedOut.rows()) {
      throw new ShippingStoppedException(why);
    }
    rereadAtRow = handedOut.rows();
    readAnew();
  }

  private void readAnew() {
    seen = handedOut.rows() == 0 ? handedOut : new RowSequence();
    consumer = null;
  }

  /**
   * Waits for an answer that the topic is still the same. What was polled before it is then of this
   * topic: an id never comes back.
   *
   * @return false if it is another one, or if stopped
   */
  private boolean look(BooleanSupplier stop) throws ShippingStoppedException {
    while (!stop.getAsBoolean()) {
      try {
        TopicDescription now = clients().await("a look at the topic", describe(), stop);
        lookedAtNs = System.nanoTime();
        if (now != null) {
          return isSame(now);
        }
      } catch (UnknownTopicOrPartitionException none) {
        answered();
        isGone();
      } catch (RetriableException | NotKafkaException noAnswer) {
        isAway(noAnswer);
        if (consumer == null) {
          return false;
        }
      }
    }
    return false;
  }

  private KafkaFuture<TopicDescription> describe() {
    return requireNonNull(
        clients().admin().describeTopics(List.of(topic())).topicNameValues().get(topic()));
  }

  private Clients clients() {
    return requireNonNull(clients);
  }

  private boolean isSame(TopicDescription now) {
    answered();
    goneSinceNs = 0;
    boolean same = now.topicId().equals(description.topicId());
    if (!same) {
      LOG.warn(
          "topic {} was deleted and created again; {} rows of it were read",
          topic(),
          handedOut.rows());
      description = now;
      madeAnew = true;
      readAnew();
    }
    return same;
  }

  /** A running collector creates it again, but nobody else does. */
  private void isGone() throws ShippingStoppedException {
    long now = System.nanoTime();
    if (goneSinceNs == 0) {
      goneSinceNs = now;
      LOG.warn("topic {} is gone; {} rows of it were read", topic(), handedOut.rows());
    }
    if (now - goneSinceNs > MADE_ANEW_WITHIN.toNanos()) {
      throw new ShippingStoppedException(
          "topic " + topic() + " was deleted, after " + handedOut.rows() + " rows of it were read");
    }
    LockSupport.parkNanos(POLL.toNanos());
  }

  private void isAway(KafkaException why) {
    if (clients != null && clients.isBroken()) {
      clients.close();
      clients = null;
      readAnew();
    }
    if (!away) {
      away = true;
      awaySinceNs = System.nanoTime();
      LOG.warn(
          "Kafka on {} does not answer: {}",
          settings.bootstrapServers(),
          FailureText.describe(why));
    }
    LockSupport.parkNanos(POLL.toNanos());
  }

  private void answered() {
    if (away) {
      away = false;
      long awayMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - awaySinceNs);
      LOG.info("Kafka on {} answers again, after {} ms", settings.bootstrapServers(), awayMs);
    }
  }

  private String topic() {
    return partition.topic();
  }

  /** Without waiting. */
  @Override
  public void close() {
    if (clients != null) {
      clients.close();
    }
  }
}
