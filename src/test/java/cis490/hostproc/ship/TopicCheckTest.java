package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.testkit.TestTopics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A topic held against a file: what is equal, and what is said of the first row that is not. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class TopicCheckTest {

  private static final Map<String, String> HEADERS = RowFormat.headers();

  @TempDir private Path folder;

  private final String topic = TestTopics.newName("check");
  private Path file;
  private List<ProducerRecord<byte[], byte[]>> records;

  @BeforeEach
  void writeFile() throws Exception {
    file = folder.resolve("rows.jsonl");
    Files.writeString(file, "zero\none\ntwo\nthree\nfour\n");
    records = TestTopics.records(topic, "demo", Files.readAllBytes(file));
    TestTopics.create(topic, 1, Map.of());
  }

  @Test
  void whatShouldBeThereIsEqual() throws Exception {
    TestTopics.send(records);
    TopicCheck.Result result = check();
    assertNull(result.difference());
    assertEquals(5, result.rows());
  }

  @Test
  void anEmptyTopicLacksTheFirstRow() throws Exception {
    assertEquals(
        new TopicCheck.Result(
            0,
            new RowDifference("row 0 (line 1) is in the file and not in the topic", "zero", null)),
        check());
  }

  @Test
  void nothingEqualsNothing() throws Exception {
    Files.writeString(file, "torn");
    assertEquals(new TopicCheck.Result(0, null), check());
  }

  @Test
  void theLastRowIsMissing() throws Exception {
    TestTopics.send(records.subList(0, 4));
    assertDifference(4, "row 4 (line 5) is in the file and not in the topic", "four", null);
  }

  @Test
  void moreThanTheFile() throws Exception {
    records.add(new ProducerRecord<>(topic, 0, null, bytes("five\u001b[2J\u00e4")));
    records.add(new ProducerRecord<>(topic, 0, null, bytes("six")));
    TestTopics.send(records);
    assertDifference(
        7, "row 5 (offset 5) is in the topic and not in the file", null, "five\\x1b[2J\\xc3\\xa4");
  }

  @Test
  void aRowTwice() throws Exception {
    records.add(2, records.get(1));
    TestTopics.send(records);
    assertDifference(6, "row 2 (line 3, offset 2) differs", "two", "one");
  }

  @Test
  void aRowLost() throws Exception {
    records.remove(1);
    TestTopics.send(records);
    assertDifference(4, "row 1 (line 2, offset 1) differs", "one", "two");
  }

  @Test
  void aRecordWithoutAValue() throws Exception {
    records.set(2, new ProducerRecord<>(topic, 0, bytes("demo"), null));
    TestTopics.send(records);
    assertDifference(5, "row 2 (line 3, offset 2) differs", "two", null);
  }

  @Test
  void anotherKeyAndNone() throws Exception {
    records.set(3, withKey(records.get(3), bytes("demo2")));
    TestTopics.send(records);
    assertDifference(5, "row 3 (line 4, offset 3) has another key", "demo", "demo2");
  }

  @Test
  void noKey() throws Exception {
    records.set(3, withKey(records.get(3), null));
    TestTopics.send(records);
    assertDifference(5, "row 3 (line 4, offset 3) has another key", "demo", null);
  }

  @ParameterizedTest
  @CsvSource({
    "source, guest_proc",
    "available_in_deployment, true",
    "schema, urn:other",
    "seq, 4",
    "seq, +3",
    "end, 18",
    "chain, 00",
  })
  void anotherHeader(String name, String value) throws Exception {
    TestTopics.header(records.get(3), name, value);
    TestTopics.send(records);
    RowDifference difference = check().difference();
    assertEquals("row 3 (line 4, offset 3) has other headers", difference.what());
    assertTrue(difference.inTopic().contains(name + "=" + value), difference.inTopic());
    assertTrue(difference.inFile().matches(".*seq=3 end=19 chain=[0-9a-f]{64}"), "all of them");
  }

  @ParameterizedTest
  @CsvSource({"source", "available_in_deployment", "schema", "seq", "end", "chain"})
  void aHeaderLess(String name) throws Exception {
    records.get(3).headers().remove(name);
    TestTopics.send(records);
    assertEquals("row 3 (line 4, offset 3) has other headers", check().difference().what());
  }

  @Test
  void aHeaderMoreIsNobodysBusiness() throws Exception {
    TestTopics.header(records.get(3), "traceparent", "00");
    TestTopics.send(records);
    assertNull(check().difference());
  }

  @Test
  void markersAndAbortedRowsAreNoRows() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = TestTopics.producer("tx." + topic)) {
      producer.initTransactions();
      for (boolean commit : new boolean[] {false, true, false}) {
        producer.beginTransaction();
        records.forEach(producer::send);
        producer.flush();
        if (commit) {
          producer.commitTransaction();
        } else {
          producer.abortTransaction();
        }
      }
    }
    TestTopics.committed(topic); // A commit takes effect some moments later.
    assertEquals(new TopicCheck.Result(5, null), check());
  }

  @Test
  void linesThatAreNotKeptAreNotThere() throws Exception {
    byte[] without = Files.readAllBytes(file);
    Files.writeString(file, "junk\nzero\none\ntwo\nthree\nfour\njunk\n");
    JournalCursor.Keep keep = (line, number) -> !new String(line, UTF_8).equals("junk");
    TestTopics.send(records);
    RowDifference difference = check(keep).difference();
    assertEquals("row 0 (line 2, offset 0) has other headers", difference.what(), "end and chain");

    TestTopics.delete(topic);
    TestTopics.create(topic, 1, Map.of());
    records = TestTopics.records(topic, "demo", without);
    byte[] all = Files.readAllBytes(file);
    for (int row = 0; row < records.size(); row++) {
      int end = Integer.parseInt(header(records.get(row), "end")) + 5;
      TestTopics.header(records.get(row), "end", Integer.toString(end));
      TestTopics.header(records.get(row), "chain", TestTopics.sha256(all, end));
    }
    TestTopics.send(records);
    assertNull(check(keep).difference());
    assertEquals("row 0 (line 1, offset 0) differs", check().difference().what());
  }

  @Test
  void whatIsAppendedLaterIsNotLookedAt() throws Exception {
    TestTopics.send(records);
    try (TopicCheck check = TopicCheck.open(TestTopics.settings(), topic, "test");
        JournalReader reader = JournalReader.open(file)) {
      long length = reader.length();
      Files.writeString(file, "five\nsix\n", StandardOpenOption.APPEND);
      TestTopics.send(TestTopics.records(topic, "demo", Files.readAllBytes(file)).subList(5, 6));
      assertEquals(
          new TopicCheck.Result(5, null),
          check.compare(JournalCursor.atStart(reader), length, "demo", HEADERS, rows -> {}));
    }
  }

  @Test
  void progressIsTold() throws Exception {
    TestTopics.send(records);
    List<Long> told = new ArrayList<>();
    try (TopicCheck check = TopicCheck.open(TestTopics.settings(), topic, "test");
        JournalReader reader = JournalReader.open(file)) {
      check.compare(JournalCursor.atStart(reader), reader.length(), "demo", HEADERS, told::add);
    }
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), told);
  }

  @Test
  void aBeginningThatWasDeletedIsSaid() throws Exception {
    TestTopics.send(records);
    try (Admin admin = TestTopics.admin()) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(2)))
          .all()
          .get();
    }
    assertDifference(3, "the topic has lost its beginning: it starts at offset 2", null, null);
  }

  @Test
  void aSecondPartitionIsSaid() throws Exception {
    TestTopics.delete(topic);
    TestTopics.create(topic, 2, Map.of());
    TestTopics.send(records);
    String two = "topic " + topic + " has 2 partitions, and order needs exactly 1";
    assertDifference(5, two, null, null);
  }

  @Test
  void aTopicThatIsNotThereIsAnError() {
    assertThrows(
        UnknownTopicOrPartitionException.class,
        () -> TopicCheck.open(TestTopics.settings(), TestTopics.newName("none"), "test").close());
  }

  @Test
  void inShortItIsOneLineOfBoundedLength() {
    byte[] longer = bytes("x".repeat(500) + "\n");
    assertEquals("lost", RowDifference.of("lost", longer, null).inShort());
    String late = "…" + "x".repeat(40);
    assertEquals(
        "differs: " + late + " in the file, " + late + "\\x0a in the topic",
        RowDifference.of("differs", bytes("x".repeat(500)), longer).inShort());
    String expected = "differs: " + "x".repeat(120) + "… in the file, \\x0a in the topic";
    assertEquals(expected, RowDifference.of("differs", longer, bytes("\n")).inShort());
    assertEquals("x".repeat(500) + "\\x0a", RowDifference.of("", longer, null).inFile());
  }

  private void assertDifference(long rows, String what, String inFile, String inTopic)
      throws Exception {
    assertEquals(new TopicCheck.Result(rows, new RowDifference(what, inFile, inTopic)), check());
  }

  private TopicCheck.Result check() throws Exception {
    return check(JournalCursor.Keep.ALL);
  }

  private TopicCheck.Result check(JournalCursor.Keep keep) throws Exception {
    try (TopicCheck check = TopicCheck.open(TestTopics.settings(), topic, "test");
        JournalReader reader = JournalReader.open(file)) {
      JournalCursor start = JournalCursor.atStart(reader, keep);
      return check.compare(start, reader.length(), "demo", HEADERS, rows -> {});
    }
  }

  private static ProducerRecord<byte[], byte[]> withKey(
      ProducerRecord<byte[], byte[]> record, byte[] key) {
    return new ProducerRecord<>(record.topic(), 0, key, record.value(), record.headers());
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
