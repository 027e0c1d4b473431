package cis490.hostproc.ship;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.kafka.TopicReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Compares the records of a topic, from its beginning, with the file: value, key and headers, byte
 * for byte.
 */
final class ReadBack implements TopicReader.Visitor {

  private final JournalCursor cursor;
  private final long length;
  private final byte[] key;
  private final List<Header> constantHeaders;
  private @Nullable RowDifference difference;

  /** Against the lines from {@code start} up to the file's first {@code length} bytes. */
  ReadBack(JournalCursor start, long length, byte[] key, List<Header> constantHeaders) {
    this.cursor = start;
    this.length = length;
    this.key = key;
    this.constantHeaders = constantHeaders;
  }

  /** The next record; false once one differs, and records after that mean nothing. */
  @Override
  public boolean visit(ConsumerRecord<byte[], byte[]> record) throws IOException {
    if (difference == null) {
      long row = cursor.lines();
      byte[] line = cursor.next(length);
      difference = difference(row, line, record);
    }
    return difference == null;
  }

  private @Nullable RowDifference difference(
      long row, byte @Nullable [] line, ConsumerRecord<byte[], byte[]> record) {
    if (line == null) {
      String which = "row " + row + " (offset " + record.offset() + ")";
      return RowDifference.of(which + " is in the topic and not in the file", null, record.value());
    }
    String which = "row " + row + " (line " + line() + ", offset " + record.offset() + ")";
    if (!Arrays.equals(line, record.value())) {
      return RowDifference.of(which + " differs", line, record.value());
    }
    if (!Arrays.equals(key, record.key())) {
      return RowDifference.of(which + " has another key", key, record.key());
    }
    Iterable<Header> headers = RowHeaders.at(cursor).with(constantHeaders);
    return RowHeaders.contain(record, headers)
        ? null
        : RowDifference.of(which + " has other headers", headers, record.headers());
  }

  /** How far the file was read. */
  JournalCursor cursor() {
    return cursor;
  }

  /** Of the line just passed, as editors count. */
  private long line() {
    return cursor.lines() + cursor.skipped();
  }

  /**
   * The first row that is not the same, once the topic's end was reached; null if the topic equals
   * the file.
   */
  @Nullable RowDifference atEnd() throws IOException {
    long row = cursor.lines();
    if (difference == null) {
      byte[] line = cursor.next(length);
      if (line != null) {
        String which = "row " + row + " (line " + line() + ")";
        difference = RowDifference.of(which + " is in the file and not in the topic", line, null);
      }
    }
    return difference;
  }
}
