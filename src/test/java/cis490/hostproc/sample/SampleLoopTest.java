package cis490.hostproc.sample;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.journal.BreakableFile;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.testkit.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many episodes on one thread: each has its own grid, its own counts and its own end. */
class SampleLoopTest {

  private static final long PAGE_SIZE = 4096;
  private static final long MS = 1_000_000;
  private static final long START = 1_000_000 * MS;
  private static final Pattern MONOTONIC = Pattern.compile("\"t_mono_ns\": (-?\\d+)");

  @TempDir Path folder;

  private final FakeClock clock = new FakeClock(START);
  private final List<Episode> episodes = new ArrayList<>();
  private int changes;
  private final SampleLoop loop = new SampleLoop(clock, () -> changes++);

  /** One of many. */
  private final class Episode {
    private final SampleFigures figures = new SampleFigures();
    private final BreakableFile file = new BreakableFile();
    private final SyntheticProcess process;
    private final ProcessFiles files;
    private final Journal journal;
    private final Sampler sampler;
    private long startNs;

    Episode() throws Exception {
      process = SyntheticProcess.whole(folder.resolve("process" + episodes.size()));
      files = process.open();
      journal = file.journal();
      sampler = new Sampler(files, journal, PAGE_SIZE, clock, figures);
      episodes.add(this);
    }

    List<Long> millisecondsFromStart(long originNs) throws IOException {
      List<Long> times = new ArrayList<>();
      Matcher each = MONOTONIC.matcher(new String(file.content(), US_ASCII));
      while (each.find()) {
        times.add((Long.parseLong(each.group(1)) + originNs - START) / MS);
      }
      return times;
    }
  }

  @AfterEach
  void closeAll() throws IOException {
    for (Episode each : episodes) {
      each.files.close();
      each.journal.close();
    }
  }

  private Episode add(long startMs, long intervalMs, int ticks) throws Exception {
    Episode episode = new Episode();
    episode.startNs = START + startMs * MS;
    long durationNs = ticks * intervalMs * MS;
    loop.add(
        episode.sampler,
        Schedule.from(episode.startNs, intervalMs * MS, episode.startNs, durationNs));
    return episode;
  }

  private void run() {
    loop.close();
    loop.run();
  }

  @Test
  void eachHasItsOwnGrid() throws Exception {
    Episode slow = add(5, 100, 3);
    Episode quick = add(0, 30, 8);
    run();
    assertEquals(List.of(5L, 105L, 205L), slow.millisecondsFromStart(START + 5 * MS));
    assertEquals(
        List.of(0L, 30L, 60L, 90L, 120L, 150L, 180L, 210L), quick.millisecondsFromStart(START));
    assertEquals(EndReason.DURATION, slow.sampler.endReason());
    assertEquals(EndReason.DURATION, quick.sampler.endReason());
    assertEquals(4, changes, "a first tick and an end of each");
  }

  @Test
  void theEarliestDeadlineIsFirst() throws Exception {
    clock.work(() -> MS);
    clock.oversleep(500 * MS);
    for (long startMs : List.of(40L, 10L, 30L, 0L, 20L)) {
      add(startMs, 1_000, 1);
    }
    run();
    // All but the first were due in a freeze until 510 ms.
    List<Long> taken = new ArrayList<>();
    for (Episode each : episodes) {
      taken.add(each.millisecondsFromStart(each.startNs).get(0));
    }
    assertEquals(List.of(513L, 510L, 512L, 0L, 511L), taken);
  }

  @Test
  void onesThatComeWhileItRunsAreSampledAtOnce() throws Exception {
    add(0, 1_000, 5);
    Episode late = new Episode();
    clock.at(
        START + 300 * MS,
        () ->
            loop.add(
                late.sampler,
                Schedule.from(START + 300 * MS, 50 * MS, START + 300 * MS, 100 * MS)));
    run();
    assertEquals(List.of(300L, 350L), late.millisecondsFromStart(START + 300 * MS));
    assertEquals(0, late.figures.lateness().max());
  }

  @Test
  void aStopEndsOneAtOnceAndNoOther() throws Exception {
    Episode stopped = add(0, 60_000, 100);
    Episode other = add(0, 100, 10);
    clock.at(START + 250 * MS, () -> stopped.sampler.stop(EndReason.SIGNAL));
    long[] overAtNs = {0};
    clock.at(
        START + 300 * MS, () -> overAtNs[0] = stopped.sampler.isOver() ? clock.monotonicNs() : 0);
    run();
    assertTrue(overAtNs[0] > 0, "over before the next tick of the other one");
    assertEquals(EndReason.SIGNAL, stopped.sampler.endReason());
    assertEquals(1L, stopped.sampler.ticksDue());
    assertEquals(10, other.figures.rows());
    assertEquals(0, other.figures.missed());
  }

  @Test
  void oneThatFailsEndsAlone() throws Exception {
    Episode failing = add(0, 100, 10);
    Episode other = add(1, 100, 10);
    IllegalStateException broken = new IllegalStateException("broken on purpose");
    // The reading of the wall clock is part of a tick: the third one is the failing one's second.
    int[] readings = {0};
    clock.work(
        () -> {
          if (++readings[0] == 3) {
            throw broken;
          }
          return 1;
        });
    run();
    assertEquals(EndReason.FAILURE, failing.sampler.endReason());
    assertSame(broken, failing.sampler.failure());
    assertEquals(failing.sampler.ticksDue(), failing.figures.ticks());
    assertEquals(EndReason.DURATION, other.sampler.endReason());
    assertNull(other.sampler.failure());
    assertEquals(10, other.figures.rows());
  }

  @Test
  void everyDueTickOfEachIsCountedOnceUnderRandomScripts() throws Exception {
    SplittableRandom random = Seed.random("SampleLoopTest");
    int rarely = 50;
    clock.oversleepAlways(() -> random.nextInt(rarely) == 0 ? random.nextInt((int) (90 * MS)) : -1);
    clock.work(() -> random.nextInt(rarely) == 0 ? random.nextInt((int) (40 * MS)) : 1_000);
    List<EndReason> ends = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ends.add(addAtRandom(random));
    }
    clock.at(START + 1_000 * MS, loop::close);
    loop.run();
    long missed = 0;
    for (int i = 0; i < episodes.size(); i++) {
      Episode each = episodes.get(i);
      assertEquals(ends.get(i), each.sampler.endReason(), "episode " + i);
      Long due = each.sampler.ticksDue();
      assertEquals(due == null ? 0 : due, each.figures.ticks(), "episode " + i);
      missed += each.figures.missed();
    }
    assertTrue(missed > 50, "enough of everything: " + missed);
  }

  /** Comes at any time, at any interval, and ends in one of three ways. Returns its end. */
  private EndReason addAtRandom(SplittableRandom random) throws Exception {
    Episode episode = new Episode();
    long comesNs = START + random.nextLong(1_000 * MS);
    long intervalNs = (1 + random.nextInt(100)) * MS;
    boolean isStopped = random.nextInt(3) == 0;
    boolean dies = !isStopped && random.nextBoolean();
    long durationNs = isStopped || dies ? Long.MAX_VALUE : random.nextLong(1_000 * MS);
    clock.at(
        comesNs,
        () -> loop.add(episode.sampler, Schedule.from(comesNs, intervalNs, comesNs, durationNs)));
    long endNs = comesNs + random.nextLong(1_000 * MS);
    if (isStopped) {
      clock.at(endNs, () -> episode.sampler.stop(EndReason.SIGNAL));
      return EndReason.SIGNAL;
    }
    if (dies) {
      clock.at(endNs, episode.process::becomeZombie);
      return EndReason.PROCESS_ZOMBIE;
    }
    return EndReason.DURATION;
  }
}
