package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.US_ASCII;

import cis490.hostproc.journal.JournalCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * The headers of a row's record, all ASCII text: those that are the same in every row, and the
 * three that make the topic its own checkpoint.
 *
 * @param seq number of the row in its file, from 0
 * @param end length of the file after this row, bytes, newline included
 * @param chain SHA-256 of those bytes, hexadecimal
 */
record RowHeaders(long seq, long end, String chain) {

  static final String SEQ = "seq";
  static final String END = "end";
  static final String CHAIN = "chain";

  /** Of the row that the cursor has just passed. */
  static RowHeaders at(JournalCursor cursor) {
    return new RowHeaders(cursor.lines() - 1, cursor.position(), cursor.chain());
  }

  static List<Header> constants(Map<String, String> values) {
    List<Header> headers = new ArrayList<>();
    values.forEach((name, value) -> headers.add(header(name, value)));
    return List.copyOf(headers);
  }

  Iterable<Header> with(List<Header> constants) {
    List<Header> all = new ArrayList<>(constants.size() + 3);
    all.addAll(constants);
    all.add(header(SEQ, Long.toString(seq)));
    all.add(header(END, Long.toString(end)));
    all.add(header(CHAIN, chain));
    return all;
  }

  /** Whether a record has all of these, whatever else it may have. */
  static boolean contain(ConsumerRecord<byte[], byte[]> record, Iterable<Header> expected) {
    for (Header header : expected) {
      Header found = record.headers().lastHeader(header.key());
      if (found == null || !Arrays.equals(header.value(), found.value())) {
        return false;
      }
    }
    return true;
  }

  /** Of a record in the topic, or a stop: a record without them is not one of ours. */
  static RowHeaders of(ConsumerRecord<byte[], byte[]> record) throws ShippingStoppedException {
    try {
      return new RowHeaders(
          Long.parseLong(text(record, SEQ)),
          Long.parseLong(text(record, END)),
          text(record, CHAIN));
    } catch (NumberFormatException | NullPointerException missing) {
      throw new ShippingStoppedException(
          "topic "
              + record.topic()
              + " holds a record that hostproc did not write, at offset "
              + record.offset()
              + ": seq, end or chain missing in its headers");
    }
  }

  private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), US_ASCII);
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(US_ASCII));
  }
}
