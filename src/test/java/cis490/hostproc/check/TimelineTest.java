package cis490.hostproc.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cis490.hostproc.check.Timeline.Event;
import cis490.hostproc.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gaps, rows out of order and steps of the wall clock, in rows that are made up. */
class TimelineTest {

  private static final long MS = 1_000_000;
  private static final long S = 1_000 * MS;
  private static final long WALL_NS = 1_795_422_553L * S;

  /** Feeds rows, numbered from 0, whose clocks go as they are told. */
  private static final class Rows {

    private final Timeline timeline;
    private long row;
    private long monoNs;
    private long wallNs = WALL_NS;

    Rows(Timeline timeline) {
      this.timeline = timeline;
    }

    /** The next row, so long after the one before. */
    Rows after(long ns) {
      monoNs += ns;
      wallNs += ns;
      timeline.add(row++, monoNs, wallNs);
      return this;
    }

    Rows grid(int count, long intervalNs) {
      for (int i = 0; i < count; i++) {
        after(intervalNs);
      }
      return this;
    }

    /** The wall clock alone. */
    Rows wall(long ns) {
      wallNs += ns;
      return this;
    }

    Timeline end() {
      timeline.end();
      return timeline;
    }
  }

  private final Rows rows = new Rows(Timeline.onGrid(100 * MS));
  private final Rows unknown = new Rows(Timeline.ofUnknownInterval());

  @Test
  void aRegularGridHasNothingOdd() {
    Timeline timeline = rows.grid(1000, 100 * MS).end();
    assertEquals(1000, timeline.rows());
    assertEquals(100 * MS, timeline.intervalNs());
    assertNothingOdd(timeline);
  }

  @Test
  void noRowsHaveNothingOdd() {
    assertNothingOdd(rows.end());
    assertNothingOdd(unknown.end());
    assertEquals(0, unknown.timeline.intervalNs());
    assertNothingOdd(new Rows(Timeline.ofUnknownInterval()).after(0).end());
  }

  @Test
  void anIntervalIsMoreThanNothing() {
    assertThrows(IllegalArgumentException.class, () -> Timeline.onGrid(0));
  }

  // Gaps.

  @ParameterizedTest
  @CsvSource({
    "0, 100_000_000, 0",
    "0, 199_999_999, 0",
    "0, 200_000_000, 1",
    "0, 1_000_000_000, 9",
    "0, 3_600_000_000_000, 35_999",
    "99_999_999, 1, 0",
    "99_999_999, 100_000_000, 0",
    "99_999_999, 100_000_001, 1",
    "60_000_000, 139_999_999, 0",
    "60_000_000, 140_000_000, 1",
  })
  void aGapIsATickOfTheGridWithoutARow(String lateNs, String differenceNs, String missing) {
    long difference = number(differenceNs);
    rows.grid(10, 100 * MS).after(100 * MS + number(lateNs)).after(difference);
    Timeline timeline = rows.end();
    assertEquals(number(missing), timeline.ticksMissing());
    assertEquals(
        number(missing) == 0 ? List.of() : List.of(new Event(11, difference)),
        timeline.gaps().first());
  }

  /** A row may be late by all of the interval; ticks that are lost are counted all the same. */
  @Test
  void lateRowsHideNoTickAndMakeNone() {
    SplittableRandom random = Seed.random("late rows");
    long tick = 0;
    long monoNs = 0;
    long missing = 0;
    rows.after(0);
    for (int i = 0; i < 100_000; i++) {
      int lost = random.nextInt(10) == 0 ? random.nextInt(1, 5) : 0;
      missing += lost;
      tick += 1 + lost;
      long nextNs = tick * 100 * MS + random.nextLong(100 * MS);
      rows.after(nextNs - monoNs);
      monoNs = nextNs;
    }
    assertEquals(missing, rows.end().ticksMissing());
  }

  @ParameterizedTest
  @CsvSource({
    "150_000_000, 0, 0",
    "150_000_001, 1, 1",
    "200_000_000, 1, 1",
    "249_999_999, 1, 1",
    "250_000_001, 1, 2",
    "1_000_000_000, 1, 9",
    "3_600_000_000_000, 1, 35_999",
  })
  void withoutAGridAGapIsMoreThanOneAndAHalfIntervals(
      String differenceNs, int gaps, String missing) {
    long difference = number(differenceNs);
    Timeline timeline = unknown.grid(10, 100 * MS).after(difference).grid(10, 100 * MS).end();
    assertEquals(gaps, timeline.gaps().count());
    assertEquals(number(missing), timeline.ticksMissing());
    assertEquals(
        gaps == 0 ? List.of() : List.of(new Event(10, difference)), timeline.gaps().first());
  }

  @Test
  void theLongestGapIsNamedAndTheirTicksAreAdded() {
    Timeline timeline =
        rows.grid(5, 100 * MS)
            .after(300 * MS)
            .after(100 * MS)
            .after(500 * MS)
            .after(500 * MS)
            .end();
    assertEquals(new Event(7, 500 * MS), timeline.gaps().largest(), "the first of two");
    assertEquals(3, timeline.gaps().count());
    assertEquals(2 + 4 + 4, timeline.ticksMissing());
  }

  @Test
  void theFirstGapsAreKeptAndAllAreCounted() {
    Timeline timeline = rows.after(0).grid(100, 200 * MS).after(900 * MS).end();
    assertEquals(101, timeline.gaps().count());
    assertEquals(Timeline.KEPT_MAX, timeline.gaps().first().size());
    assertEquals(new Event(1, 200 * MS), timeline.gaps().first().get(0));
    assertEquals(new Event(20, 200 * MS), timeline.gaps().first().get(19));
    assertEquals(new Event(101, 900 * MS), timeline.gaps().largest());
  }

  // An interval that nobody said.

  @ParameterizedTest
  @ValueSource(ints = {3, 50, 9_999, 10_000, 10_001, 30_000})
  void theIntervalIsFoundInJitter(int count) {
    SplittableRandom random = Seed.random("interval of " + count + " rows");
    unknown.after(0);
    long lateNs = 0;
    for (int i = 0; i < count; i++) {
      // Now and then much too late, so that one difference is too long and the next too short.
      long nextLateNs = (i % 10 == 5 ? 8 * MS : 0) + random.nextLong(400_000);
      unknown.after(20 * MS + nextLateNs - lateNs);
      lateNs = nextLateNs;
    }
    Timeline timeline = unknown.after(60 * MS).end();
    assertEquals(20 * MS, timeline.intervalNs());
    assertEquals(List.of(new Event(count + 1, 60 * MS)), timeline.gaps().first());
    assertEquals(2, timeline.ticksMissing());
  }

  @Test
  void gapsBeforeTheIntervalIsKnownAreFoundToo() {
    Timeline timeline =
        unknown.after(0).after(30 * MS).grid(12_000, 10 * MS).after(50 * MS).after(10 * MS).end();
    assertEquals(10 * MS, timeline.intervalNs());
    assertEquals(
        List.of(new Event(1, 30 * MS), new Event(12_002, 50 * MS)), timeline.gaps().first());
    assertEquals(2 + 4, timeline.ticksMissing());
  }

  @Test
  void anIntervalBelowAMillisecondStaysWhatItIs() {
    Timeline timeline = unknown.after(0).grid(10, 1_000).after(5_000).end();
    assertEquals(1_000, timeline.intervalNs());
    assertEquals(4, timeline.ticksMissing());
  }

  @Test
  void twoRowsAtTheSameTimeHaveNoInterval() {
    Timeline timeline = unknown.after(0).after(0).end();
    assertEquals(0, timeline.intervalNs());
    assertEquals(0, timeline.gaps().count());
    assertEquals(1, timeline.notRising().count());
  }

  // Order.

  @Test
  void rowsThatDoNotRiseAreNamed() {
    Timeline timeline =
        rows.grid(10, 100 * MS).after(0).after(100 * MS).after(-S).after(100 * MS).end();
    assertEquals(List.of(new Event(10, 0), new Event(12, -S)), timeline.notRising().first());
    assertEquals(new Event(12, -S), timeline.notRising().largest());
    assertEquals(0, timeline.gaps().count());
    assertEquals(0, timeline.wallSteps().count());
  }

  /** Another process's rows behind: its own origin, and so another distance of the two clocks. */
  @Test
  void aNewOriginIsNoStepOfTheWallClock() {
    rows.grid(10, 100 * MS);
    rows.wall(90 * S).after(-S);
    Timeline timeline = rows.grid(10, 100 * MS).end();
    assertEquals(1, timeline.notRising().count());
    assertEquals(0, timeline.wallSteps().count());
  }

  // The wall clock.

  @ParameterizedTest
  @ValueSource(longs = {3600 * S, -3600 * S, 11 * MS, -11 * MS, 200L * 365 * 86400 * S})
  void aStepIsNamedWithItsRow(long stepNs) {
    Timeline timeline = rows.grid(10, 100 * MS).wall(stepNs).grid(10, 100 * MS).end();
    long shownNs = timeline.wallSteps().largest().ns();
    assertEquals(List.of(new Event(10, stepNs)), timeline.wallSteps().first());
    assertEquals(stepNs, shownNs);
    assertEquals(0, timeline.gaps().count());
  }

  @ParameterizedTest
  @ValueSource(longs = {10 * MS, -10 * MS, 1})
  void aSmallChangeIsNone(long stepNs) {
    Timeline timeline = rows.grid(10, 100 * MS).wall(stepNs).grid(10, 100 * MS).end();
    assertNothingOdd(timeline);
  }

  @Test
  void moreTimeMayBringMoreChange() {
    rows.grid(10, 100 * MS).wall(100 * MS).after(100 * S).grid(10, 100 * MS);
    assertEquals(0, rows.end().wallSteps().count(), "100 ms in 100 s is a clock that is slewed");
    rows.wall(120 * MS).after(100 * S).grid(10, 100 * MS);
    assertEquals(List.of(new Event(20 + 1, 120 * MS)), rows.end().wallSteps().first());
  }

  @Test
  void aThreadPreemptedBetweenTheClocksIsNoStep() {
    rows.grid(10, 100 * MS);
    rows.wall(30 * MS).after(100 * MS).wall(-30 * MS).grid(10, 100 * MS);
    assertNothingOdd(rows.end());
  }

  @Test
  void aStepRightAfterSuchARowIsFoundAtItsOwnRow() {
    rows.grid(10, 100 * MS);
    rows.wall(30 * MS).after(100 * MS).wall(-30 * MS);
    Timeline timeline = rows.wall(3600 * S).grid(10, 100 * MS).end();
    assertEquals(List.of(new Event(11, 3600 * S)), timeline.wallSteps().first());
  }

  @Test
  void aSteadyDriftIsNoStep() {
    for (int i = 0; i < 100_000; i++) {
      rows.wall(50_000).after(100 * MS); // 500 ppm
    }
    assertNothingOdd(rows.end());
  }

  @Test
  void theLastRowAloneProvesNoStep() {
    assertNothingOdd(rows.grid(10, 100 * MS).wall(3600 * S).after(100 * MS).end());
  }

  @Test
  void aStepInTheSecondRowIsFound() {
    Timeline timeline = rows.after(0).wall(-S).grid(2, 100 * MS).end();
    assertEquals(List.of(new Event(1, -S)), timeline.wallSteps().first());
  }

  @Test
  void thereAndBackAreTwoSteps() {
    rows.grid(10, 100 * MS).wall(-5 * S).grid(10, 100 * MS).wall(5 * S).grid(10, 100 * MS);
    assertEquals(
        List.of(new Event(10, -5 * S), new Event(20, 5 * S)), rows.end().wallSteps().first());
  }

  @Test
  void timesAsLargeAsTheyCanBeAreNoTrouble() {
    Timeline timeline = unknown.timeline;
    timeline.add(0, 0, Long.MAX_VALUE);
    timeline.add(1, Long.MAX_VALUE - 1, 0);
    timeline.add(2, Long.MAX_VALUE, 0);
    timeline.end();
    assertEquals(List.of(new Event(1, -Long.MAX_VALUE)), timeline.wallSteps().first());
    assertEquals(0, timeline.notRising().count());
  }

  @Test
  void whatWasPutInIsWhatIsFound() {
    SplittableRandom random = Seed.random("timelines");
    for (int i = 0; i < 500; i++) {
      randomTimeline(random);
    }
  }

  private static void randomTimeline(SplittableRandom random) {
    long intervalNs = random.nextLong(1, 2_000) * MS;
    boolean known = random.nextBoolean();
    Rows rows = new Rows(known ? Timeline.onGrid(intervalNs) : Timeline.ofUnknownInterval());
    List<Event> gaps = new ArrayList<>();
    List<Event> steps = new ArrayList<>();
    long missing = 0;
    rows.grid(100, intervalNs);
    for (int events = random.nextInt(20); events > 0; events--) {
      switch (random.nextInt(3)) {
        case 0 -> {
          int ticks = random.nextInt(1, 1000);
          gaps.add(new Event(rows.row, (ticks + 1) * intervalNs));
          missing += ticks;
          rows.after((ticks + 1) * intervalNs);
        }
        case 1 -> {
          // More than 10 ms and 0.1 % of an interval.
          long stepNs = random.nextLong(13 * MS, 9999 * S) * (random.nextBoolean() ? 1 : -1);
          steps.add(new Event(rows.row, stepNs));
          rows.wall(stepNs);
        }
        default -> {
          long spikeNs = random.nextLong(9999 * S);
          rows.wall(spikeNs).after(intervalNs).wall(-spikeNs);
        }
      }
      rows.grid(random.nextInt(2, 30), intervalNs);
    }
    Timeline timeline = rows.end();
    assertEquals(intervalNs, timeline.intervalNs());
    assertEquals(gaps, timeline.gaps().first());
    assertEquals(missing, timeline.ticksMissing());
    assertEquals(steps, timeline.wallSteps().first());
    assertEquals(0, timeline.notRising().count());
  }

  private static void assertNothingOdd(Timeline timeline) {
    assertEquals(0, timeline.gaps().count());
    assertEquals(0, timeline.ticksMissing());
    assertEquals(0, timeline.notRising().count());
    assertEquals(0, timeline.wallSteps().count());
    assertNull(timeline.wallSteps().largest());
  }

  private static long number(String text) {
    return Long.parseLong(text.replace("_", ""));
  }
}
