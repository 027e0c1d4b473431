package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.kafka.KafkaSettings;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Compares a whole topic, as it was when opened, with a file. Alters neither. */
public final class TopicCheck implements AutoCloseable {

  private final WholeTopic topic;
  private long rows;

  /**
   * The result.
   *
   * @param rows records in the topic, committed
   * @param difference the first place where topic and file are not the same, null if they are equal
   */
  public record Result(long rows, @Nullable RowDifference difference) {}

  private TopicCheck(WholeTopic topic) {
    this.topic = topic;
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
    return new TopicCheck(WholeTopic.open(settings, topic, clientId));
  }

  /**
   * Reads all of the topic, even after a difference.
   *
   * @param start the file's beginning
   * @param length bytes of the file, at the end of a line
   * @param key what each record should have
   * @param headers what each record should have, beside those that differ from row to row
   * @param progress called after each record with the number so far
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
    topic.forEach(
        record -> {
          readBack.visit(record);
          rows++;
          progress.accept(rows);
          return true;
        });
    RowDifference ofTopic = topic.problem();
    return new Result(rows, ofTopic != null ? ofTopic : readBack.atEnd());
  }

  /** Without waiting. */
  @Override
  public void close() {
    topic.close();
  }
}
