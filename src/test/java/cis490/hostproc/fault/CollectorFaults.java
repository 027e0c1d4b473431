package cis490.hostproc.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.RowsFile;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** The collector dies, or is told to end at a bad moment. */
final class CollectorFaults {

  private static final Duration SHORT_FLUSH = Duration.ofSeconds(2);

  /** Over the flush timeout, on a busy machine. */
  private static final Duration EXIT_MARGIN = Duration.ofSeconds(8);

  private static final int LONG_FILE_ROWS = 25_000;

  private CollectorFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("collector killed at any instant", CollectorFaults::killed),
        Scenario.exact("collector killed in the middle of a row", CollectorFaults::killedInARow),
        Scenario.exact("program replaced while it runs", CollectorFaults::replaced),
        Scenario.exact("broker frozen, collector killed, late batch", CollectorFaults::lateBatch),
        Scenario.ending("frozen when the process ends", CollectorFaults::frozenAtTheEnd),
        Scenario.ending("SIGTERM while the broker is away", CollectorFaults::terminated),
        Scenario.ending("ship killed at any instant", CollectorFaults::shipKilled));
  }

  /** Every other time it is aimed at a transaction: rows are in the topic, the commit is not. */
  private static void killed(Run run) throws Exception {
    run.collector().everyMs(1);
    run.startShipping();
    int times = run.random().nextInt(3, 6);
    for (int i = 0; i < times; i++) {
      if (run.random().nextBoolean()) {
        run.awaitBatch();
        run.pass(0, 10);
      } else {
        run.pass(0, 1_200);
      }
      run.collector().kill();
      run.collector().launch();
    }
  }

  /**
   * Somebody copies another build over it: what the JVM has not loaded yet is gone. It must end
   * when it is told to, whatever comes of its last words; the next one goes on.
   */
  private static void replaced(Run run) throws Exception {
    Path jar = Program.copyTo(run.folder().resolve("program"));
    run.collector().ofProgram(jar);
    if (run.random().nextBoolean()) {
      run.startShipping();
    } else {
      run.brokers().kill(0);
      run.collector().start();
    }
    run.pass(0, 1_500);
    Program.replace(jar, run.random());
    run.say("replaced");
    switch (run.random().nextInt(4)) {
      case 0 -> run.brokers().kill(0);
      case 1 -> run.brokers().freeze(0);
      default -> run.brokers().heal();
    }
    run.pass(0, 3_000);
    if (run.random().nextBoolean()) {
      run.brokers().heal();
      run.pass(0, 2_000);
    }
    if (run.collector().up()) {
      run.collector().awaitMoreRows(3);
    }
    run.brokers().heal();
    if (run.collector().up()) {
      run.collector().terminate();
    }
    int code = run.collector().awaitExit();
    run.say("exit code " + code);
    run.collector().ofProgram(Program.JAR);
    run.collector().start();
  }

  /** Ticks were due meanwhile: they are missed, though no tick comes after them. */
  private static void frozenAtTheEnd(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 800);
    CollectorProcess collector = run.collector();
    collector.freeze();
    run.pass(200, 1_500);
    boolean told = run.random().nextBoolean();
    if (told) {
      collector.terminate();
    } else {
      run.endTarget();
    }
    run.pass(200, 1_500);
    collector.resume();
    Assertions.assertEquals(0, collector.awaitExit(), collector::err);
    JsonNode summary = collector.summary();
    Assertions.assertTrue(summary.get("ticks_missed").asLong() > 0, summary::toString);
    collector.requireTicksCounted();
    run.requireExact();
  }

  private static void killedInARow(Run run) throws Exception {
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 800);
      run.collector().kill();
      tear(run);
      run.collector().start();
    }
  }

  /** Leaves what a write that was cut short leaves. */
  static void tear(Run run) throws Exception {
    List<String> rows = run.collector().file().rows();
    if (rows.isEmpty()) {
      return;
    }
    String last = rows.get(rows.size() - 1);
    String torn = last.substring(0, run.random().nextInt(1, last.length() + 1));
    Files.write(run.collector().file().path(), torn.getBytes(UTF_8), StandardOpenOption.APPEND);
  }

  /** What the dead one sent lies in the frozen broker's sockets, and is read after its death. */
  private static void lateBatch(Run run) throws Exception {
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.awaitBatch();
      run.pass(0, 10);
      run.brokers().freeze(0);
      run.pass(0, 1_000);
      run.collector().kill();
      run.collector().start();
      run.pass(0, 1_000);
      run.brokers().resume(0);
      run.awaitShipping();
    }
  }

  /** It must end in time, and say how many rows are still to be shipped. */
  private static void terminated(Run run) throws Exception {
    CollectorProcess collector = run.collector().withFlushTimeout(SHORT_FLUSH);
    run.startShipping();
    run.pass(0, 1_000);
    if (run.random().nextBoolean()) {
      run.brokers().kill(0);
    } else {
      run.brokers().freeze(0);
    }
    collector.awaitMoreRows(50);
    run.pass(0, 1_000);
    long beganNs = System.nanoTime();
    collector.terminate();
    int code = collector.awaitExit();
    Duration took = Duration.ofNanos(System.nanoTime() - beganNs);

    Assertions.assertEquals(1, code, collector::err);
    Assertions.assertTrue(took.compareTo(SHORT_FLUSH.plus(EXIT_MARGIN)) < 0, "took " + took);
    JsonNode summary = collector.summary();
    long pending = summary.get("rows_pending").asLong();
    Assertions.assertTrue(pending > 0, summary::toString);
    Assertions.assertEquals(
        collector.file().count(), summary.get("rows_acknowledged").asLong() + pending);
    sendTheRest(run);
  }

  /** By the next run, or by a command of its own. */
  private static void sendTheRest(Run run) throws Exception {
    if (run.random().nextBoolean()) {
      run.collector().withFlushTimeout(CollectorProcess.FLUSH_TIMEOUT);
      run.healAndRequireExact();
    } else {
      run.brokers().heal();
      run.shipAll();
      run.requireExact();
    }
  }

  /** A long file, so that one transaction follows the other. */
  private static void shipKilled(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 300);
    run.collector().kill();
    lengthen(run);
    int times = run.random().nextInt(2, 5);
    for (int i = 0; i < times; i++) {
      Child ship = run.ship();
      run.awaitBatch();
      run.pass(0, 300);
      ship.kill();
    }
    run.shipAll();
    run.requireExact();
  }

  /** The last row again and again, later and later. */
  private static void lengthen(Run run) throws Exception {
    RowsFile file = run.collector().file();
    List<String> rows = file.rows();
    String last = rows.get(rows.size() - 1);
    long timeNs = RowsFile.number(last, "t_mono_ns");
    file.pause();
    StringBuilder more = new StringBuilder();
    for (int i = 1; i <= LONG_FILE_ROWS; i++) {
      more.append(last.replaceFirst("\\d+", Long.toString(timeNs + i))).append('\n');
    }
    // A killed collector never leaves half a row here: it wrote the last one whole.
    Files.writeString(file.path(), more, StandardOpenOption.APPEND);
  }
}
