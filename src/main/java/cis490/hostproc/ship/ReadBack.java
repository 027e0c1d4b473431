package cis490.hostproc.ship;

import cis490.hostproc.journal.JournalCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads a topic back from its beginning and holds it against the file, byte for byte. */
final class ReadBack implements TopicReader.Visitor {

  private static final int SHOWN_MAX = 120;

  private final JournalCursor cursor;
  private final long length;
  private final byte[] key;
  private final ShipFigures figures;
  private String difference;

  private ReadBack(JournalCursor start, long length, byte[] key, ShipFigures figures) {
    this.figures = figures;
    this.cursor = start;
    this.length = length;
    this.key = key;
  }

  /** Compares all of the topic with the file's first {@code length} bytes. */
  static ReadBack compare(
      TopicReader topic, JournalCursor start, long length, byte[] key, ShipFigures figures)
      throws Exception {
    ReadBack readBack = new ReadBack(start, length, key, figures);
    topic.forEach(readBack);
    long row = readBack.cursor.lines();
    if (readBack.difference == null && readBack.cursor.next(length) != null) {
      readBack.difference = "row " + row + " is in the file and not in the topic";
    }
    return readBack;
  }

  @Override
  public boolean visit(ConsumerRecord<byte[], byte[]> record) throws IOException {
    long row = cursor.lines();
    byte[] line = cursor.next(length);
    difference = difference(row, line, record);
    figures.readBack();
    return difference == null;
  }

  private String difference(long row, byte[] line, ConsumerRecord<byte[], byte[]> record) {
    if (line == null) {
      return "row " + row + " is in the topic and not in the file";
    }
    if (!Arrays.equals(line, record.value())) {
      return "row "
          + row
          + " is "
          + shown(line)
          + " in the file, "
          + shown(record.value())
          + " in the topic";
    }
    if (!Arrays.equals(key, record.key())) {
      return "row " + row + " has the key " + shown(record.key());
    }
    try {
      RowHeaders headers = RowHeaders.of(record);
      return headers.equals(RowHeaders.at(cursor))
          ? null
          : "row " + row + " has the headers " + headers;
    } catch (ShippingStoppedException foreign) {
      return foreign.getMessage();
    }
  }

  /** The first row that is not the same, in words; null if the topic equals the file. */
  String difference() {
    return difference;
  }

  private static String shown(byte[] bytes) {
    if (bytes == null) {
      return "nothing";
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text;
  }
}
