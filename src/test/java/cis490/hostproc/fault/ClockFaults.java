package cis490.hostproc.fault;

import cis490.hostproc.testkit.RowsFile;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** Somebody sets a wall clock. */
final class ClockFaults {

  private static final int HOURS_MAX = 48;

  /** A forward step of less could be a slow machine's. */
  private static final long STEP_NS_MIN = Duration.ofMinutes(30).toNanos();

  private ClockFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("collector's clock steps", ClockFaults::collectors),
        Scenario.exact("broker's clock steps", ClockFaults::brokers),
        Scenario.exact("clock set back while the broker is away", ClockFaults::backWhileAway));
  }

  private static void collectors(Run run) throws Exception {
    FakeTime clock = FakeTime.in(run.folder());
    run.collector().withEnvironment(clock.environment());
    if (run.random().nextBoolean()) {
      // A clock that was never right.
      stepByHours(run, clock);
    }
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(200, 1_500);
      stepByHours(run, clock);
    }
    run.collector().awaitMoreRows(20);
    requireStepped(run.collector().file().rows());
  }

  private static void brokers(Run run) throws Exception {
    FakeTime clock = FakeTime.in(run.folder());
    run.brokers().terminate(0);
    run.brokers().launch(0, clock.environment());
    run.brokers().awaitReady(0);
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(200, 1_500);
      stepByHours(run, clock);
    }
    run.pass(0, 1_000);
  }

  /** Whoever waits for the time of day waits for hours then: a wrong clock at boot, until NTP. */
  private static void backWhileAway(Run run) throws Exception {
    FakeTime clock = FakeTime.in(run.folder());
    run.collector().withEnvironment(clock.environment());
    long hours = run.random().nextInt(1, HOURS_MAX);
    long aheadS = Duration.ofHours(hours).toSeconds();
    boolean sinceBoot = run.random().nextBoolean();
    if (sinceBoot) {
      clock.step(aheadS);
      run.brokers().kill(0);
      run.collector().start();
    } else {
      run.startShipping();
      run.pass(0, 1_000);
      if (run.random().nextBoolean()) {
        run.awaitBatch();
      }
      if (run.random().nextBoolean()) {
        run.brokers().kill(0);
      } else {
        run.brokers().freeze(0);
      }
    }
    run.pass(0, 3_000);
    clock.step(sinceBoot ? 0 : -aheadS);
    run.pass(500, 4_000);
    run.brokers().heal();
    run.awaitShipping();
  }

  /** Sets it hours ahead of the right time or behind, never to the offset that it has. */
  static void stepByHours(Run run, FakeTime clock) throws IOException {
    long aheadS;
    do {
      long hours = run.random().nextInt(1, HOURS_MAX);
      aheadS = Duration.ofHours(run.random().nextBoolean() ? hours : -hours).toSeconds();
    } while (aheadS == clock.aheadS());
    clock.step(aheadS);
  }

  /** Or else nothing was tested. */
  private static void requireStepped(List<String> rows) {
    long steps = 0;
    for (int i = 1; i < rows.size(); i++) {
      long stepNs = wallNs(rows.get(i)) - wallNs(rows.get(i - 1));
      steps += Math.abs(stepNs) > STEP_NS_MIN ? 1 : 0;
    }
    Assertions.assertTrue(steps > 0, "t_wall_ns never stepped");
  }

  private static long wallNs(String row) {
    return RowsFile.number(row, "t_wall_ns");
  }
}
