package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Wait;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.helpers.NOPLogger;

/** Many shippers on few threads, against a real broker. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ShipperThreadsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String MANIFESTS = TestTopics.newName("episodes");

  @TempDir private Path folder;

  /** Of other tests: they may still end. */
  private final Set<Thread> before = threads();

  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger blocked = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final List<One> all = new ArrayList<>();

  /** A file, its shipper and how it stands. */
  private final class One {
    private final EpisodeId episode = new EpisodeId(TestTopics.newName("threads"));
    private final Journal journal;
    private final ShipFigures figures;
    private final ShipperThreads.Task task;

    One(ShipperThreads threads, Connector connector, Duration linger) throws IOException {
      journal = Journal.open(folder.resolve(episode.value()));
      figures = new ShipFigures(new SimpleMeterRegistry(), Tags.empty(), journal::lines);
      append(100);
      ShipJob job =
          new ShipJob(
              journal,
              JournalCursor.Keep.ALL,
              new Replica(episode, RowFormat.headers(), MANIFESTS),
              new TestManifests(() -> "open".getBytes(UTF_8)),
              linger,
              false,
              NOPLogger.NOP_LOGGER);
      task = threads.add(new Shipper(job, connector, figures), done::incrementAndGet);
      all.add(this);
    }

    void append(int rows) throws IOException {
      for (int i = 0; i < rows; i++) {
        journal.append(ByteBuffer.wrap(("row " + journal.lines() + '\n').getBytes(UTF_8)));
      }
    }
  }

  @AfterEach
  void end() throws Exception {
    released.countDown();
    for (One each : all) {
      each.task.abandon();
    }
    for (One each : all) {
      each.task.await(LIMIT);
      assertTrue(each.task.isDone());
      each.journal.close();
    }
  }

  private One ships(ShipperThreads threads) throws IOException {
    return new One(threads, TestTopics::settings, SHORT);
  }

  /** Its step hangs until it is released, and fails then. */
  private One hangs(ShipperThreads threads) throws IOException {
    return new One(threads, this::hang, SHORT);
  }

  private KafkaSettings hang() throws Exception {
    blocked.incrementAndGet();
    released.await();
    throw new IOException("no broker today");
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("hostproc-shipper"))
        .collect(Collectors.toSet());
  }

  private long threadCount() {
    return threads().stream().filter(thread -> !before.contains(thread)).count();
  }

  /** How often the newest thread that starts others has waited between two looks. */
  private static long looks() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("hostproc-shippers"))
        .mapToLong(Thread::getId)
        .max()
        .stream()
        .map(id -> ManagementFactory.getThreadMXBean().getThreadInfo(id).getWaitedCount())
        .sum();
  }

  @Test
  void twoThreadsShipForMany() throws Exception {
    ShipperThreads threads = new ShipperThreads(2, 2);
    for (int i = 0; i < 8; i++) {
      ships(threads);
    }
    for (One each : all) {
      each.task.complete();
    }

    for (One each : all) {
      assertEquals(Shipper.Outcome.EQUAL, each.task.await(LIMIT));
      assertTrue(threadCount() <= 2, threadCount() + " threads");
      assertEquals(100, TestTopics.committed(each.episode.topic()).size());
    }
    Wait.until("all have been told", LIMIT, () -> done.get() == all.size());
  }

  @Test
  void thoseThatHangKeepTheOthersNotWaitingAndTheirThreadsEndAfterwards() throws Exception {
    ShipperThreads threads = new ShipperThreads(2, 8);
    for (int i = 0; i < 5; i++) {
      hangs(threads);
    }
    One ships = ships(threads);
    ships.task.complete();

    assertEquals(Shipper.Outcome.EQUAL, ships.task.await(LIMIT));
    assertFalse(all.get(0).task.isDone());
    Wait.until("each has its thread", LIMIT, () -> blocked.get() == 5);
    assertTrue(threadCount() >= 5, threadCount() + " threads");

    released.countDown();
    Wait.until("those that are too many end", LIMIT, () -> threadCount() <= 2);
  }

  @Test
  void thereAreNeverMoreThreadsThanAllowed() throws Exception {
    ShipperThreads threads = new ShipperThreads(1, 3);
    for (int i = 0; i < 6; i++) {
      hangs(threads);
    }
    Wait.until("three hang", LIMIT, () -> blocked.get() == 3);
    long looks = looks();
    Wait.until("who watches has looked twice more", LIMIT, () -> looks() >= looks + 3);
    assertEquals(3, threadCount());
    assertEquals(3, blocked.get());
  }

  @Test
  void whoIsIdleIsCompletedAtOnce() throws Exception {
    One idle = new One(new ShipperThreads(2, 8), TestTopics::settings, LONG);
    Wait.until("all is shipped", LIMIT, () -> idle.figures.acknowledged() == 100);
    idle.append(10);

    long sinceNs = System.nanoTime();
    idle.task.complete();

    assertEquals(Shipper.Outcome.EQUAL, idle.task.await(LIMIT));
    assertTrue(System.nanoTime() - sinceNs < LONG.toNanos() / 4);
    assertEquals(110, TestTopics.committed(idle.episode.topic()).size());
  }

  @Test
  void whoIsIdleIsGivenUpAtOnce() throws Exception {
    One idle = new One(new ShipperThreads(2, 8), TestTopics::settings, LONG);
    Wait.until("all is shipped", LIMIT, () -> idle.figures.acknowledged() == 100);

    idle.task.abandon();

    Wait.until("it is given up", LONG.dividedBy(4), idle.task::isDone);
    assertEquals(Shipper.Outcome.SHIPPING, idle.task.outcome());
  }
}
