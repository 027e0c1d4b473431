package cis490.hostproc.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Tool;
import cis490.hostproc.testkit.Wait;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The times in the rows, held against the clocks that another program reads, and the grid. */
class HonestTimeIT {

  private static final int READINGS = 30;

  /** More than a loaded machine's usual lateness, far less than what a wrong grid makes. */
  private static final long LATENESS_MEDIAN_MAX_NS = Sampling.INTERVAL_NS / 4;

  /** {@code -Dhostproc.drift.s=600} for ten minutes. */
  private static final long DRIFT_S = Long.getLong("hostproc.drift.s", 60);

  /** A machine is not equally busy all the time. A tenth of an interval; drift adds up to more. */
  private static final long DRIFT_MAX_NS = Sampling.INTERVAL_NS / 10;

  private static final long STOP_RUN_S = 5;
  private static final long STOPPED_NS = Duration.ofSeconds(2).toNanos();
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private Process target;

  @BeforeEach
  void startTarget() throws IOException {
    target = new ProcessBuilder("sleep", "infinity").start();
  }

  @AfterEach
  void endTarget() {
    target.destroyForcibly();
  }

  /** A step of the wall clock during this test fails it; nothing steps a clock here by itself. */
  @Test
  @Timeout(120)
  void timesAreThoseOfAnotherProgramsClocks() throws Exception {
    Tool.require("python3", "--version");
    try (Clocks clocks = new Clocks()) {
      long originNs = clocks.read().monoNs();
      try (Sampling sampling =
          Sampling.of(target.pid(), folder, "--mono-origin-ns", Long.toString(originNs))) {
        for (int i = 0; i < READINGS; i++) {
          Clocks.Reading before = clocks.read();
          Sample row = sampling.rowAfter();
          Clocks.Reading after = clocks.read();
          assertBetween(before.monoNs() - originNs, row.tMonoNs(), after.monoNs() - originNs);
          assertBetween(before.wallNs(), row.tWallNs(), after.wallNs());
        }
        List<Sample> rows = sampling.end();
        long onMicroseconds = rows.stream().filter(row -> row.tWallNs() % 1000 == 0).count();
        assertTrue(
            onMicroseconds <= rows.size() / 10,
            onMicroseconds + " of " + rows.size() + " wall times are whole microseconds");
        Sample last = rows.get(rows.size() - 1);
        long medianNs =
            new Grid(rows, last.tMonoNs() / Sampling.INTERVAL_NS + 1)
                .medianLatenessNs(0, rows.size());
        assertTrue(
            medianNs < LATENESS_MEDIAN_MAX_NS,
            medianNs + " ns: the grid begins at the other program's origin");
      }
    }
  }

  @Tag("long")
  @Test
  void ticksDoNotDrift() throws Exception {
    try (Sampling sampling =
        Sampling.of(target.pid(), folder, "--duration-s", Long.toString(DRIFT_S))) {
      List<Sample> rows = sampling.ended(LIMIT.plusSeconds(DRIFT_S));

      long due = DRIFT_S * 1000 / Sampling.INTERVAL_MS;
      Grid grid = new Grid(rows, due);
      assertTold(rows, due, sampling.manifest());
      assertEquals(grid.empty(), sampling.manifest().get("ticks_missed").asLong());
      int tenth = rows.size() / 10;
      long firstNs = grid.medianLatenessNs(0, tenth);
      long lastNs = grid.medianLatenessNs(rows.size() - tenth, rows.size());
      System.out.println(
          DRIFT_S
              + " s: "
              + rows.size()
              + " rows, "
              + grid.empty()
              + " missed, median lateness of the first tenth "
              + firstNs
              + " ns, of the last "
              + lastNs
              + " ns");
      assertTrue(firstNs < LATENESS_MEDIAN_MAX_NS, firstNs + " ns late from the beginning");
      assertTrue(lastNs < firstNs + DRIFT_MAX_NS, "from " + firstNs + " to " + lastNs + " ns");
    }
  }

  @Test
  @Timeout(120)
  void whatAStoppedCollectorMissedIsExactlyWhatIsNotThere() throws Exception {
    try (Sampling sampling =
        Sampling.of(target.pid(), folder, "--duration-s", Long.toString(STOP_RUN_S))) {
      sampling.rowAfter();
      long fromNs = System.nanoTime();
      sampling.run().signal("STOP");
      Wait.until("it stops", LIMIT, () -> state(sampling.run().pid()) == 'T');
      long stoppedNs = System.nanoTime();
      Wait.until("2 s are over", LIMIT, () -> System.nanoTime() - stoppedNs > STOPPED_NS);
      sampling.run().signal("CONT");
      sampling.rowAfter();
      long toNs = System.nanoTime();
      List<Sample> rows = sampling.ended(LIMIT);

      long due = STOP_RUN_S * 1000 / Sampling.INTERVAL_MS;
      Grid grid = new Grid(rows, due);
      assertTold(rows, due, sampling.manifest());
      long missed = sampling.manifest().get("ticks_missed").asLong();
      int afterStop = grid.afterLargestGap();
      long gap = grid.emptyBefore(afterStop);
      System.out.println("stopped: " + gap + " ticks in the gap, " + missed + " missed in all");
      assertEquals(grid.empty(), missed);
      assertBetween(
          STOPPED_NS / Sampling.INTERVAL_NS - 1, gap, (toNs - fromNs) / Sampling.INTERVAL_NS);
      long lateNs = grid.medianLatenessNs(afterStop, rows.size());
      assertTrue(lateNs < LATENESS_MEDIAN_MAX_NS, lateNs + " ns: the grid has shifted");
    }
  }

  /** As in {@code /proc/PID/stat}. */
  private static char state(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2);
  }

  private static void assertTold(List<Sample> rows, long due, JsonNode manifest) {
    assertEquals(rows.size(), manifest.get("rows").asLong());
    assertEquals(0, manifest.get("ticks_malformed").asLong());
    assertEquals(0, manifest.get("ticks_unwritten").asLong());
    assertEquals(due, rows.size() + manifest.get("ticks_missed").asLong());
  }

  private static void assertBetween(long from, long value, long to) {
    assertTrue(from <= value && value <= to, value + " is not between " + from + " and " + to);
  }
}
