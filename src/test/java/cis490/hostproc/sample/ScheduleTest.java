package cis490.hostproc.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Seed;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The grid of deadlines: origin + n × interval, whatever happens. */
class ScheduleTest {

  private static final long MS = 1_000_000;
  private static final long YEAR_NS = 365L * 86_400 * 1_000 * MS;
  private static final int CASES = 50_000;

  @Test
  void theFirstTickIsTheFirstDeadlineNotBeforeTheStart() {
    assertEquals(0, Schedule.from(1_000, 10, 1_000, 100).firstTick());
    assertEquals(1, Schedule.from(1_000, 10, 1_001, 100).firstTick());
    assertEquals(1, Schedule.from(1_000, 10, 1_010, 100).firstTick());
    assertEquals(2, Schedule.from(1_000, 10, 1_011, 100).firstTick());
    assertEquals(-1, Schedule.from(1_000, 10, 981, 100).firstTick(), "an origin still to come");
    assertEquals(-2, Schedule.from(1_000, 10, 980, 100).firstTick());
    assertEquals(0, Schedule.from(0, 10, 0, 100).firstTick());
  }

  @Test
  void theEndCountsFromTheFirstDeadline() {
    assertEquals(1_110, Schedule.from(1_000, 10, 1_001, 100).endNs());
  }

  @Test
  void theNextTickIsTheFirstOneAhead() {
    Schedule schedule = Schedule.from(1_000, 10, 1_000, 100);
    assertEquals(1, schedule.next(0, 1_000));
    assertEquals(1, schedule.next(0, 1_009));
    assertEquals(2, schedule.next(0, 1_010), "a deadline that is now is not ahead");
    assertEquals(2, schedule.next(0, 1_019));
    assertEquals(6, schedule.next(0, 1_055));
    assertEquals(10, schedule.next(0, 1_099));
    assertEquals(10, schedule.next(0, 5_000), "not beyond the end");
    assertEquals(11, schedule.next(10, 5_000), "but always on");
    assertEquals(8, schedule.next(7, 1_000), "a tick taken early is not taken again");
  }

  @Test
  void aTickAtOnceIsFollowedByTheGrid() {
    Schedule schedule = Schedule.atOnce(1_000, 100, 1_250, 500);
    assertEquals(1_250, schedule.deadlineNs(schedule.firstTick()));
    long second = schedule.next(schedule.firstTick(), 1_260);
    assertEquals(schedule.firstTick() + 1, second, "no tick was missed");
    assertEquals(1_300, schedule.deadlineNs(second));
    assertEquals(1_750, schedule.endNs());

    Schedule onTheGrid = Schedule.atOnce(1_000, 100, 1_200, 500);
    assertEquals(1_200, onTheGrid.deadlineNs(onTheGrid.firstTick()));
    assertEquals(Schedule.from(1_000, 100, 1_200, 500), onTheGrid);
  }

  @Test
  void anIntervalThatIsNoTimeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Schedule(0, 0, 0, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Schedule(0, -1, 0, 0, 1));
  }

  @Test
  void theFirstDeadlineIsWithinAnIntervalFromTheStart() {
    SplittableRandom random = Seed.random("ScheduleTest");
    for (int i = 0; i < CASES; i++) {
      Case c = Case.random(random);
      long late = c.schedule.deadlineNs(c.schedule.firstTick()) - c.startNs;
      assertTrue(late >= 0 && late < c.intervalNs, c.toString());
    }
  }

  @Test
  void noDeadlineEverLeavesTheGrid() {
    SplittableRandom random = Seed.random("ScheduleTest");
    for (int i = 0; i < CASES / 25; i++) {
      Case c = Case.random(random);
      long tick = c.schedule.firstTick();
      long nowNs = c.startNs;
      for (int n = 0; n < 100; n++) {
        long deadlineNs = c.schedule.deadlineNs(tick);
        assertEquals(tick, Math.floorDiv(deadlineNs - c.originNs, c.intervalNs), c.toString());
        assertEquals(0, Math.floorMod(deadlineNs - c.originNs, c.intervalNs), c.toString());
        nowNs = Math.max(nowNs, deadlineNs) + (long) (random.nextDouble() * 3 * c.intervalNs);
        tick = c.schedule.next(tick, nowNs);
      }
    }
  }

  @Test
  void theNextTickIsAheadAndNoEarlierOneIs() {
    SplittableRandom random = Seed.random("ScheduleTest");
    for (int i = 0; i < CASES; i++) {
      Case c = Case.random(random);
      long tick = c.schedule.firstTick() + random.nextInt(1_000);
      long nowNs =
          c.schedule.deadlineNs(tick)
              + (long) ((random.nextDouble() - 0.1) * 2_000 * c.intervalNs)
              + random.nextInt(3);
      long next = c.schedule.next(tick, nowNs);
      String shown = c + ", tick " + tick + ", now " + nowNs + ", next " + next;
      assertTrue(next > tick, shown);
      long nextNs = c.schedule.deadlineNs(next);
      boolean ahead = nextNs > nowNs;
      boolean over = nextNs >= c.schedule.endNs();
      assertTrue(ahead || over, shown);
      if (next > tick + 1) {
        long previousNs = c.schedule.deadlineNs(next - 1);
        assertTrue(previousNs <= nowNs, shown + ": skipped one that was ahead");
        assertTrue(previousNs < c.schedule.endNs(), shown + ": counts beyond the end");
      }
    }
  }

  @Test
  void aDurationHoldsItsExactNumberOfTicks() {
    SplittableRandom random = Seed.random("ScheduleTest");
    for (int i = 0; i < CASES / 25; i++) {
      long intervalNs = 1L + random.nextInt(1_000);
      long durationNs = random.nextInt(100_000);
      long originNs = random.nextInt(1_000_000);
      long startNs = originNs + random.nextInt(1_000_000);
      Schedule schedule = Schedule.from(originNs, intervalNs, startNs, durationNs);
      long ticks = 0;
      for (long tick = schedule.firstTick();
          schedule.deadlineNs(tick) < schedule.endNs();
          tick = schedule.next(tick, schedule.deadlineNs(tick))) {
        ticks++;
      }
      assertEquals((durationNs + intervalNs - 1) / intervalNs, ticks, schedule.toString());
    }
  }

  @Test
  void noEndLeavesRoomForOneMoreDeadline() {
    for (long startNs : new long[] {0, 1, MS, YEAR_NS, 200 * YEAR_NS}) {
      for (long intervalNs : new long[] {1, 3, MS, 100 * MS, 3_600_000 * MS}) {
        for (long originNs : new long[] {0, startNs / 2, startNs}) {
          for (long durationNs : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 1}) {
            Schedule schedule = Schedule.from(originNs, intervalNs, startNs, durationNs);
            long beyond = schedule.next(schedule.firstTick(), Long.MAX_VALUE - 1);
            assertTrue(schedule.endNs() > 290 * YEAR_NS, schedule.toString());
            assertTrue(schedule.deadlineNs(beyond) >= schedule.endNs(), schedule.toString());
          }
        }
      }
    }
  }

  /** Times as they come: a host up for years, an origin in its past or the very start. */
  private record Case(long originNs, long intervalNs, long startNs, Schedule schedule) {

    static Case random(SplittableRandom random) {
      long startNs = (long) (random.nextDouble() * 20 * YEAR_NS);
      long originNs =
          switch (random.nextInt(4)) {
            case 0 -> startNs;
            case 1 -> (long) (random.nextDouble() * startNs);
            case 2 -> Math.max(0, startNs - random.nextInt(1_000));
            default -> startNs + random.nextInt(1_000_000);
          };
      long intervalNs =
          switch (random.nextInt(3)) {
            case 0 -> 1 + random.nextInt(10);
            case 1 -> MS * (1 + random.nextInt(3_600_000));
            default -> 1 + random.nextInt(1_000_000_000);
          };
      long durationNs =
          switch (random.nextInt(3)) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> intervalNs * (1 + random.nextInt(10_000));
            default -> random.nextInt(1_000_000_000);
          };
      return new Case(
          originNs, intervalNs, startNs, Schedule.from(originNs, intervalNs, startNs, durationNs));
    }
  }
}
