package cis490.hostproc.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifests;
import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Tool;
import cis490.hostproc.testkit.Wait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * New episodes keep coming, quicker than the lake commits, and each one's rows are in the table in
 * time all the same. {@code -Dlake.topics.s=300 -Dlake.topics.gap.s=10 -Dlake.topics.commit.s=30}
 * is what a lab does.
 */
@Tag("long")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LakeTopicsIT {

  private static final int LASTS_S = Integer.getInteger("lake.topics.s", 45);
  private static final int GAP_S = Integer.getInteger("lake.topics.gap.s", 4);
  private static final int COMMIT_S = Integer.getInteger("lake.topics.commit.s", 12);

  /** Each look finds topics, and the next one comes before the next commit is due. */
  private static final int DISCOVER_S = Integer.getInteger("lake.topics.discover.s", 2 * GAP_S);

  private static final int ROWS = 50;

  /** To be committed by the producer, converted, written, and seen by a query; a busy machine. */
  private static final int SLACK_S = 30;

  private static final int POLL_MS = 1_000;

  @TempDir private Path folder;

  /** When each episode's rows were in Kafka, and when in the table, ns. */
  private final Map<String, Long> sentNs = new HashMap<>();

  private final Map<String, Long> seenNs = new HashMap<>();

  @Test
  void rowsReachTheTableWhileTopicsKeepComing() throws Exception {
    Tool.require("mvn", "--version");
    byte[] rows =
        IntStream.range(0, ROWS)
            .mapToObj(i -> ConstantEpisode.row(i) + "\n")
            .collect(Collectors.joining())
            .getBytes(UTF_8);
    try (Brokers brokers = Brokers.start(folder.resolve("brokers"), 1);
        Lake lake =
            new Lake(
                folder.resolve("lake"), brokers.address(), 1_000 * COMMIT_S, 1_000 * DISCOVER_S);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      send(producer, rows);
      lake.launch();
      lake.awaitRunning();
      long beganNs = System.nanoTime();
      // It was there before the lake ran.
      sentNs.put("e0", beganNs);
      long nextNs = beganNs;
      while (System.nanoTime() - beganNs < Duration.ofSeconds(LASTS_S).toNanos()) {
        if (System.nanoTime() >= nextNs) {
          send(producer, rows);
          nextNs += Duration.ofSeconds(GAP_S).toNanos();
        }
        look(lake);
      }
      assertTrue(lake.isHealthy(), lake::log);
      awaitAll(lake);
      requireInTime();
      requireEachRowOnce(lake);
    }
  }

  private void awaitAll(Lake lake) throws Exception {
    try {
      Wait.until("all is in the table", Duration.ofSeconds(limitS()), POLL_MS, () -> look(lake));
    } catch (AssertionError late) {
      Set<String> missing = new TreeSet<>(sentNs.keySet());
      missing.removeAll(seenNs.keySet());
      throw new AssertionError(
          late.getMessage() + ", missing " + missing + "\n" + lake.log(), late);
    }
  }

  /** Two commit intervals, and the time until a topic is found. */
  private static long limitS() {
    return 2L * COMMIT_S + DISCOVER_S + SLACK_S;
  }

  private void send(KafkaProducer<byte[], byte[]> producer, byte[] rows) throws Exception {
    String episode = "e" + sentNs.size();
    String topic = "oracle.host-proc." + episode;
    List<Future<?>> sent = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> each : TestTopics.records(topic, episode, rows)) {
      sent.add(producer.send(each));
    }
    byte[] manifest = Manifests.open(episode).toJson();
    sent.add(
        producer.send(
            new ProducerRecord<>(EpisodeId.EPISODES_TOPIC, 0, episode.getBytes(UTF_8), manifest)));
    for (Future<?> each : sent) {
      each.get();
    }
    sentNs.put(episode, System.nanoTime());
  }

  /** Whether all that were sent are there. */
  private boolean look(Lake lake) throws Exception {
    List<Map<String, Object>> counts =
        lake.tables().query("SELECT episode_id, count(*) AS n FROM host_proc GROUP BY episode_id");
    long nowNs = System.nanoTime();
    for (Map<String, Object> each : counts) {
      if ((long) each.get("n") >= ROWS) {
        seenNs.putIfAbsent((String) each.get("episode_id"), nowNs);
      }
    }
    return seenNs.keySet().containsAll(sentNs.keySet());
  }

  private void requireInTime() {
    long worstMs = 0;
    for (Map.Entry<String, Long> each : sentNs.entrySet()) {
      worstMs = Math.max(worstMs, (seenNs.get(each.getKey()) - each.getValue()) / 1_000_000);
    }
    System.out.printf(
        Locale.ROOT,
        "%d topics, one each %d s, commits each %d s: the slowest was in the table after %.1f s%n",
        sentNs.size(),
        GAP_S,
        COMMIT_S,
        worstMs / 1e3);
    assertTrue(worstMs < limitS() * 1_000, worstMs + " ms, at most " + limitS() + " s");
  }

  private void requireEachRowOnce(Lake lake) throws Exception {
    List<Map<String, Object>> rows =
        lake.tables()
            .query(
                "SELECT count(*) AS n, count(DISTINCT (episode_id, seq)) AS different"
                    + " FROM host_proc");
    long expected = (long) ROWS * sentNs.size();
    assertEquals(Map.of("n", expected, "different", expected), rows.get(0));
  }
}
