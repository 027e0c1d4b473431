package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.journal.Journal;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.kafka.KafkaSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The way back: a whole topic, as it was when opened, into a file. What the file has already must
 * be the topic's beginning; it is compared, and only what is missing is appended. Each row is read
 * back from the file, and position and chain there must be those of the row's headers: so the file
 * is the one that was shipped, byte for byte.
 */
public final class TopicExport implements AutoCloseable {

  private final WholeTopic topic;

  /**
   * The result.
   *
   * @param rows in the file that are the topic's
   * @param rowsAppended of them, now
   * @param bytesLeftOut of lines that the original file had and that were not shipped, since they
   *     were no rows: with any, the file is not byte-equal to the original
   * @param chain SHA-256 of the file's rows, hexadecimal
   * @param difference why the file is not the topic's, at its first row that is not; null if it is
   */
  public record Result(
      long rows,
      long rowsAppended,
      long bytesLeftOut,
      String chain,
      @Nullable RowDifference difference) {}

  private TopicExport(WholeTopic topic) {
    this.topic = topic;
  }

  /**
   * Connects to a topic that must exist, and asks where it ends.
   *
   * @param settings where the brokers are
   * @param topic which
   * @param clientId the consumer's name
   * @return the export, to be closed
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is none
   * @throws org.apache.kafka.common.errors.TimeoutException if no broker answers
   */
  public static TopicExport open(KafkaSettings settings, String topic, String clientId) {
    return new TopicExport(WholeTopic.open(settings, topic, clientId));
  }

  /**
   * Completes a file, and forces it to disk.
   *
   * @param file empty, or the beginning of what the topic holds; what else it holds is not altered
   * @param key what each record should have
   * @param headers what each record should have, beside those that differ from row to row
   * @param progress called after each record with the number so far
   * @return what the file has now
   * @throws IOException if the file can't be written or read
   * @throws ShippingStoppedException if a record was not written by hostproc
   * @throws Exception if the topic can't be read
   */
  public Result into(Journal file, String key, Map<String, String> headers, LongConsumer progress)
      throws Exception {
    RowDifference ofTopic = topic.problem();
    if (ofTopic != null) {
      return new Result(0, 0, 0, JournalCursor.atStart(file).chain(), ofTopic);
    }
    Copy copy = new Copy(file, key.getBytes(UTF_8), RowHeaders.constants(headers));
    topic.forEach(
        record -> {
          boolean goOn = copy.take(record);
          progress.accept(copy.cursor.lines());
          return goOn;
        });
    return copy.end();
  }

  /** Without waiting. */
  @Override
  public void close() {
    topic.close();
  }

  private static final class Copy {
    private final Journal file;
    private final byte[] key;
    private final List<Header> constants;
    private final JournalCursor cursor;
    private final long lengthBefore;
    private long appended;
    private long bytesLeftOut;
    private @Nullable RowDifference difference;

    Copy(Journal file, byte[] key, List<Header> constants) {
      this.file = file;
      this.key = key;
      this.constants = constants;
      this.cursor = JournalCursor.atStart(file);
      this.lengthBefore = file.length();
    }

    /** The next record; false once one is not what it should be. */
    boolean take(ConsumerRecord<byte[], byte[]> record) throws Exception {
      RowHeaders headers = RowHeaders.of(record);
      String which = "row " + cursor.lines() + " (offset " + record.offset() + ")";
      difference = ofRecord(which, record, headers);
      if (difference != null) {
        return false;
      }
      byte[] line = cursor.next(lengthBefore);
      if (line == null) {
        append(record.value());
        line = cursor.next(file.length());
      }
      difference =
          Arrays.equals(line, record.value())
              ? ofPlace(which, headers)
              : RowDifference.of(which + " differs", line, record.value());
      return difference == null;
    }

    /** What can be checked before the row is in the file. */
    private @Nullable RowDifference ofRecord(
        String which, ConsumerRecord<byte[], byte[]> record, RowHeaders headers) {
      if (!Arrays.equals(key, record.key())) {
        return RowDifference.of(which + " has another key", key, record.key());
      }
      if (!RowHeaders.contain(record, constants) || headers.seq() != cursor.lines()) {
        Iterable<Header> expected =
            new RowHeaders(cursor.lines(), headers.end(), headers.chain()).with(constants);
        return RowDifference.of(which + " has other headers", expected, record.headers());
      }
      return isLine(record.value())
          ? null
          : RowDifference.of(which + " is not one line", null, record.value());
    }

    private static boolean isLine(byte[] value) {
      if (value == null || value.length > JournalCursor.LINE_LENGTH_MAX) {
        return false;
      }
      for (byte each : value) {
        if (each == '\n') {
          return false;
        }
      }
      return true;
    }

    private void append(byte[] value) throws IOException {
      ByteBuffer line = ByteBuffer.allocate(value.length + 1).put(value).put((byte) '\n').flip();
      if (!file.append(line)) {
        throw file.failure();
      }
      appended++;
    }

    /**
     * After a line that was left out, positions are shifted, and the chain covers more than the
     * file has.
     */
    private @Nullable RowDifference ofPlace(String which, RowHeaders headers) {
      long leftOut = headers.end() - cursor.position() - bytesLeftOut;
      bytesLeftOut += Math.max(0, leftOut);
      boolean asShipped =
          leftOut >= 0 && (bytesLeftOut > 0 || headers.chain().equals(cursor.chain()));
      return asShipped
          ? null
          : new RowDifference(
              which + " or one before it is not as it was shipped",
              "end=" + cursor.position() + " chain=" + cursor.chain(),
              "end=" + headers.end() + " chain=" + headers.chain());
    }

    Result end() throws IOException {
      long rows = cursor.lines();
      if (difference == null) {
        JournalCursor ahead = cursor.copy();
        byte[] line = ahead.next(lengthBefore);
        if (line != null) {
          difference =
              RowDifference.of("row " + rows + " is in the file and not in the topic", line, null);
        }
      }
      if (difference == null) {
        file.repair();
        file.force();
      }
      return new Result(rows, appended, bytesLeftOut, cursor.chain(), difference);
    }
  }
}
