package cis490.hostproc.ship;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.RefusedLineException;
import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.HiddenRecords;
import cis490.hostproc.kafka.OpenTransaction;
import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.kafka.TransactionCoordinator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * One connection: recover, then ship batches, each a transaction, until something goes wrong. After
 * an error of any kind there is nothing to do with it but close it; a new one recovers.
 *
 * <p>The order in {@link #recover} is what makes it exact. {@code initTransactions} first ends
 * whatever an earlier producer of this episode left behind, also what is still on its way; only
 * then does the topic's end say how far the file has come.
 */
final class ShipSession implements AutoCloseable {

  /** Bounds a transaction, beside {@link Pace#ROWS_MAX}: bytes of lines. */
  private static final long BATCH_BYTES_MAX = 16L * 1024 * 1024;

  /** Rows that are handed to the thread of the clients at once. */
  private static final int CHUNK_ROWS = 500;

  private static final Duration ROWS_VISIBLE_WITHIN = Duration.ofSeconds(10);

  private final ShipJob job;
  private final List<Header> constantHeaders;
  private final ShipFigures figures;
  private final byte[] key;
  private final Clients clients;
  private final Pace pace;
  private final KeptTopic topic;
  private final KeptTopic episodes;

  @SuppressWarnings("NullAway.Init")
  private TopicReader reader;

  @SuppressWarnings("NullAway.Init")
  private Producer<byte[], byte[]> producer;

  @SuppressWarnings("NullAway.Init")
  private Uuid topicId;

  private long nextOffset;

  /** Walks ahead while a batch is filled. */
  @SuppressWarnings("NullAway.Init")
  private JournalCursor cursor;

  @SuppressWarnings("NullAway.Init")
  private JournalCursor committed;

  private boolean caughtUp;

  /** {@code clients} are the session's from now on. */
  ShipSession(
      ShipJob job, Clients clients, Pace pace, List<Header> constantHeaders, ShipFigures figures) {
    this.job = job;
    this.clients = clients;
    this.pace = pace;
    this.constantHeaders = constantHeaders;
    this.figures = figures;
    this.key = job.replica().key();
    this.topic = KeptTopic.ofRows(clients, job.topic());
    this.episodes = KeptTopic.ofEpisodes(clients, job.replica().episodesTopic());
  }

  /**
   * Finds out how far the topic is, and proves that it is this file's beginning.
   *
   * @param known where the file was last known to be committed; saves hashing it again
   */
  void recover(JournalCursor known) throws Exception {
    if (topic.id().isEmpty()) {
      requireNotRetired();
    }
    topicId = topic.ensure();
    clients.watch(job.topic(), topicId);
    // Only now that the brokers have answered: in a long outage these two would be made in vain.
    reader = new TopicReader(clients, job.topic(), pace.fetchBytes());
    initTransactions();
    long end = OpenTransaction.awaitEnd(clients, job.topic(), ROWS_VISIBLE_WITHIN);
    if (reader.beginning() > 0) {
      throw new ShippingStoppedException(
          "topic "
              + job.topic()
              + " has lost its beginning: it starts at offset "
              + reader.beginning());
    }
    if (end == 0) {
      // Also where somebody else has made it: no row says whose it is.
      requireNotRetired();
    }
    nextOffset = end;
    Optional<ConsumerRecord<byte[], byte[]>> tail = reader.last(end);
    cursor = tail.isPresent() ? upTo(tail.get(), known) : job.start();
    committed = cursor.copy();
    reader.release();
    pace.noteRead();
  }

  /**
   * A missing topic may have been retired, and its rows are in the lake: they would arrive there
   * twice. So the manifest is asked for first, and must not be hidden by a transaction; those of
   * other episodes may be, since somebody's is nearly always open where there are many collectors.
   */
  private void requireNotRetired() throws Exception {
    String shared = job.replica().episodesTopic();
    if (episodes.id().isPresent() && HiddenRecords.haveKey(clients, shared, key)) {
      OpenTransaction.awaitEnd(clients, shared, ROWS_VISIBLE_WITHIN);
    }
    job.manifests().now();
  }

  /** With the time for a transaction that the brokers allow. */
  private void initTransactions() throws ShippingStoppedException {
    while (true) {
      producer = clients.producer(job.replica().transactionalId(), pace.transactionTimeout());
      try {
        clients.run("initTransactions", clients.blockLimit(), producer::initTransactions);
        return;
      } catch (TimeoutException noAnswer) {
        String why = clients.isBroken() ? null : TransactionCoordinator.problem(clients);
        throw why == null ? noAnswer : new TimeoutException(why);
      } catch (KafkaException failure) {
        // The producer passes on the words alone.
        if (!String.valueOf(failure.getMessage())
            .contains(Errors.INVALID_TRANSACTION_TIMEOUT.message())) {
          throw failure;
        }
        if (!pace.shortenTransactionTimeout()) {
          throw new ShippingStoppedException(
              "the brokers allow transactions of less than a second"
                  + " (transaction.max.timeout.ms): that is too short to ship anything");
        }
      }
    }
  }

  /**
   * Who has taken the transactional id from our producer; null if nobody has, or if that is
   * unknown. A broker that ends a transaction because it took too long looks the same to the
   * producer, but leaves it aborted; whoever takes it over leaves it empty, or has one of his own.
   */
  @Nullable String findRival() {
    try {
      TransactionDescription now =
          clients.await(
              "a look at the transaction",
              clients
                  .admin()
                  .describeTransactions(List.of(job.replica().transactionalId()))
                  .description(job.replica().transactionalId()));
      return switch (now.state()) {
        case EMPTY, ONGOING, PREPARE_COMMIT, COMPLETE_COMMIT ->
            "producer " + now.producerId() + ", epoch " + now.producerEpoch();
        default -> null;
      };
    } catch (KafkaException unknown) {
      return null;
    }
  }

  /** A cursor after the last row of the topic, if the file is the same up to there. */
  private JournalCursor upTo(ConsumerRecord<byte[], byte[]> tail, JournalCursor known)
      throws Exception {
    RowHeaders last = RowHeaders.of(tail);
    JournalCursor found = known.position() <= last.end() ? known.copy() : job.start();
    byte[] line = found.skipTo(Math.min(last.end(), job.source().length()));
    boolean same =
        found.position() == last.end()
            && found.lines() == last.seq() + 1
            && found.chain().equals(last.chain())
            && (line == null || Arrays.equals(line, tail.value()));
    if (!same) {
      throw new ShippingStoppedException(
          "topic "
              + job.topic()
              + " holds other rows than "
              + job.source().path()
              + ": "
              + firstDifference(last));
    }
    return found;
  }

  private String firstDifference(RowHeaders last) throws Exception {
    awaitVisible();
    String difference = readBack(job.source().length());
    return difference != null ? difference : "its last row has the headers " + last;
  }

  /** Sends the lines up to {@code durable}, or as many of them as a transaction holds. */
  void ship(long durable) throws Exception {
    long startNs = System.nanoTime();
    Acknowledgements acks = new Acknowledgements(nextOffset);
    long from = cursor.position();
    int rows = 0;
    int rowsMax = pace.rows();
    List<ProducerRecord<byte[], byte[]>> chunk = List.of();
    boolean isMore = true;
    while (isMore) {
      send(chunk, rows == chunk.size(), acks);
      chunk = nextChunk(durable, rows, Math.min(CHUNK_ROWS, rowsMax - rows));
      rows += chunk.size();
      isMore =
          chunk.size() == CHUNK_ROWS
              && rows < rowsMax
              && cursor.position() - from < BATCH_BYTES_MAX;
    }
    requireUnaltered(cursor);
    if (cursor.position() == from) {
      throw new IOException(job.source().path() + " has become shorter than it was");
    }
    if (rows > 0) {
      commit(chunk, rows, acks);
      long tookNs = System.nanoTime() - startNs;
      pace.noteCommit(tookNs);
      figures.noteCommit(tookNs);
    }
    committed = cursor.copy();
    caughtUp = cursor.position() >= durable;
  }

  /** As many lines as there are, up to {@code most}; {@code before} others were read already. */
  private List<ProducerRecord<byte[], byte[]>> nextChunk(long durable, int before, int most)
      throws IOException {
    List<ProducerRecord<byte[], byte[]>> chunk = new ArrayList<>();
    byte[] line = nextLine(durable, before);
    while (line != null) {
      chunk.add(record(line, RowHeaders.at(cursor)));
      line = chunk.size() < most ? nextLine(durable, before + chunk.size()) : null;
    }
    return chunk;
  }

  /** Null also before a line that is refused, if there are rows to be sent first. */
  private byte @Nullable [] nextLine(long durable, int rows) throws IOException {
    try {
      return cursor.next(durable);
    } catch (RefusedLineException refused) {
      if (rows == 0) {
        throw refused;
      }
      return null;
    }
  }

  /** Rows that others will follow in the same transaction. */
  private void send(
      List<ProducerRecord<byte[], byte[]>> chunk, boolean isFirst, Acknowledgements acks) {
    if (chunk.isEmpty()) {
      return;
    }
    pace.noteSent(chunk.size());
    clients.run("rows", sendLimit(), () -> sendAll(chunk, isFirst, acks));
  }

  private Duration sendLimit() {
    return clients.blockLimit().plus(clients.deliveryLimit());
  }

  private void sendAll(
      List<ProducerRecord<byte[], byte[]>> chunk, boolean isFirst, Acknowledgements acks) {
    if (isFirst) {
      producer.beginTransaction();
    }
    for (ProducerRecord<byte[], byte[]> each : chunk) {
      Future<?> unused = producer.send(each, acks);
      acks.checkSoFar();
    }
  }

  /**
   * Sends the last rows of a transaction and commits it, in one call: handing a call to another
   * thread costs as much as sending some rows.
   */
  private void commit(List<ProducerRecord<byte[], byte[]>> last, int rows, Acknowledgements acks) {
    boolean isOfNewTopic = nextOffset == 0;
    pace.noteSent(last.size());
    clients.run(
        "a transaction",
        sendLimit().plus(clients.blockLimit()),
        () -> {
          sendAll(last, rows == last.size(), acks);
          producer.flush();
          acks.check(rows);
          if (!isOfNewTopic) {
            producer.commitTransaction();
          }
        });
    if (isOfNewTopic) {
      checkTopicId();
      clients.run("the commit", clients.blockLimit(), producer::commitTransaction);
    }
    nextOffset = afterMarker(nextOffset + rows - 1);
  }

  /** What was read must be what was written: nothing else is committed. */
  private void requireUnaltered(JournalCursor read) throws Exception {
    String alteration = job.source().alteration(read);
    if (alteration != null) {
      abort();
      throw new ShippingStoppedException(alteration);
    }
  }

  /** Otherwise readers would wait until it times out. */
  private void abort() {
    try {
      clients.run("the abort", clients.blockLimit(), producer::abortTransaction);
    } catch (KafkaException | IllegalStateException notNow) {
      // None was begun, or the brokers are away: the next session's initTransactions ends it.
    }
  }

  private ProducerRecord<byte[], byte[]> record(byte[] line, RowHeaders headers) {
    return new ProducerRecord<>(job.topic(), 0, key, line, headers.with(constantHeaders));
  }

  /**
   * A topic that somebody else deleted comes back empty, created by the broker with its own
   * settings. Rows that are not its first ones are then told by their offsets.
   */
  private void checkTopicId() {
    if (!topic.id().equals(Optional.of(topicId))) {
      throw new KafkaException("topic " + job.topic() + " was deleted or created again");
    }
  }

  /** The commit marker also takes an offset. */
  private static long afterMarker(long lastOffset) {
    return lastOffset + 2;
  }

  /**
   * Compares the whole topic with all of the file that is committed: the first difference in words,
   * or null.
   */
  @Nullable String readBack() throws Exception {
    awaitVisible();
    figures.noteReadingBack();
    reader = new TopicReader(clients, job.topic(), pace.fetchBytes());
    String difference = readBack(committed.position());
    reader.release();
    pace.noteRead();
    return difference;
  }

  private void awaitVisible() {
    if (!topic.awaitStable(nextOffset, ROWS_VISIBLE_WITHIN)) {
      throw new TimeoutException("committed rows of " + job.topic() + " do not become visible");
    }
  }

  private @Nullable String readBack(long length) throws Exception {
    ReadBack readBack = new ReadBack(job.start(), length, key, constantHeaders);
    reader.forEach(
        record -> {
          figures.noteRowReadBack();
          return readBack.visit(record);
        });
    RowDifference difference = readBack.atEnd();
    if (difference == null) {
      return null;
    }
    requireUnaltered(readBack.cursor());
    return difference.inShort();
  }

  /** A place in the file: all before it is committed. */
  JournalCursor committed() {
    return committed;
  }

  /** Whether the last batch took all there was. */
  boolean isCaughtUp() {
    return caughtUp || committed.position() >= job.source().length();
  }

  /** Without waiting: what is unfinished, the next session's initTransactions ends. */
  @Override
  public void close() {
    clients.close();
  }
}
