package cis490.hostproc.fault;

import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.Wait;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Assertions;

/** Somebody deletes the topic, cuts it, or writes to it. */
final class TopicFaults {

  private TopicFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("topic deleted while idle", TopicFaults::deletedWhileIdle),
        Scenario.exact("topic deleted in mid-stream", TopicFaults::deletedInMidStream),
        Scenario.ending("topic holds another file's rows", TopicFaults::anotherFilesRows),
        Scenario.ending("topic holds a stranger's record", TopicFaults::strangersRecord),
        Scenario.ending("topic's beginning trimmed", TopicFaults::trimmed),
        Scenario.exact("transactional id taken over", TopicFaults::takenOver));
  }

  /** Between two rows that are far apart, so that the producer has nothing to do with it. */
  private static void deletedWhileIdle(Run run) throws Exception {
    run.collector().everyMs(run.random().nextInt(300, 450));
    run.startShipping();
    int times = run.random().nextInt(1, 3);
    for (int i = 0; i < times; i++) {
      run.pass(0, 1_000);
      run.awaitBatch();
      run.pass(0, 200);
      delete(run);
    }
    if (run.random().nextInt(3) == 0) {
      // No further row: the reading back must find it out.
      run.collector().finish();
    }
  }

  private static void deletedInMidStream(Run run) throws Exception {
    run.collector().everyMs(run.random().nextInt(1, 6));
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 600);
      if (run.random().nextBoolean()) {
        run.awaitBatch();
      }
      delete(run);
      run.awaitShipping();
    }
  }

  /** If there is one, and brokers to do it. */
  static void delete(Run run) throws Exception {
    try {
      run.admin().deleteTopics(List.of(run.topic())).all().get(3, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException notThere) {
      // Then it is not deleted this time.
    }
  }

  /** The same episode, recorded on another host before. */
  private static void anotherFilesRows(Run run) throws Exception {
    CollectorProcess other = run.newCollector("other-host", 10);
    other.start();
    run.pass(0, 800);
    other.finish();
    List<String> before = Oracle.values(run.committed());

    run.collector().start();
    run.collector().awaitSaid("shipping stopped");
    run.pass(0, 300);
    run.collector().finishStopped("holds other rows");
    Assertions.assertTrue(
        run.collector().said("row 0 (line 1, offset 0) differs"), run.collector().err());
    run.requireTopicIs(before);
  }

  /** At the end of the topic, while the collector is away or at work. */
  private static void strangersRecord(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 800);
    boolean away = run.random().nextBoolean();
    if (away) {
      run.collector().kill();
    }
    try (KafkaProducer<String, String> stranger = stranger(run, null)) {
      stranger.send(new ProducerRecord<>(run.topic(), 0, "who", "knows")).get();
    }
    if (away) {
      run.collector().start();
    }
    run.collector().awaitSaid("shipping stopped");
    run.pass(0, 300);
    List<String> before = Oracle.values(run.committed());
    run.collector().finishStopped(run.topic());
    Assertions.assertEquals(1, before.stream().filter("knows"::equals).count());
    run.requireTopicIs(before);
  }

  /** A stranger's producer; transactional if it has an id. */
  static KafkaProducer<String, String> stranger(Run run, String transactionalId) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", run.brokers().address());
    config.put("max.block.ms", "5000");
    if (transactionalId != null) {
      config.put("transactional.id", transactionalId);
    }
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  private static void trimmed(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 800);
    run.collector().finish();
    List<String> before = Oracle.values(run.committed());
    int offset = run.random().nextInt(1, Math.max(2, before.size() / 2));
    run.admin()
        .deleteRecords(
            Map.of(new TopicPartition(run.topic(), 0), RecordsToDelete.beforeOffset(offset)))
        .all()
        .get();
    List<String> left = Oracle.values(run.committed());
    Assertions.assertTrue(left.size() < before.size(), "nothing was trimmed");

    run.collector().start();
    run.collector().awaitSaid("shipping stopped");
    run.pass(0, 300);
    run.collector().finishStopped("lost its beginning: it starts at offset " + offset);
    run.requireTopicIs(left);
  }

  /** Each time the collector commits again before the next; twice at once is another story. */
  private static void takenOver(Run run) throws Exception {
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      if (run.random().nextBoolean()) {
        run.awaitBatch();
      } else {
        run.pass(0, 800);
      }
      long commits = run.committed().size();
      takeOver(run);
      Wait.until(
          "the collector commits again",
          CollectorProcess.FLUSH_TIMEOUT,
          () -> run.committed().size() > commits);
    }
  }

  /** A stranger uses the collector's transactional id, and leaves a transaction in some state. */
  static void takeOver(Run run) {
    try (KafkaProducer<String, String> stranger = stranger(run, run.topic())) {
      stranger.initTransactions();
      int state = run.random().nextInt(3);
      if (state > 0) {
        stranger.beginTransaction();
        stranger.send(new ProducerRecord<>(run.topic(), 0, "who", "never committed"));
        stranger.flush();
      }
      if (state == 1) {
        stranger.abortTransaction();
      }
      stranger.close(Duration.ZERO);
    } catch (KafkaException refused) {
      // The collector was back before it, or no broker was there.
    }
  }
}
