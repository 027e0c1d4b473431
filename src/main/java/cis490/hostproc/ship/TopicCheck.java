package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.journal.JournalCursor;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;

/** Holds a whole topic, as it was when opened, against a file. Alters neither. */
public final class TopicCheck implements AutoCloseable {

  private final TopicReader reader;
  private final String topic;
  private final int partitions;
  private final long beginning;
  private final long end;
  private long rows;

  /**
   * What came out.
   *
   * @param rows records in the topic, committed
   * @param difference the first place where topic and file are not the same, null if they are equal
   */
  public record Result(long rows, RowDifference difference) {}

  private TopicCheck(TopicReader reader, String topic, int partitions) {
    this.reader = reader;
    this.topic = topic;
    this.partitions = partitions;
    this.beginning = reader.beginning();
    this.end = reader.end();
  }

  /**
   * Connects to a topic that must exist, and asks where it ends. What is appended to file and topic
   * from now on is in the file first, so the file's length is to be asked after this.
   *
   * @param settings where the brokers are
   * @param topic which
   * @param clientId the consumer's name
   * @return the check, to be closed
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is none
   * @throws org.apache.kafka.common.errors.TimeoutException if no broker answers
   */
  public static TopicCheck open(KafkaSettings settings, String topic, String clientId) {
    int partitions;
    try (Admin admin = settings.admin(clientId)) {
      partitions = OracleTopic.partitions(admin, topic);
    }
    TopicReader reader = new TopicReader(settings.consumer(clientId), topic);
    try {
      return new TopicCheck(reader, topic, partitions);
    } catch (RuntimeException failure) {
      reader.close();
      throw failure;
    }
  }

  /**
   * Reads all of the topic, behind a difference too.
   *
   * @param start the file's beginning
   * @param length bytes of the file, at the end of a line
   * @param key what each record should have
   * @param headers what each record should have, beside those that differ from row to row
   * @param progress told after each record how many there were
   * @return how many there are, and whether they are the file's
   * @throws Exception if topic or file can't be read
   */
  public Result compare(
      JournalCursor start,
      long length,
      String key,
      Map<String, String> headers,
      LongConsumer progress)
      throws Exception {
    ReadBack readBack =
        new ReadBack(start, length, key.getBytes(UTF_8), RowHeaders.constants(headers));
    rows = 0;
    reader.forEach(
        beginning,
        end,
        record -> {
          readBack.visit(record);
          rows++;
          progress.accept(rows);
          return true;
        });
    RowDifference ofTopic = ofTopic();
    return new Result(rows, ofTopic != null ? ofTopic : readBack.atEnd());
  }

  /** What is wrong with the topic itself, whatever its rows are. */
  private RowDifference ofTopic() {
    if (partitions != 1) {
      return new RowDifference(OracleTopic.notOnePartition(topic, partitions), null, null);
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
