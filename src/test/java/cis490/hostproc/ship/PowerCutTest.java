package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalSource;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.testkit.Seed;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/**
 * The host's power fails while rows are shipped, again and again, at random moments. What was not
 * forced to disk is gone; the sampler writes other rows in its place. The topic must never have
 * held a row that the file lost. A disk of the test's own, against a real broker: needs no root.
 */
class PowerCutTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int CUTS = 12;
  private static final int LIFE_MS_MAX = 100;
  private static final int FORCE_US_MAX = 3000;
  private static final String MANIFESTS = TestTopics.newName("episodes");

  private final EpisodeId episode = new EpisodeId(TestTopics.newName("cut"));
  private final SplittableRandom random = Seed.random("PowerCutTest");
  private ShipFigures figures;
  private Shipper shipper;
  private int written;

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void theTopicNeverHoldsARowThatThePowerCutTook() throws Exception {
    byte[] survived = new byte[0];
    long rowsLost = 0;
    int livesThatShipped = 0;
    for (int i = 0; i < CUTS; i++) {
      Disk disk = new Disk(survived, random.split());
      ShipperThreads.Task shipping = ship(disk);
      live(disk, shipping, random.nextInt(LIFE_MS_MAX));
      byte[] before = disk.lines();
      survived = disk.cutPower();
      shipping.abandon();
      rowsLost += lines(before) - lines(survived);
      livesThatShipped += figures.commits() > 0 ? 1 : 0;
    }
    assertTrue(rowsLost > CUTS, "only " + rowsLost + " rows were on their way to the disk");

    assertTrue(livesThatShipped > CUTS / 4, "only " + livesThatShipped + " lives shipped rows");

    Disk disk = new Disk(survived, random.split());
    ShipperThreads.Task shipping = ship(disk);
    live(disk, shipping, LIFE_MS_MAX);
    shipping.complete();

    assertEquals(Shipper.Outcome.EQUAL, shipping.await(LIMIT), shipper::problem);
    assertArrayEquals(disk.lines(), TestTopics.asFile(TestTopics.committed(episode.topic())));
  }

  /** Samples until rows are being shipped, and then for a while. */
  private void live(Disk disk, ShipperThreads.Task shipping, int ms) throws Exception {
    long limitNs = System.nanoTime() + LIMIT.toNanos();
    long endNs = Long.MAX_VALUE;
    while (System.nanoTime() < endNs) {
      if (endNs == Long.MAX_VALUE && figures.shippingSinceNs() != 0) {
        endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
      }
      assertEquals(Shipper.Outcome.SHIPPING, shipping.await(Duration.ZERO), shipper::problem);
      assertTrue(System.nanoTime() < limitNs, "nothing is shipped");
      disk.append(
          ("{\"row\": " + written++ + ", \"is\": \"" + "x".repeat(random.nextInt(300)) + "\"}\n")
              .getBytes(UTF_8));
      LockSupport.parkNanos(random.nextInt(1_000_000));
    }
  }

  private ShipperThreads.Task ship(Disk disk) {
    ShipJob job =
        new ShipJob(
            disk,
            JournalCursor.Keep.ALL,
            new Replica(episode, RowFormat.headers(), MANIFESTS),
            new TestManifests(() -> "open".getBytes(UTF_8)),
            Duration.ofMillis(1 + random.nextInt(20)),
            false,
            LoggerFactory.getLogger(PowerCutTest.class));
    figures = new ShipFigures(new SimpleMeterRegistry(), Tags.empty(), () -> 0);
    shipper = new Shipper(job, PowerCutTest::impatient, figures);
    return ShipperThreads.step(shipper);
  }

  /** So that finding the topic's last row, each time anew, does not take most of the test. */
  private static KafkaSettings impatient() {
    return new KafkaSettings(
        Map.of("bootstrap.servers", TestBroker.address(), "fetch.max.wait.ms", "5"));
  }

  private static long lines(byte[] bytes) {
    long lines = 0;
    for (byte b : bytes) {
      if (b == '\n') {
        lines++;
      }
    }
    return lines;
  }

  /** A file on a disk with a cache that takes its time; once the power is off, nothing works. */
  private static final class Disk implements JournalSource {

    private final SplittableRandom random;
    private byte[] bytes;
    private int length;
    private int forced;
    private boolean off;

    /** With what was on it, all of which is durable. */
    Disk(byte[] content, SplittableRandom random) {
      this.bytes = content.clone();
      this.length = content.length;
      this.forced = content.length;
      this.random = random;
    }

    synchronized void append(byte[] line) {
      if (length + line.length > bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * (length + line.length));
      }
      System.arraycopy(line, 0, bytes, length, line.length);
      length += line.length;
    }

    synchronized byte[] lines() {
      return Arrays.copyOf(bytes, length);
    }

    /**
     * What the next run finds, its repair done: all that was forced, and complete lines of whatever
     * else the cache had written out by itself.
     */
    synchronized byte[] cutPower() {
      off = true;
      int end = forced + (random.nextBoolean() ? 0 : random.nextInt(length - forced + 1));
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      return Arrays.copyOf(bytes, end);
    }

    private void requirePower() throws IOException {
      if (off) {
        throw new IOException("the power is off");
      }
    }

    @Override
    public Path path() {
      return Path.of("cut.jsonl");
    }

    @Override
    public synchronized long length() {
      return length;
    }

    @Override
    public long force() throws IOException {
      int covered;
      long takesNs;
      synchronized (this) {
        covered = length;
        takesNs = TimeUnit.MICROSECONDS.toNanos(random.nextInt(FORCE_US_MAX));
      }
      LockSupport.parkNanos(takesNs);
      synchronized (this) {
        requirePower();
        forced = Math.max(forced, covered);
        return covered;
      }
    }

    @Override
    public synchronized int read(ByteBuffer into, long position) throws IOException {
      requirePower();
      if (position >= length) {
        return -1;
      }
      int count = (int) Math.min(into.remaining(), length - position);
      into.put(bytes, (int) position, count);
      return count;
    }
  }
}
