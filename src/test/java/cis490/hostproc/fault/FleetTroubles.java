package cis490.hostproc.fault;

import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Wait;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Assertions;

/** Few episodes of a fleet are in trouble, and all others must not notice. */
final class FleetTroubles {

  private static final String FOREIGN = "a1";
  private static final String DELETED = "a2";
  private static final String FENCED = "a3";
  private static final String ON_FULL_DISK = "a4";
  private static final String STOPPED = "shipping stopped";

  private static final Duration ROWS_WITHIN = Duration.ofSeconds(60);

  private FleetTroubles() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.ending("fleet, three topics in trouble", FleetTroubles::topics),
        Scenario.ending("fleet, one disk full", FleetTroubles::fullDisk));
  }

  private static FleetRun fleet(Run run) {
    FleetRun fleet = new FleetRun(run, List.of());
    // So that topics and folders can be there before the processes.
    fleet.nameEpisodes("{n}");
    return fleet;
  }

  /** One has foreign records, one is deleted, one has another host's collector. */
  private static void topics(Run run) throws Exception {
    try (FleetRun fleet = fleet(run)) {
      String foreign = "oracle.host-proc." + fleet.folder(FOREIGN).getFileName();
      try (KafkaProducer<String, String> stranger = TopicFaults.stranger(run, null)) {
        stranger.send(new ProducerRecord<>(foreign, 0, "who", "knows")).get();
      }
      fleet.start();
      run.pass(0, 1_000);
      boolean fencedFirst = run.random().nextBoolean();
      CollectorProcess other = fencedFirst ? takeOver(fleet) : null;
      delete(fleet);
      run.pass(0, 1_000);
      other = other == null ? takeOver(fleet) : other;
      run.pass(500, 3_000);
      other.terminate();
      int code = other.awaitExit();
      fleet.agent().awaitSaid(fleet.episode(FOREIGN).id() + ": " + STOPPED);
      run.brokers().heal();
      fleet.stop();
      conclude(fleet, other, code);
    }
  }

  private static void delete(FleetRun fleet) throws Exception {
    String topic = fleet.episode(DELETED).topic();
    String address = fleet.run().brokers().address();
    Wait.until(topic + " has rows", ROWS_WITHIN, () -> TestTopics.end(address, topic) > 0);
    fleet.run().admin().deleteTopics(List.of(topic)).all().get(10, TimeUnit.SECONDS);
    fleet.run().say(topic + " deleted");
  }

  /** A collector of the same episode, with a copy of the file, as on another host. */
  private static CollectorProcess takeOver(FleetRun fleet) throws Exception {
    Run run = fleet.run();
    FleetEpisode episode = fleet.episode(FENCED);
    Path copy = run.folder().resolve("copy").resolve("host_proc.jsonl").toAbsolutePath();
    episode.copyTo(copy);
    CollectorProcess other =
        run.newCollector(
            "copy", copy, FleetRun.INTERVAL_MS, fleet.fleet().pid(FENCED), episode.id());
    other.start();
    run.say(episode.id() + " has another collector");
    return other;
  }

  private static void conclude(FleetRun fleet, CollectorProcess other, int code) throws Exception {
    List<String> good = new ArrayList<>(fleet.fleet().names());
    good.remove(FOREIGN);
    fleet.episode(FOREIGN).requireStopped();
    List<String> foreign =
        Oracle.values(
            Oracle.committed(fleet.run().brokers().address(), fleet.episode(FOREIGN).topic()));
    Assertions.assertEquals(List.of("knows"), foreign);
    FleetEpisode fenced = fleet.episode(FENCED);
    if (!fenced.isSealed()) {
      good.remove(FENCED);
      fenced.requireStopped();
      Assertions.assertTrue(
          fleet.agent().countSaid(fenced.id() + ": " + STOPPED) > 0, fleet.agent()::err);
      requireBeginning(fleet, fenced, other, code);
    } else {
      Assertions.assertEquals(1, code, other::err);
    }
    fleet.requireExact(good);
    fleet.requireQuiet(List.of(FOREIGN, DELETED, FENCED));
  }

  /** The other one's rows, all of them if it says so. */
  private static void requireBeginning(
      FleetRun fleet, FleetEpisode episode, CollectorProcess other, int code) throws Exception {
    List<String> topic =
        Oracle.values(Oracle.committed(fleet.run().brokers().address(), episode.topic()));
    List<String> rows = other.file().rows();
    List<String> own = episode.file().rows();
    boolean isOthers = isBeginning(topic, rows);
    Assertions.assertTrue(isOthers || isBeginning(topic, own), "it is the beginning of neither");
    Assertions.assertTrue(code == 1 || topic.equals(rows), "exit code 0, rows missing");
  }

  private static boolean isBeginning(List<String> topic, List<String> rows) {
    return topic.size() <= rows.size() && topic.equals(rows.subList(0, topic.size()));
  }

  private static void fullDisk(Run run) throws Exception {
    try (FleetRun fleet = fleet(run);
        Disk disk = Disk.inMemory(fleet.folder(ON_FULL_DISK))) {
      fleet.start();
      FleetEpisode episode = fleet.episode(ON_FULL_DISK);
      int times = run.random().nextInt(1, 3);
      for (int i = 1; i <= times; i++) {
        run.pass(0, 1_000);
        disk.fill(run.random().nextInt(3));
        fleet.awaitSaidOf(ON_FULL_DISK, "can't be written", i);
        run.pass(0, 1_500);
        episode.pause();
        disk.empty();
        fleet.awaitMoreRows(List.of(ON_FULL_DISK));
        // A disk that is full again before that is still full, for the log.
        fleet.awaitSaidOf(ON_FULL_DISK, "is written again", i);
      }
      run.brokers().heal();
      fleet.stop();
      JsonNode manifest = episode.manifest();
      Assertions.assertTrue(manifest.get("ticks_unwritten").asLong() > 0, manifest::toString);
      fleet.requireExact(fleet.fleet().names());
      fleet.requireQuiet(List.of(ON_FULL_DISK));
    }
  }
}
