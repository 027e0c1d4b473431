package cis490.hostproc.fault;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.Seed;
import cis490.hostproc.testkit.Wait;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * A large file through {@code ship}, which is killed on the way again and again, each time a random
 * while after more rows were committed. {@code verify} has the last word. Takes minutes, so it is
 * run on request:
 *
 * <pre>
 * mvn -q -DskipTests package
 * mvn -q failsafe:integration-test failsafe:verify -Dit.test=MillionRowsIT
 * </pre>
 */
class MillionRowsIT {

  private static final Path FOLDER = Path.of("target", "million").toAbsolutePath();
  private static final int ROWS = Integer.getInteger("million.rows", 1_000_000);
  private static final int KILLS = Integer.getInteger("million.kills", 20);
  private static final Duration STEP_WITHIN = Duration.ofMinutes(3);
  private static final Duration ENDS_WITHIN = Duration.ofMinutes(10);

  private final String episode = "million-" + UUID.randomUUID();
  private final Path file = FOLDER.resolve(episode + ".jsonl");
  private final SplittableRandom random = Seed.random("MillionRowsIT");
  private int started;

  @Test
  void aLargeFileArrivesThoughShippingIsKilledAgainAndAgain() throws Exception {
    Files.createDirectories(FOLDER);
    writeRows();
    try (Brokers brokers = Brokers.start(FOLDER.resolve("brokers-" + episode), 1);
        Admin admin = brokers.admin()) {
      for (int kill = 1; kill <= KILLS; kill++) {
        // Somewhere in this one's share of the rows: at once, in the middle, near the next one's.
        long killAt = random.nextLong((kill - 1L) * ROWS / KILLS, (long) kill * ROWS / KILLS);
        killShippingAt(brokers, admin, killAt);
        System.out.printf(Locale.ROOT, "kill %2d: readers get to offset %,d%n", kill, end(admin));
      }
      Child last = hostproc(brokers, "ship");
      Assertions.assertEquals(0, last.awaitExit(ENDS_WITHIN), last::err);
      System.out.println(last.err());
      Child verify = hostproc(brokers, "verify");
      Assertions.assertEquals(0, verify.awaitExit(ENDS_WITHIN), verify::err);
      System.out.println(verify.out());
    } finally {
      Files.delete(file);
    }
  }

  private void killShippingAt(Brokers brokers, Admin admin, long offset) throws Exception {
    Child ship = hostproc(brokers, "ship");
    try {
      Wait.until(
          "readers get to offset " + offset,
          STEP_WITHIN,
          () -> {
            Assertions.assertTrue(ship.alive(), ship::err);
            return end(admin) >= offset;
          });
      Wait.between(random, 0, 100);
    } finally {
      ship.kill();
    }
  }

  private Child hostproc(Brokers brokers, String command) throws IOException {
    started++;
    List<String> words =
        new ArrayList<>(List.of(Child.java(), "-jar", Program.JAR.toString(), command));
    words.addAll(List.of("--episode", episode, file.toString()));
    words.addAll(List.of("--bootstrap-servers", brokers.address()));
    return Child.start(FOLDER, episode + "-" + started + "-" + command, Map.of(), words);
  }

  /** Where committed records end: the rows, and one more for each transaction. */
  private long end(Admin admin) throws Exception {
    TopicPartition partition = new TopicPartition("oracle.host-proc." + episode, 0);
    ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    try {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()), committed)
          .partitionResult(partition)
          .get()
          .offset();
    } catch (ExecutionException noTopicYet) {
      return 0;
    }
  }

  private void writeRows() throws IOException {
    try (Writer rows = Files.newBufferedWriter(file)) {
      for (int row = 0; row < ROWS; row++) {
        rows.write(
            String.format(
                Locale.ROOT,
                "{\"t_mono_ns\": %d, \"t_wall_ns\": %d, \"source\": \"host_proc\","
                    + " \"available_in_deployment\": false, \"cpu_user_jiffies\": %d,"
                    + " \"cpu_sys_jiffies\": %d, \"rss_bytes\": %d, \"vsize_bytes\": 99000000,"
                    + " \"io_read_bytes\": 0, \"io_write_bytes\": %d, \"voluntary_ctxsw\": %d,"
                    + " \"involuntary_ctxsw\": 43, \"minor_faults\": 190, \"major_faults\": 0}%n",
                row * 1_000_000L + row % 977,
                1_795_000_000_000_000_000L + row * 1_000_000L,
                row / 10,
                row / 20,
                4096L * random.nextInt(20_000),
                row * 4096L,
                row));
      }
    }
  }
}
