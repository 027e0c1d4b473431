package cis490.hostproc.kafka;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the one partition of a topic, committed records only, up to where it ended when asked.
 *
 * <p>Markers and aborted records take offsets and are never handed out, so a poll can come back
 * empty before the end: the position, not the records, says when it is reached.
 */
public final class TopicReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  /** Without any progress for this long the broker counts as gone. */
  private static final Duration STALLED_AFTER = Duration.ofSeconds(20);

  /** Bytes that one fetch brings: even on a slow link it arrives before Kafka asks again. */
  public static final int FETCH_BYTES = 256 * 1024;

  private final Clients clients;
  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;

  /**
   * Reads with clients that are there already.
   *
   * @param clients are closed with this
   * @param topic must exist; its only partition is read
   */
  public TopicReader(Clients clients, String topic) {
    this(clients, topic, FETCH_BYTES);
  }

  /**
   * The same with smaller fetches.
   *
   * @param clients are closed with this
   * @param topic must exist; its only partition is read
   * @param fetchBytes one fetch may bring this much
   */
  public TopicReader(Clients clients, String topic, int fetchBytes) {
    this.clients = clients;
    this.consumer = clients.consumer(fetchBytes);
    this.partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
  }

  /**
   * Connects to a topic that must exist.
   *
   * @param settings where the brokers are
   * @param topic its only partition is read
   * @param clientId the consumer's name
   * @return the reader, to be closed
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is none
   * @throws TimeoutException if no broker answers
   */
  public static TopicReader open(KafkaSettings settings, String topic, String clientId) {
    Clients clients = Clients.open(settings, clientId);
    try {
      clients.watch(topic, Topics.id(clients, topic));
      return new TopicReader(clients, topic);
    } catch (RuntimeException failure) {
      clients.close();
      throw failure;
    }
  }

  /** What to do with a record. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Sees one record, in order.
     *
     * @param record key, value and headers
     * @return false to stop
     * @throws Exception to stop, and hand it to the caller of {@link TopicReader#forEach}
     */
    boolean visit(ConsumerRecord<byte[], byte[]> record) throws Exception;
  }

  /**
   * Where committed records end now (the last stable offset).
   *
   * @return offset after the last one, or after the marker behind it
   */
  public long end() {
    return ask("the end of the topic", () -> consumer.endOffsets(List.of(partition)));
  }

  /**
   * Where the topic begins.
   *
   * @return 0 unless records were deleted
   */
  public long beginning() {
    return ask("the beginning of the topic", () -> consumer.beginningOffsets(List.of(partition)));
  }

  private long ask(String what, Callable<Map<TopicPartition, Long>> question) {
    return requireNonNull(clients.call(what, clients.apiLimit(), question).get(partition));
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    return clients.call("a fetch", clients.apiLimit(), () -> consumer.poll(POLL));
  }

  private long position() {
    return clients.call(
        "a place in the topic", clients.apiLimit(), () -> consumer.position(partition));
  }

  /**
   * All records from the beginning up to where the topic ends now.
   *
   * @param visitor sees each
   * @throws TimeoutException if the broker gives nothing for long
   * @throws Exception of the visitor
   */
  public void forEach(Visitor visitor) throws Exception {
    forEach(beginning(), end(), visitor);
  }

  /**
   * All records between two offsets.
   *
   * @param from the first
   * @param end after the last, from {@link #end()}
   * @param visitor sees each
   * @throws TimeoutException if the broker gives nothing for long
   * @throws Exception of the visitor
   */
  public void forEach(long from, long end, Visitor visitor) throws Exception {
    consumer.seek(partition, from);
    long movedAtNs = System.nanoTime();
    long position = from;
    while (position < end) {
      ConsumerRecords<byte[], byte[]> polled = poll();
      for (ConsumerRecord<byte[], byte[]> record : polled) {
        if (record.offset() >= end || !visitor.visit(record)) {
          return;
        }
      }
      long now = position();
      if (now > position) {
        position = now;
        movedAtNs = System.nanoTime();
      } else if (System.nanoTime() - movedAtNs > STALLED_AFTER.toNanos()) {
        throw new TimeoutException(
            "no progress at offset " + position + " of " + end + " in " + partition.topic());
      } else {
        clients.look(movedAtNs);
      }
    }
  }

  /**
   * The last record before an offset.
   *
   * @param end from {@link #end()}
   * @return the record, or empty if there is none
   * @throws Exception if the topic can't be read
   */
  public Optional<ConsumerRecord<byte[], byte[]>> last(long end) throws Exception {
    long beginning = beginning();
    // A marker follows each transaction, and aborted ones can be long: look ever farther back.
    for (long back = 1; ; back *= 4) {
      long from = Math.max(beginning, end - back);
      LastVisitor last = new LastVisitor();
      forEach(from, end, last);
      if (last.record != null || from == beginning) {
        return Optional.ofNullable(last.record);
      }
    }
  }

  /**
   * The last record with a key between two offsets. Where clients are shared each record is read
   * once for all who ask.
   *
   * @param key of the record
   * @param from not before this
   * @param end from {@link #end()}
   * @return the record, or empty if there is none
   * @throws Exception if the topic can't be read
   */
  public Optional<ConsumerRecord<byte[], byte[]>> lastOf(byte[] key, long from, long end)
      throws Exception {
    KeyIndex index = clients.keyIndex(partition.topic());
    if (index == null) {
      return lastOf(key, from, end, new LastVisitor());
    }
    OptionalLong offset = index.lastOf(key, this, end);
    if (offset.isEmpty() || offset.getAsLong() < from) {
      return Optional.empty();
    }
    Optional<ConsumerRecord<byte[], byte[]>> there =
        lastOf(key, offset.getAsLong(), Math.min(end, offset.getAsLong() + 1), new LastVisitor());
    // Another key may share its place.
    return there.isPresent() ? there : lastOf(key, from, end, new LastVisitor());
  }

  private Optional<ConsumerRecord<byte[], byte[]>> lastOf(
      byte[] key, long from, long end, LastVisitor last) throws Exception {
    forEach(from, end, record -> !Arrays.equals(key, record.key()) || last.visit(record));
    return Optional.ofNullable(last.record);
  }

  /** Nothing more is read with this, and nothing has failed: its consumer can serve others. */
  public void release() {
    clients.releaseConsumer();
  }

  /** Without waiting. */
  @Override
  public void close() {
    clients.close();
  }

  private static final class LastVisitor implements Visitor {
    private @Nullable ConsumerRecord<byte[], byte[]> record;

    @Override
    public boolean visit(ConsumerRecord<byte[], byte[]> seen) {
      record = seen;
      return true;
    }
  }
}
