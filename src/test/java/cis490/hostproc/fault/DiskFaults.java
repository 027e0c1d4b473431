package cis490.hostproc.fault;

import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.RowsFile;
import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Tool;
import cis490.hostproc.testkit.Wait;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assertions;

/** The collector's file can't be written, or loses what was not forced. */
final class DiskFaults {

  private static final Duration FULL_WITHIN = Duration.ofSeconds(20);
  private static final long STANDSTILL_MS = 150;
  private static final Duration SHIPPED_WITHIN = Duration.ofSeconds(60);
  private static final String STOPPED = "shipping stopped";
  private static final String UNWRITTEN = "can't be written";

  private DiskFaults() {}

  static List<Scenario> all() {
    return List.of(
        onDisk("disk full for a while", Disk::inMemory, DiskFaults::fullForAWhile),
        onDisk("disk full from the start", Disk::inMemory, DiskFaults::fullFromTheStart),
        onDisk("disk full when it is started again", Disk::inMemory, DiskFaults::startedWhileFull),
        onDisk("disk full at the end", Disk::inMemory, DiskFaults::fullAtTheEnd),
        onDisk("file immutable for a while", Disk::journalled, DiskFaults::immutable),
        onDisk("file on a read-only disk", Disk::journalled, DiskFaults::readOnly),
        onDisk("disk fails and turns read-only", Disk::journalled, DiskFaults::failing),
        Scenario.exact("disk refuses once", DiskFaults::refusesOnce),
        onDisk("power cut", Disk::journalled, DiskFaults::powerCut),
        onDisk(
            "power cut after another start",
            Disk::journalled,
            DiskFaults::powerCutAfterAnotherStart),
        onDisk("power cut after the end", Disk::journalled, DiskFaults::powerCutAfterTheEnd),
        Scenario.exact("file size limited for a while", DiskFaults::limited));
  }

  /** Makes the disk. */
  @FunctionalInterface
  interface Mounting {
    Disk mount(Path folder) throws Exception;
  }

  /** What happens in a run on a disk. */
  @FunctionalInterface
  interface Script {
    void play(Run run, Disk disk) throws Exception;
  }

  /** The collector's file is on a disk of its own; in the end the topic must be the file. */
  static Scenario onDisk(String name, Mounting mounting, Script faults) {
    return Scenario.ending(
        name,
        run -> {
          try (Disk disk = mounting.mount(run.collector().file().path().getParent())) {
            try {
              faults.play(run, disk);
              run.healAndRequireExact();
            } catch (Throwable failure) {
              run.collector().end();
              disk.saveTo(run.folder().resolve("disk-left"));
              throw failure;
            }
          }
        });
  }

  private static void fullForAWhile(Run run, Disk disk) throws Exception {
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 800);
      disk.fill(run.random().nextInt(3));
      awaitStandstill(run);
      boolean brokerToo = run.random().nextInt(4) == 0;
      if (brokerToo) {
        run.brokers().kill(0);
      }
      // A little room now and then: the last append is short at another byte each time.
      for (int pages = run.random().nextInt(3); pages > 0; pages--) {
        disk.release(1);
        awaitStandstill(run);
      }
      disk.empty();
      run.brokers().heal();
      run.collector().awaitMoreRows(1);
    }
    endWithTicksUnwritten(run);
  }

  private static void fullFromTheStart(Run run, Disk disk) throws Exception {
    disk.fill(0);
    run.collector().launch();
    Wait.until("it says so", FULL_WITHIN, () -> run.collector().err().contains(UNWRITTEN));
    run.pass(0, 500);
    Assertions.assertEquals(0, Files.size(run.collector().file().path()));
    disk.empty();
    run.collector().awaitMoreRows(1);
    // Without it nobody could go on after a kill.
    Wait.until("it has a manifest", FULL_WITHIN, () -> Files.exists(manifest(run)));
    run.pass(0, 500);
    if (run.random().nextBoolean()) {
      run.collector().kill();
    } else {
      endWithTicksUnwritten(run);
    }
  }

  /**
   * Killed before the disk has room for its manifest: Kafka alone knows of that run, and the next
   * one must go on all the same.
   */
  private static void startedWhileFull(Run run, Disk disk) throws Exception {
    run.startShipping();
    run.pass(0, 300);
    run.collector().kill();
    int pages = run.random().nextInt(3);
    disk.fill(pages);
    run.collector().launch();
    Wait.until("Kafka has its manifest", SHIPPED_WITHIN, () -> runsInKafka(run) == 2);
    run.pass(0, 300);
    run.collector().kill();
    disk.empty();
    run.collector().start();
    run.pass(0, 300);
  }

  private static long runsInKafka(Run run) throws IOException {
    long runs = 0;
    for (var manifest : TestTopics.committed(run.brokers().address(), "oracle.episodes")) {
      if (run.episode().equals(new String(manifest.key(), StandardCharsets.UTF_8))) {
        runs = new ObjectMapper().readTree(manifest.value()).get("runs").size();
      }
    }
    return runs;
  }

  private static Path manifest(Run run) {
    return run.collector().file().path().resolveSibling("host_proc.episode.json");
  }

  private static void fullAtTheEnd(Run run, Disk disk) throws Exception {
    run.startShipping();
    run.pass(0, 800);
    disk.fill(run.random().nextInt(3));
    awaitStandstill(run);
    endWithTicksUnwritten(run);
    Assertions.assertEquals(
        List.of("ballast", "host_proc.episode.json", "host_proc.jsonl"), disk.names());
    disk.empty();
  }

  private static void immutable(Run run, Disk disk) throws Exception {
    run.startShipping();
    Path file = run.collector().file().path();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 800);
      disk.immutable(file, true);
      awaitStandstill(run);
      run.pass(0, 300);
      disk.immutable(file, false);
      run.collector().awaitMoreRows(1);
    }
    endWithTicksUnwritten(run);
  }

  /** A limit of the process, to the byte: where it is hit a row is begun and not ended. */
  private static void limited(Run run) throws Exception {
    run.startShipping();
    Path file = run.collector().file().path();
    int times = run.random().nextInt(2, 7);
    for (int i = 0; i < times; i++) {
      run.pass(0, 300);
      limit(run, Long.toString(Files.size(file) + run.random().nextInt(3000)));
      awaitStandstill(run);
      limit(run, "unlimited");
      run.collector().awaitMoreRows(1);
    }
    endWithTicksUnwritten(run);
  }

  /** The soft one: a hard limit never rises again. */
  private static void limit(Run run, String bytes) throws Exception {
    Tool.line("prlimit", "--pid", Long.toString(run.collector().pid()), "--fsize=" + bytes + ":");
  }

  /** It is refused in one line, and nothing is altered; its rows can be shipped all the same. */
  private static void readOnly(Run run, Disk disk) throws Exception {
    run.startShipping();
    run.pass(0, 1000);
    run.collector().kill();
    byte[] before = Files.readAllBytes(run.collector().file().path());
    disk.readOnly(true);

    run.collector().launch();
    Assertions.assertEquals(1, run.collector().awaitExit(), run.collector()::err);
    List<String> said = run.collector().err().lines().toList();
    Assertions.assertEquals(1, said.size(), said::toString);
    Assertions.assertTrue(said.get(0).contains("host_proc.jsonl"), said::toString);

    run.shipAll();
    run.requireExact();
    verify(run);
    Assertions.assertArrayEquals(before, Files.readAllBytes(run.collector().file().path()));
    disk.readOnly(false);
  }

  /** The manifest beside the file stays open, since nobody can write it; Kafka's is sealed. */
  private static void verify(Run run) throws Exception {
    List<String> arguments =
        List.of(
            "verify",
            run.collector().file().path().toString(),
            "--episode",
            run.episode(),
            "--bootstrap-servers",
            run.brokers().address());
    Child verify = Program.start(run.folder(), "verify", Map.of(), arguments);
    int code = verify.awaitExit(SHIPPED_WITHIN);
    String said = verify.out() + verify.err();
    Assertions.assertEquals(0, code, said);
    Assertions.assertTrue(said.contains("topic equals file  yes"), said);
    Assertions.assertTrue(said.contains("sealed in Kafka, open beside the file"), said);
  }

  private static void failing(Run run, Disk disk) throws Exception {
    run.collector().withFlushTimeout(Duration.ofSeconds(3));
    run.startShipping();
    run.pass(0, 1500);
    run.collector().file().look();
    disk.fail();
    Wait.until("it says so", FULL_WITHIN, () -> run.collector().err().contains(UNWRITTEN));
    run.pass(0, 1000);
    if (run.random().nextBoolean()) {
      run.collector().terminate();
      Assertions.assertEquals(1, run.collector().awaitExit(), run.collector()::err);
      run.collector().requireTicksCounted();
    }
    run.collector().end();
    run.collector().withFlushTimeout(SHIPPED_WITHIN);
    disk.mountAgain();
    run.collector().file().lookAfterPowerCut();
  }

  /** The kernel says so once, and never again; what it was given may be lost. */
  private static void refusesOnce(Run run) throws Exception {
    CollectorProcess collector = run.collector();
    run.startShipping();
    run.pass(0, 1_500);
    Child refusing = Disk.refuseForces(run.folder(), collector.pid());
    try {
      collector.awaitSaid(collector.file().path() + ": Input/output error");
      run.pass(0, 1_500);
    } finally {
      refusing.terminate();
      refusing.awaitExit(FULL_WITHIN);
    }
    collector.awaitSaid("shipping again after");
  }

  /** The topic must not have a row that is lost: the next collector would find it and stop. */
  private static void powerCut(Run run, Disk disk) throws Exception {
    run.collector().everyMs(run.random().nextInt(1, 6));
    run.startShipping();
    int times = run.random().nextInt(2, 5);
    for (int i = 0; i < times; i++) {
      run.pass(0, 1500);
      if (run.random().nextBoolean()) {
        disk.forceSomethingElse();
      }
      run.collector().file().look();
      disk.cutPower();
      run.collector().end();
      disk.mountAgain();
      run.collector().file().lookAfterPowerCut();
      run.collector().start();
      awaitShipping(run);
    }
  }

  /**
   * The manifest of the second run counts the rows of the first, and nobody has forced these yet:
   * no row is shipped, and the first run was killed.
   */
  private static void powerCutAfterAnotherStart(Run run, Disk disk) throws Exception {
    run.collector().everyMs(1);
    run.brokers().freeze(0);
    run.collector().start();
    run.pass(0, 400);
    run.collector().kill();
    long rows = run.collector().file().rows().size();
    run.collector().start();
    Wait.until(
        "the second run is in the manifest",
        SHIPPED_WITHIN,
        () -> Files.readString(manifest(run)).contains("\"number\":2"));
    disk.cutPower();
    run.collector().end();
    disk.mountAgain();
    run.collector().file().lookAfterPowerCut();
    Assertions.assertTrue(run.collector().file().rows().size() >= rows, "rows of the first run");
    run.brokers().heal();
    run.collector().start();
    awaitShipping(run);
  }

  /** The collector has ended its episode, and waits for a broker that is away. */
  private static void powerCutAfterTheEnd(Run run, Disk disk) throws Exception {
    run.startShipping();
    run.pass(0, 1000);
    run.brokers().kill(0);
    run.pass(0, 1000);
    run.collector().terminate();
    Wait.until(
        "the episode has ended",
        SHIPPED_WITHIN,
        () -> Files.readString(manifest(run)).contains("\"state\":\"ended\""));
    run.pass(0, 300);
    run.collector().file().look();
    disk.cutPower();
    run.collector().end();
    disk.mountAgain();
    run.collector().file().lookAfterPowerCut();

    run.brokers().heal();
    run.shipAll();
    run.requireExact();
  }

  private static void awaitShipping(Run run) throws Exception {
    long before = run.topicEnd();
    Wait.until(
        "rows come to the topic",
        SHIPPED_WITHIN,
        () -> {
          String said = run.collector().err();
          Assertions.assertFalse(said.contains(STOPPED), said);
          return run.topicEnd() > before;
        });
  }

  /**
   * Until no row fits any more; sampling then goes on in vain. Nothing but time shows that no row
   * comes: many intervals without one.
   */
  private static void awaitStandstill(Run run) throws Exception {
    RowsFile file = run.collector().file();
    AtomicInteger before = new AtomicInteger(-1);
    Wait.until(
        "no row fits any more",
        FULL_WITHIN,
        STANDSTILL_MS,
        () -> {
          int now = file.count();
          return before.getAndSet(now) == now;
        });
    file.look();
    file.pause();
  }

  /** Ends the collector: it must admit the ticks that have no row, and all others must be there. */
  private static void endWithTicksUnwritten(Run run) throws Exception {
    CollectorProcess collector = run.collector();
    collector.terminate();
    Assertions.assertEquals(1, collector.awaitExit(), collector::err);
    Assertions.assertTrue(collector.err().contains(UNWRITTEN), collector::err);
    JsonNode summary = collector.summary();
    Assertions.assertTrue(summary.get("ticks_unwritten").asLong() > 0, summary::toString);
    Assertions.assertTrue(summary.get("topic_equals_file").asBoolean(), summary::toString);
    collector.requireTicksCounted();
    run.requireExact();
  }
}
