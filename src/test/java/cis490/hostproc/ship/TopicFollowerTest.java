package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.TestTopics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each row once, in order, whatever happens to the topic; and a word when that can't be. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TopicFollowerTest {

  private final List<Following> started = new ArrayList<>();

  @AfterEach
  void stopAll() throws Exception {
    for (Following each : started) {
      each.stop = true;
      each.thread.join();
    }
  }

  /** What {@code consume --follow} does, on a thread of its own. */
  private final class Following {
    private final List<String> rows = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread;
    private volatile boolean stop;
    private volatile Exception failure;

    Following(String topic) {
      thread = new Thread(() -> follow(topic));
      thread.start();
      started.add(this);
    }

    private void follow(String topic) {
      try (TopicFollower follower =
          TopicFollower.open(TestTopics.settings(), topic, "follower-test")) {
        follower.follow(record -> rows.add(new String(record.value(), UTF_8)), () -> stop);
      } catch (Exception ended) {
        failure = ended;
      }
    }

    void awaitRows(int count) {
      await(() -> rows.size() >= count || failure != null);
      assertEquals(count, rows.size(), String.valueOf(failure));
    }

    String awaitFailure() {
      await(() -> failure != null);
      return failure.getMessage();
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "in vain");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static String topic(String what) throws Exception {
    String topic = TestTopics.newName(what);
    TestTopics.create(topic, 1, Map.of());
    return topic;
  }

  private static List<ProducerRecord<byte[], byte[]>> records(String topic, String row, int count) {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < count; i++) {
      file.append(row).append(i).append('\n');
    }
    return TestTopics.records(topic, "episode", file.toString().getBytes(UTF_8));
  }

  private static List<String> rows(String row, int count) {
    return records("t", row, count).stream().map(each -> new String(each.value(), UTF_8)).toList();
  }

  @Tag("long")
  @Test
  void goesOnBehindTheSameRowsOfATopicMadeAnewAndSaysWhatElseBecameOfIt() throws Exception {
    String again = topic("follow-again");
    String other = topic("follow-other");
    String longer = topic("follow-longer");
    String gone = topic("follow-gone");
    List<Following> all = new ArrayList<>();
    for (String topic : List.of(again, other, longer, gone)) {
      TestTopics.send(records(topic, "a", 20));
      all.add(new Following(topic));
    }
    for (Following each : all) {
      each.awaitRows(20);
    }
    TestTopics.delete(gone);
    for (String topic : List.of(again, other, longer)) {
      TestTopics.delete(topic);
      TestTopics.create(topic, 1, Map.of());
    }
    TestTopics.send(records(again, "a", 25));
    TestTopics.send(records(other, "b", 20));
    // Where the reader's place is, there are rows of another file.
    TestTopics.send(records(longer, "b", 40));

    all.get(0).awaitRows(25);
    assertEquals(rows("a", 25), all.get(0).rows);
    assertTrue(all.get(1).awaitFailure().contains("created again, with other rows"));
    assertEquals(rows("a", 20), all.get(1).rows);
    assertTrue(all.get(2).awaitFailure().contains("created again, with other rows"));
    assertEquals(rows("a", 20), all.get(2).rows);
    assertTrue(all.get(3).awaitFailure().contains("was deleted, after 20 rows"));
    all.get(0).stop = true;
  }

  @Test
  void rowsThatAreMissingOrDoubledEndIt() throws Exception {
    String missing = topic("follow-missing");
    List<ProducerRecord<byte[], byte[]>> some = records(missing, "a", 5);
    some.remove(3);
    assertEnds(missing, some, "has row 4 at offset 3, where row 3 should be: rows are missing", 3);

    String doubled = topic("follow-doubled");
    List<ProducerRecord<byte[], byte[]>> more = records(doubled, "a", 5);
    more.add(2, more.get(1));
    assertEnds(doubled, more, "has row 1 at offset 2, where row 2 should be: rows are doubled", 2);
  }

  @Test
  void recordsOfStrangersEndIt() throws Exception {
    String foreign = topic("follow-foreign");
    List<ProducerRecord<byte[], byte[]>> records = records(foreign, "a", 2);
    records.add(new ProducerRecord<>(foreign, 0, null, "x".getBytes(UTF_8)));
    assertEnds(foreign, records, "that hostproc did not write, at offset 2", 2);

    String empty = topic("follow-null");
    records = records(empty, "a", 2);
    ProducerRecord<byte[], byte[]> last = records.remove(1);
    records.add(new ProducerRecord<>(empty, 0, last.key(), null, last.headers()));
    assertEnds(empty, records, "it has no value, at offset 1", 1);

    String lines = topic("follow-lines");
    assertEnds(lines, List.of(changed(records(lines, "a", 1).get(0))), "more than one line", 0);
  }

  private static ProducerRecord<byte[], byte[]> changed(ProducerRecord<byte[], byte[]> record) {
    byte[] twoLines = "a\nb".getBytes(UTF_8);
    return new ProducerRecord<>(record.topic(), 0, record.key(), twoLines, record.headers());
  }

  /** Read once, and followed. */
  private void assertEnds(
      String topic, List<ProducerRecord<byte[], byte[]>> records, String why, int rows)
      throws Exception {
    TestTopics.send(records);
    List<String> read = new ArrayList<>();
    ShippingStoppedException once =
        assertThrows(
            ShippingStoppedException.class,
            () ->
                TopicFollower.read(
                    TestTopics.settings(),
                    topic,
                    "follower-test",
                    record -> read.add(new String(record.value(), UTF_8))));
    assertTrue(once.getMessage().contains(why), once.getMessage());
    assertEquals(rows, read.size());

    Following following = new Following(topic);
    String said = following.awaitFailure();
    assertTrue(said.contains(why), said);
    assertEquals(read, following.rows);
  }

  @Test
  void aTopicThatCanNotHaveAllRowsInOrderIsNotRead() throws Exception {
    String three = TestTopics.newName("follow-three");
    TestTopics.create(three, 3, Map.of());
    assertEnds(three, List.of(), "has 3 partitions", 0);

    String trimmed = topic("follow-trimmed");
    TestTopics.send(records(trimmed, "a", 5));
    try (Admin admin = TestTopics.admin()) {
      TopicPartition partition = new TopicPartition(trimmed, 0);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2))).all().get();
    }
    assertEnds(trimmed, List.of(), "lost its beginning: it starts at offset 2", 0);
  }
}
