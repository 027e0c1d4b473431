package cis490.hostproc.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.RowsFile;
import cis490.hostproc.testkit.Wait;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * What a long outage of Kafka costs at one row a millisecond: memory, cadence, and the time to
 * catch up. No part of the usual run:
 *
 * <pre>
 * mvn -q -DskipTests package
 * mvn -q failsafe:integration-test failsafe:verify -Dit.test=OutageIT -Doutage.s=600
 * </pre>
 *
 * <p>{@code -Doutage.jvm="-Xmx32m -XX:+UseSerialGC"} gives the collector's JVM other options than
 * none. The figures are printed, and are in {@code target/outage.md}.
 */
class OutageIT {

  private static final Path FOLDER = Path.of("target", "outage").toAbsolutePath();
  private static final Path FIGURES = Path.of("target", "outage.md");

  private static final long OUTAGE_S = Long.getLong("outage.s", 60);

  /** Until the JVM has used all of its young heap, compiled what is hot, and grows no more. */
  private static final long WARM_UP_S = Long.getLong("outage.warm.up.s", 180);

  private static final long AFTER_S = 30;
  private static final String JVM_OPTIONS = System.getProperty("outage.jvm", "").strip();
  private static final long INTERVAL_NS = 1_000_000;
  private static final Duration CAUGHT_UP_WITHIN = Duration.ofMinutes(15);
  private static final Duration ENDS_WITHIN = Duration.ofMinutes(15);
  private static final Pattern CAUGHT_UP = Pattern.compile("(\\d+) rows caught up");
  private static final double NS_PER_S = 1e9;
  private static final double KIB_PER_MIB = 1024;

  private final String episode = "outage-" + UUID.randomUUID();
  private final Path file = FOLDER.resolve(episode).resolve("host_proc.jsonl");
  private final List<Phase> phases = new ArrayList<>();
  private final StringBuilder figures = new StringBuilder();
  private Child collector;

  @Test
  void anOutageCostsNeitherMemoryNorCadence() throws Exception {
    Files.createDirectories(FOLDER);
    Process target = new ProcessBuilder("sleep", "infinity").start();
    try (Brokers brokers = Brokers.start(FOLDER.resolve("brokers-" + episode), 1)) {
      collector = Child.start(FOLDER, episode, Map.of(), command(target.pid(), brokers.address()));
      Wait.until("the first row", Duration.ofSeconds(30), () -> Files.exists(file));
      phase("warm-up").during(WARM_UP_S);

      brokers.kill(0);
      phase("outage").during(OUTAGE_S);

      brokers.heal();
      Phase catchingUp = phase("catching up");
      catchingUp.until(CAUGHT_UP_WITHIN, () -> CAUGHT_UP.matcher(collector.err()).find());
      phase("after").during(AFTER_S);

      collector.terminate();
      Assertions.assertEquals(0, collector.awaitExit(ENDS_WITHIN), collector::err);
      countRows();
      tell(catchingUp);
      Assertions.assertEquals(sha256OfFile(), sha256OfTopic(brokers.address()));
    } finally {
      target.destroyForcibly();
      if (collector != null && collector.alive()) {
        collector.kill();
      }
      Files.writeString(FIGURES, figures);
      System.out.println(figures);
    }
  }

  private List<String> command(long pid, String brokers) {
    List<String> command = new ArrayList<>(List.of(Child.java()));
    if (!JVM_OPTIONS.isEmpty()) {
      command.addAll(Arrays.asList(JVM_OPTIONS.split(" +")));
    }
    command.addAll(List.of("-jar", Program.JAR.toString(), "collect", "--episode", episode));
    command.addAll(List.of("--pid", Long.toString(pid), "--interval-ms", "1"));
    command.addAll(List.of("--output", file.toString(), "--bootstrap-servers", brokers));
    command.addAll(List.of("--flush-timeout-s", "300", "--summary", "json"));
    return command;
  }

  private Phase phase(String name) throws IOException {
    Phase phase = new Phase(name);
    if (!phases.isEmpty()) {
      // What was between them, a broker's start, belongs to the earlier one.
      phases.get(phases.size() - 1).endedNs = phase.beganNs;
    }
    phases.add(phase);
    return phase;
  }

  /** From what the file says, each row to the phase that it was sampled in. */
  private void countRows() throws IOException {
    try (BufferedReader rows = Files.newBufferedReader(file)) {
      int at = 0;
      long before = -1;
      for (String row = rows.readLine(); row != null; row = rows.readLine()) {
        long wallNs = RowsFile.number(row, "t_wall_ns");
        while (at + 1 < phases.size() && wallNs >= phases.get(at + 1).beganWallNs) {
          at++;
        }
        long monoNs = RowsFile.number(row, "t_mono_ns");
        phases.get(at).count(before < 0 ? monoNs - INTERVAL_NS : before, monoNs);
        before = monoNs;
      }
    }
  }

  private void tell(Phase catchingUp) throws IOException {
    say(
        "| phase | s | rows | ticks missed | longest gap | RSS at its start | most | at its end |%n");
    say("|---|--:|--:|--:|--:|--:|--:|--:|%n");
    for (Phase phase : phases) {
      say(
          "| %s | %.1f | %,d | %d | %.1f ms | %.0f MiB | %.0f MiB | %.0f MiB |%n",
          phase.name,
          phase.seconds(),
          phase.rows,
          phase.missed,
          phase.longestGapNs / 1e6,
          phase.rssFirstKib / KIB_PER_MIB,
          phase.rssMaxKib / KIB_PER_MIB,
          phase.rssLastKib / KIB_PER_MIB);
    }
    Matcher caughtUp = CAUGHT_UP.matcher(collector.err());
    Assertions.assertTrue(caughtUp.find());
    long rows = Long.parseLong(caughtUp.group(1));
    say(
        "%nCaught up %,d rows within %.1f s of the broker's return, %,.0f rows/s.%n",
        rows, catchingUp.seconds(), rows / catchingUp.seconds());
    JsonNode summary = new ObjectMapper().readTree(collector.out());
    say(
        "Rows %,d, acknowledged %,d; ticks missed %d, lateness p99 %.2f ms, max %.1f ms.%n",
        summary.get("rows").asLong(),
        summary.get("rows_acknowledged").asLong(),
        summary.get("ticks_missed").asLong(),
        summary.get("run_lateness_p99_ns").asLong() / 1e6,
        summary.get("lateness_max_ns").asLong() / 1e6);
  }

  private void say(String format, Object... values) {
    figures.append(String.format(Locale.ROOT, format, values));
  }

  private String sha256OfFile() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (BufferedReader rows = Files.newBufferedReader(file)) {
      for (String row = rows.readLine(); row != null; row = rows.readLine()) {
        digest.update((row + '\n').getBytes(UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Of its committed values; row by row, since there are many. */
  private String sha256OfTopic(String brokers) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Map<String, Object> config =
        Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed");
    TopicPartition partition = new TopicPartition("oracle.host-proc." + episode, 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(
                record -> {
                  digest.update(record.value());
                  digest.update((byte) '\n');
                });
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A stretch of the run; looks at the collector's memory every 200 ms. */
  private final class Phase {

    private static final long LOOK_MS = 200;

    private final String name;
    private final long beganNs = System.nanoTime();
    private final long beganWallNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    private final long rssFirstKib = rssKib();
    private long rssMaxKib = rssFirstKib;
    private long rssLastKib = rssFirstKib;
    private long endedNs;
    private long rows;
    private long missed;
    private long longestGapNs;

    Phase(String name) throws IOException {
      this.name = name;
    }

    void during(long seconds) throws Exception {
      long endNs = beganNs + TimeUnit.SECONDS.toNanos(seconds);
      until(Duration.ofSeconds(seconds + 1), () -> System.nanoTime() >= endNs);
    }

    void until(Duration limit, Wait.Condition condition) throws Exception {
      Wait.until(
          "end of phase: " + name,
          limit,
          LOOK_MS,
          () -> {
            Assertions.assertTrue(collector.alive(), collector::err);
            rssLastKib = rssKib();
            rssMaxKib = Math.max(rssMaxKib, rssLastKib);
            return condition.holds();
          });
      endedNs = System.nanoTime();
    }

    /** Ticks are on a grid: between two rows those are missing that lie between their own. */
    void count(long lastMonoNs, long monoNs) {
      rows++;
      missed += Math.floorDiv(monoNs, INTERVAL_NS) - Math.floorDiv(lastMonoNs, INTERVAL_NS) - 1;
      longestGapNs = Math.max(longestGapNs, monoNs - lastMonoNs);
    }

    double seconds() {
      return (endedNs - beganNs) / NS_PER_S;
    }

    private long rssKib() throws IOException {
      String line =
          Files.readAllLines(Path.of("/proc", Long.toString(collector.pid()), "status")).stream()
              .filter(each -> each.startsWith("VmRSS:"))
              .findFirst()
              .orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", ""));
    }
  }
}
