package cis490.hostproc.sample;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.journal.BreakableFile;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.proc.Auxv;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.sample.SampleFigures.Warning;
import cis490.hostproc.testkit.Seed;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop: every due tick is a row or is counted, on a grid that never shifts, until an end. */
class SamplerTest {

  private static final long PAGE_SIZE = 4096;
  private static final long MS = 1_000_000;
  private static final long INTERVAL = 100 * MS;
  private static final long START = 5_000 * INTERVAL;
  private static final long LIMIT_S = 60;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final BreakableFile file = new BreakableFile();
  private final SampleFigures figures = new SampleFigures();
  private final FakeClock clock = new FakeClock(START);
  private Sampler sampler;

  /** Over the made-up process, from START, in virtual time. */
  private EndReason run(SyntheticProcess process, Schedule schedule) throws Exception {
    try (ProcessFiles files = process.open();
        Journal journal = file.journal()) {
      sampler = new Sampler(files, journal, PAGE_SIZE, clock, figures);
      return run(sampler, schedule, clock);
    }
  }

  /** In a loop of its own, on the calling thread. */
  private static EndReason run(Sampler sampler, Schedule schedule, Clock clock) {
    SampleLoop loop = new SampleLoop(clock, () -> {});
    loop.add(sampler, schedule);
    loop.close();
    loop.run();
    return sampler.endReason();
  }

  private SyntheticProcess process() throws IOException {
    return SyntheticProcess.whole(folder);
  }

  private static Schedule ticks(int count) {
    return Schedule.from(START, INTERVAL, START, count * INTERVAL);
  }

  @Test
  void rowsStandOnTheGrid() throws Exception {
    clock.work(() -> 3 * MS);
    assertEquals(EndReason.DURATION, run(process(), ticks(50)));
    assertEquals(50, figures.rows());
    assertEquals(0, figures.missed());
    List<JsonNode> rows = rows();
    for (int n = 0; n < 50; n++) {
      assertEquals(n * INTERVAL, rows.get(n).get("t_mono_ns").longValue());
      assertEquals(
          1_700_000_000_000_000_000L + START + n * INTERVAL,
          rows.get(n).get("t_wall_ns").longValue());
    }
    assertEquals(0, figures.lateness().max());
    assertEquals(3 * MS, figures.sampleDuration().max());
    assertEquals(50, figures.sampleDuration().count());
    assertEquals(START + 50 * INTERVAL, clock.monotonicNs(), "the whole duration is sat out");
  }

  @Test
  void aRowHoldsWhatTheFilesSay() throws Exception {
    SyntheticProcess process = process();
    process.userJiffies(Long.MAX_VALUE);
    run(process, ticks(1));
    assertEquals(
        "{\"t_mono_ns\": 0, \"t_wall_ns\": "
            + (1_700_000_000_000_000_000L + START)
            + ", \"source\": \"host_proc\", \"available_in_deployment\": false"
            + ", \"cpu_user_jiffies\": 9223372036854775807, \"cpu_sys_jiffies\": 15"
            + ", \"rss_bytes\": 98304, \"vsize_bytes\": 23552"
            + ", \"io_read_bytes\": 4096, \"io_write_bytes\": 8192"
            + ", \"voluntary_ctxsw\": 5, \"involuntary_ctxsw\": 6"
            + ", \"minor_faults\": 10, \"major_faults\": 12}\n",
        new String(file.content(), US_ASCII));
  }

  @Test
  void timesCountFromTheOrigin() throws Exception {
    long originNs = START - 12_345 * MS;
    run(process(), Schedule.from(originNs, INTERVAL, START, 3 * INTERVAL));
    assertEquals(List.of(12_400 * MS, 12_500 * MS, 12_600 * MS), monotonicTimes());
  }

  @Test
  void theClocksAreReadAfterTheFiles() throws Exception {
    SyntheticProcess process = process();
    // Each reading writes its own number into stat, and returns it: what is read later is greater.
    Clock counting =
        new Clock() {
          private long readings;

          private long next() {
            process.userJiffies(++readings);
            return readings;
          }

          @Override
          public long monotonicNs() {
            return next();
          }

          @Override
          public long wallNs() {
            return next();
          }

          @Override
          public void park(long durationNs) {
            // Readings are time enough.
          }

          @Override
          public void wake(Thread thread) {
            throw new AssertionError();
          }
        };
    try (ProcessFiles files = process.open();
        Journal journal = file.journal()) {
      run(
          new Sampler(files, journal, PAGE_SIZE, counting, figures),
          new Schedule(0, 10, 1, 0, 100),
          counting);
    }
    List<JsonNode> rows = rows();
    assertTrue(rows.size() > 3, rows.size() + " rows");
    for (JsonNode row : rows) {
      assertEquals(row.get("cpu_user_jiffies").longValue() + 1, row.get("t_mono_ns").longValue());
      assertEquals(row.get("cpu_user_jiffies").longValue() + 2, row.get("t_wall_ns").longValue());
    }
  }

  @Test
  void aLateTickKeepsItsDeadlineAndTheGridStays() throws Exception {
    clock.oversleep(30 * MS, 0, 250 * MS);
    assertEquals(EndReason.DURATION, run(process(), ticks(10)));
    // Tick 0 needs no wait; 1 is 30 ms late, 3 is 250 ms late: 4 and 5 are missed.
    assertEquals(List.of(0L, 130L, 200L, 550L, 600L, 700L, 800L, 900L), milliseconds());
    assertEquals(2, figures.missed());
    assertEquals(8, figures.rows());
    assertEquals(250 * MS, figures.lateness().max());
  }

  @Test
  void workThatIsTooLongCostsTicksAndShiftsNothing() throws Exception {
    long[] costs = {0, 320 * MS, 0, 100 * MS, 0, 0};
    int[] sample = {0};
    clock.work(() -> sample[0] < costs.length ? costs[sample[0]++] : 0);
    run(process(), ticks(10));
    // 1 lasts until 420: 2, 3 and 4 are over. 6 lasts until 700 exactly: 7 is no longer ahead.
    assertEquals(List.of(0L, 100L, 500L, 600L, 800L, 900L), milliseconds());
    assertEquals(4, figures.missed());
    assertEquals(320 * MS, figures.sampleDuration().max());
  }

  @Test
  void aWaitThatEndsTooEarlyIsTakenUpAgain() throws Exception {
    clock.oversleepAlways(() -> -40 * MS);
    run(process(), ticks(3));
    assertEquals(List.of(0L, 100L, 200L), milliseconds());
    assertTrue(clock.parks() > 3);
  }

  @Test
  void aStallBeyondTheEndCountsTheTicksThatWereDueOnly() throws Exception {
    clock.oversleep(0, 60_000 * MS);
    assertEquals(EndReason.DURATION, run(process(), ticks(10)));
    assertEquals(3, figures.rows());
    assertEquals(7, figures.missed());
  }

  @Test
  void aDurationThatIsNoMultipleOfTheIntervalEndsInTime() throws Exception {
    assertEquals(
        EndReason.DURATION, run(process(), Schedule.from(START, INTERVAL, START, 250 * MS)));
    assertEquals(List.of(0L, 100L, 200L), milliseconds());
    assertEquals(START + 250 * MS, clock.monotonicNs());
  }

  @Test
  void noDurationIsNoRow() throws Exception {
    assertEquals(EndReason.DURATION, run(process(), ticks(0)));
    assertEquals(0, figures.rows());
    sampler.awaitFirstTick();
  }

  @Test
  void theWallClockMayBeSetAndNothingIsLost() throws Exception {
    clock.at(START + 150 * MS, () -> clock.stepWall(-3_600_000 * MS));
    clock.at(START + 550 * MS, () -> clock.stepWall(7_200_000 * MS));
    run(process(), ticks(10));
    assertEquals(10, figures.rows());
    assertEquals(0, figures.missed());
    assertEquals(List.of(0L, 100L, 200L, 300L, 400L, 500L, 600L, 700L, 800L, 900L), milliseconds());
  }

  @Test
  void malformedTextIsNoRowIsNamedAndLaterRowsGoOn() throws Exception {
    SyntheticProcess process = process();
    clock.at(START + 150 * MS, () -> process.write("stat", "4711 (x) S 1 2 3 nonsense\n"));
    clock.at(START + 350 * MS, () -> process.userJiffies(7));
    clock.at(START + 450 * MS, () -> process.write("io", "read_bytes: -1\nwrite_bytes: 0\n"));
    clock.at(START + 550 * MS, () -> process.write("io", "read_bytes: 1\nwrite_bytes: 2\n"));
    run(process, ticks(8));
    assertEquals(List.of(0L, 100L, 400L, 600L, 700L), milliseconds());
    assertEquals(3, figures.malformed());
    assertEquals(5, figures.rows());
    String stat = figures.warning(Warning.STAT_MALFORMED);
    assertTrue(stat.startsWith("stat: ") && stat.contains("nonsense"), stat);
    String io = figures.warning(Warning.IO_MALFORMED);
    assertTrue(io.startsWith("io: ") && io.contains("-1"), io);
    assertNull(figures.warning(Warning.STATUS_MALFORMED));
    assertNull(figures.warning(Warning.STAT_UNREADABLE));
    assertNull(figures.warning(Warning.UNWRITTEN));
    assertEquals(7, rows().get(2).get("cpu_user_jiffies").longValue());
    assertEquals(1, rows().get(3).get("io_read_bytes").longValue());
  }

  @Test
  void withoutIoAndStatusTheRowsStandAndThatIsSaidAtOnce() throws Exception {
    List<String> atFirst = new ArrayList<>();
    clock.at(START + 50 * MS, () -> atFirst.add(figures.warning(Warning.IO_UNREADABLE)));
    clock.at(START + 50 * MS, () -> atFirst.add(figures.warning(Warning.STATUS_UNREADABLE)));
    SyntheticProcess process = SyntheticProcess.withStatOnly(folder);
    run(process, ticks(5));
    assertEquals(5, figures.rows());
    for (JsonNode row : rows()) {
      for (String field :
          List.of("io_read_bytes", "io_write_bytes", "voluntary_ctxsw", "involuntary_ctxsw")) {
        assertTrue(row.get(field).isNull(), field);
      }
    }
    assertNotNull(atFirst.get(0));
    assertNotNull(atFirst.get(1));
    String io = figures.warning(Warning.IO_UNREADABLE);
    assertTrue(io.contains(process.file("io").toString()), io);
    String status = figures.warning(Warning.STATUS_UNREADABLE);
    assertTrue(status.contains(process.file("status").toString()), status);
    assertNull(malformedWarning(figures));
  }

  @Test
  void linesThatTheKernelNeverGivesAreNullAndNamedOnce() throws Exception {
    SyntheticProcess process = process();
    process.write("status", "Name:\tx\nTgid:\t4711\n");
    process.write("io", "rchar: 1\nread_bytes: 7\n");
    // A line that comes later stays null: a field is there from the start, or it is not.
    clock.at(START + 150 * MS, () -> process.write("io", "read_bytes: 8\nwrite_bytes: 9\n"));
    // One that was there is missed.
    clock.at(START + 250 * MS, () -> process.write("io", "rchar: 1\n"));
    run(process, ticks(4));
    assertEquals(List.of(0L, 100L, 200L), milliseconds());
    assertEquals(1, figures.malformed());
    assertTrue(figures.warning(Warning.IO_MALFORMED).contains("has no read_bytes"));
    for (JsonNode row : rows()) {
      assertTrue(row.get("io_write_bytes").isNull());
      assertTrue(row.get("voluntary_ctxsw").isNull() && row.get("involuntary_ctxsw").isNull());
    }
    assertEquals(7, rows().get(0).get("io_read_bytes").longValue());
    assertEquals(8, rows().get(2).get("io_read_bytes").longValue());
    assertEquals("io has no write_bytes", figures.warning(Warning.IO_LINES_ABSENT));
    assertEquals(
        "status has no voluntary_ctxt_switches and nonvoluntary_ctxt_switches",
        figures.warning(Warning.STATUS_LINES_ABSENT));
  }

  @Test
  void statusLinesAreNamedThoughIoCanNotBeRead() throws Exception {
    SyntheticProcess process = process();
    Files.delete(process.file("io"));
    process.write("status", "voluntary_ctxt_switches: 3\n");
    run(process, ticks(2));
    assertEquals(2, figures.rows());
    assertEquals(3, rows().get(1).get("voluntary_ctxsw").longValue());
    assertTrue(rows().get(1).get("involuntary_ctxsw").isNull());
    assertEquals(
        "status has no nonvoluntary_ctxt_switches", figures.warning(Warning.STATUS_LINES_ABSENT));
  }

  @Test
  void anIoThatOpensAndCanNotBeReadIsNullAndNamed() throws Exception {
    SyntheticProcess process = process();
    Files.delete(process.file("io"));
    // A folder opens for reading, and each read is refused.
    Files.createDirectory(process.file("io"));
    List<String> afterOne = new ArrayList<>();
    clock.at(START + 50 * MS, () -> afterOne.add(figures.warning(Warning.IO_UNREADABLE)));
    run(process, ticks(3));
    assertNull(
        afterOne.get(0), "one failure is not a warning: a process that is ending also has it");
    for (JsonNode row : rows()) {
      assertTrue(row.get("io_read_bytes").isNull() && row.get("io_write_bytes").isNull());
      assertEquals(5, row.get("voluntary_ctxsw").longValue());
    }
    assertNotNull(figures.warning(Warning.IO_UNREADABLE));
    assertNull(figures.warning(Warning.STATUS_UNREADABLE));
  }

  @Test
  void rowsThatCanNotBeWrittenAreCountedAndLaterOnesGoOn() throws Exception {
    clock.at(START + 150 * MS, () -> file.leaveRoom(17));
    clock.at(START + 450 * MS, file::repair);
    run(process(), ticks(7));
    assertEquals(List.of(0L, 100L, 500L, 600L), milliseconds());
    assertEquals(3, figures.unwritten());
    assertEquals(4, figures.rows());
    assertEquals(7, figures.lateness().count());
    assertEquals("No space left on device", figures.warning(Warning.UNWRITTEN));
  }

  @Test
  void everyDueTickIsCountedOnceUnderRandomScripts() throws Exception {
    SplittableRandom random = Seed.random("SamplerTest");
    long seen = 0;
    for (int round = 0; round < 400; round++) {
      seen += randomEpisode(random, folder.resolve("round" + round));
    }
    assertTrue(seen > 1_000, "enough of everything: " + seen);
  }

  /** Returns how many ticks had no row, so that the scripts can be seen to do something. */
  private static long randomEpisode(SplittableRandom random, Path root) throws Exception {
    long intervalNs = 1L + random.nextInt(1_000);
    long startNs = random.nextInt(1_000_000);
    long originNs = startNs - random.nextInt(100_000);
    long durationNs = random.nextInt(200_000);
    SyntheticProcess process = SyntheticProcess.whole(root);
    BreakableFile file = new BreakableFile();
    SampleFigures figures = new SampleFigures();
    FakeClock clock = new FakeClock(startNs);
    int rarely = 2 + random.nextInt(30);
    clock.oversleepAlways(
        () -> random.nextInt(rarely) == 0 ? random.nextInt((int) (8 * intervalNs)) : -1);
    clock.work(() -> random.nextInt(rarely) == 0 ? random.nextInt((int) (5 * intervalNs)) : 1);
    for (int i = random.nextInt(20); i > 0; i--) {
      clock.at(startNs + random.nextInt((int) durationNs + 1), fault(random, process, file));
    }
    Sampler[] sampler = new Sampler[1];
    long endNs = startNs + random.nextInt((int) durationNs + 1);
    EndReason other =
        List.of(EndReason.DURATION, EndReason.SIGNAL, EndReason.PROCESS_ZOMBIE)
            .get(random.nextInt(3));
    if (other == EndReason.SIGNAL) {
      clock.at(endNs, () -> sampler[0].stop(EndReason.SIGNAL));
    } else if (other == EndReason.PROCESS_ZOMBIE) {
      clock.at(endNs, process::becomeZombie);
    }
    try (ProcessFiles files = process.open();
        Journal journal = file.journal()) {
      Schedule schedule = Schedule.from(originNs, intervalNs, startNs, durationNs);
      sampler[0] = new Sampler(files, journal, PAGE_SIZE, clock, figures);
      EndReason reason = run(sampler[0], schedule, clock);
      long firstNs = originNs - Math.floorDiv(originNs - startNs, intervalNs) * intervalNs;
      long lastNs = Math.min(firstNs + durationNs - 1, clock.monotonicNs());
      long due = lastNs < firstNs ? 0 : (lastNs - firstNs) / intervalNs + 1;
      due -= reason == EndReason.PROCESS_ZOMBIE ? 1 : 0;
      assertEquals(due, sampler[0].ticksDue());
      String shown =
          schedule
              + ": due "
              + due
              + ", rows "
              + figures.rows()
              + ", missed "
              + figures.missed()
              + ", malformed "
              + figures.malformed()
              + ", unwritten "
              + figures.unwritten();
      assertTrue(reason == EndReason.DURATION || reason == other, shown);
      assertEquals(
          due,
          figures.rows() + figures.missed() + figures.malformed() + figures.unwritten(),
          shown);
      assertEquals(journal.lines(), figures.rows(), shown);
      assertEquals(due - figures.missed(), figures.lateness().count(), shown);
      assertEquals(figures.rows(), figures.sampleDuration().count(), shown);
      assertTrue(figures.malformed() == 0 || malformedWarning(figures) != null);
      assertTrue(figures.unwritten() == 0 || figures.warning(Warning.UNWRITTEN) != null);
      assertAscending(new String(file.content(), US_ASCII));
    }
    return figures.missed() + figures.malformed() + figures.unwritten();
  }

  private static Runnable fault(
      SplittableRandom random, SyntheticProcess process, BreakableFile file) {
    return switch (random.nextInt(5)) {
      case 0 -> () -> process.write("stat", "nonsense");
      case 1 -> () -> process.userJiffies(1);
      case 2 -> () -> file.leaveRoom(random.nextInt(500));
      case 3 -> file::repair;
      default -> () -> process.write("status", random.nextBoolean() ? "" : "Name: x\n");
    };
  }

  private static void assertAscending(String lines) throws IOException {
    long before = Long.MIN_VALUE;
    for (String line : lines.split("\n")) {
      if (!line.isEmpty()) {
        long now = JSON.readTree(line).get("t_mono_ns").longValue();
        assertTrue(now > before, line);
        before = now;
      }
    }
  }

  @Test
  void aStopEndsTheLoopWithTheFirstReason() throws Exception {
    SyntheticProcess process = process();
    clock.at(
        START + 250 * MS,
        () -> {
          sampler.stop(EndReason.SIGNAL);
          sampler.stop(EndReason.PROCESS_GONE);
        });
    assertEquals(EndReason.SIGNAL, run(process, ticks(10)));
    assertEquals(3, figures.rows());
    assertEquals(START + 250 * MS, clock.monotonicNs(), "at once");
  }

  /** Frozen from 250 ms to 980 ms, as by SIGSTOP: whatever is found then, ticks were due. */
  @Test
  void ticksThatWereDueInAFreezeAreCountedWhateverEndsTheLoopAfterIt() throws Exception {
    freeze();
    SyntheticProcess process = process();
    clock.at(START + 500 * MS, process::becomeZombie);
    assertEquals(EndReason.PROCESS_ZOMBIE, run(process, ticks(100)));
    assertEquals(3, figures.rows());
    assertEquals(6, figures.missed(), "300 to 800 ms; by the last look, for 900, it was dead");
    assertEquals(9, sampler.ticksDue());
  }

  @Test
  void ticksThatWereDueInAFreezeAreCountedIfASignalEndsIt() throws Exception {
    freeze();
    clock.at(START + 980 * MS, () -> sampler.stop(EndReason.SIGNAL));
    assertEquals(EndReason.SIGNAL, run(process(), ticks(100)));
    assertEquals(10, figures.rows() + figures.missed(), "0 to 900 ms");
    assertEquals(10, sampler.ticksDue());
  }

  @Test
  void ticksThatWereDueInAFreezeAreCountedIfTheDurationEndsInIt() throws Exception {
    freeze();
    assertEquals(EndReason.DURATION, run(process(), ticks(7)));
    assertEquals(7, figures.rows() + figures.missed());
    assertEquals(7, sampler.ticksDue());
  }

  @Test
  void aTickWithoutARowIsLateToo() throws Exception {
    SyntheticProcess process = process();
    clock.at(START + 50 * MS, () -> process.write("stat", "nonsense"));
    clock.oversleep(30 * MS);
    run(process, ticks(3));
    assertEquals(1, figures.rows());
    assertEquals(30 * MS, figures.lateness().max());
    assertEquals(3, figures.lateness().count());
  }

  private void freeze() {
    clock.oversleep(0, 0, 680 * MS);
  }

  @Test
  void aStopBeforeTheStartIsNoRow() throws Exception {
    try (ProcessFiles files = process().open();
        Journal journal = file.journal()) {
      sampler = new Sampler(files, journal, PAGE_SIZE, clock, figures);
      sampler.stop(EndReason.SIGNAL);
      sampler.stop(EndReason.FAILURE);
      assertEquals(EndReason.SIGNAL, run(sampler, ticks(10), clock));
      sampler.awaitFirstTick();
    }
    assertEquals(0, figures.rows());
  }

  @Test
  void aStopAfterTheLastTickIsTheReason() throws Exception {
    clock.at(START + 220 * MS, () -> sampler.stop(EndReason.SIGNAL));
    assertEquals(EndReason.SIGNAL, run(process(), Schedule.from(START, INTERVAL, START, 250 * MS)));
    assertEquals(3, figures.rows());
  }

  @Test
  void warmingUpLeavesNoTrace() throws Exception {
    SyntheticProcess process = process();
    try (ProcessFiles files = process.open();
        Journal journal = file.journal()) {
      sampler = new Sampler(files, journal, PAGE_SIZE, clock, figures);
      sampler.warmUp();
      process.write("stat", "nonsense");
      sampler.warmUp();
      assertEquals(0, journal.length());
      process.userJiffies(1);
      run(sampler, ticks(2), clock);
    }
    assertEquals(2, figures.rows());
    assertEquals(0, figures.malformed());
    assertNull(malformedWarning(figures));
    assertEquals(2, figures.lateness().count());
  }

  @Test
  void aStopEndsAWaitOfAnHourOnTheRealClock() throws Exception {
    SystemClock real = new SystemClock();
    long hour = TimeUnit.HOURS.toNanos(1);
    try (ProcessFiles files = process().open();
        Journal journal = file.journal()) {
      Sampler hourly = new Sampler(files, journal, PAGE_SIZE, real, figures);
      long nowNs = real.monotonicNs();
      FutureTask<EndReason> running =
          new FutureTask<>(
              () -> run(hourly, Schedule.from(nowNs, hour, nowNs, Long.MAX_VALUE), real));
      Thread sampling = new Thread(running, "sampling");
      sampling.start();
      hourly.awaitFirstTick();
      awaitState(sampling, Thread.State.TIMED_WAITING);
      hourly.stop(EndReason.SIGNAL);
      assertEquals(EndReason.SIGNAL, running.get(LIMIT_S, TimeUnit.SECONDS));
    }
    assertEquals(1, figures.rows());
  }

  private static String malformedWarning(SampleFigures figures) {
    return Stream.of(Warning.STAT_MALFORMED, Warning.IO_MALFORMED, Warning.STATUS_MALFORMED)
        .map(figures::warning)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static void awaitState(Thread thread, Thread.State state) {
    long limitNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    while (thread.getState() != state) {
      assertTrue(System.nanoTime() < limitNs, "still " + thread.getState());
      Thread.onSpinWait();
    }
  }

  @Test
  void aProcessThatHasGoneEndsTheEpisode() throws Exception {
    Process real = new ProcessBuilder("/bin/sh", "-c", "read line").start();
    clock.at(START + 250 * MS, () -> endByEof(real));
    assertEquals(EndReason.PROCESS_GONE, runReal(real.pid()));
    assertEquals(3, figures.rows());
    assertEquals(0, figures.malformed());
    assertNull(figures.warning(Warning.STAT_UNREADABLE));
  }

  private static void endByEof(Process process) {
    try {
      process.getOutputStream().close();
      assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS));
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void aZombieEndsTheEpisode() throws Exception {
    // The child waits for the end of the input; its parent becomes a sleep that never waits for it.
    Process parent =
        new ProcessBuilder("/bin/sh", "-c", "exec 3<&0; (read line <&3) & exec sleep 600 <&-")
            .start();
    try {
      long child = awaitChild(parent);
      clock.at(START + 250 * MS, () -> endAsZombie(parent, child));
      assertEquals(EndReason.PROCESS_ZOMBIE, runReal(child));
      assertEquals(3, figures.rows());
      assertEquals(0, figures.malformed());
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  private static long awaitChild(Process parent) throws IOException {
    Path command = Path.of("/proc", Long.toString(parent.pid()), "comm");
    long limitNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    while (!Files.readString(command).equals("sleep\n") || parent.children().findAny().isEmpty()) {
      assertTrue(System.nanoTime() < limitNs, "no child");
      Thread.onSpinWait();
    }
    return parent.children().findAny().orElseThrow().pid();
  }

  private static void endAsZombie(Process parent, long child) {
    try {
      parent.getOutputStream().close();
      Path stat = Path.of("/proc", Long.toString(child), "stat");
      long limitNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
      while (!Files.readString(stat).contains(") Z ")) {
        assertTrue(System.nanoTime() < limitNs, "no zombie");
        Thread.onSpinWait();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private EndReason runReal(long pid) throws Exception {
    try (ProcessFiles files = ProcessFiles.open(Path.of("/proc"), pid);
        Journal journal = file.journal()) {
      long pageSizeBytes = Auxv.ofThisKernel().pageSizeBytes();
      return run(new Sampler(files, journal, pageSizeBytes, clock, figures), ticks(1_000), clock);
    }
  }

  /** Real readings, but nobody waits: a park only moves the time ahead. */
  private static final class SkippingClock implements Clock {

    private static final int WARM_UP_TICKS = 40_000;
    private static final int MEASURED_TICKS = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long thread = Thread.currentThread().getId();
    private final SystemClock real = new SystemClock();
    private long skippedNs;
    private int ticks;
    private long before;
    private long after;

    @Override
    public long monotonicNs() {
      return real.monotonicNs() + skippedNs;
    }

    @Override
    public long wallNs() {
      ticks++;
      if (ticks == WARM_UP_TICKS) {
        before = threads.getThreadAllocatedBytes(thread);
      } else if (ticks == WARM_UP_TICKS + MEASURED_TICKS) {
        after = threads.getThreadAllocatedBytes(thread);
      }
      return real.wallNs();
    }

    @Override
    public void park(long durationNs) {
      skippedNs += durationNs;
    }

    @Override
    public void wake(Thread thread) {
      throw new AssertionError();
    }
  }

  @Test
  void aTickAllocatesNothing() throws Exception {
    SkippingClock skipping = new SkippingClock();
    int ticks = SkippingClock.WARM_UP_TICKS + SkippingClock.MEASURED_TICKS + 10;
    try (ProcessFiles files = ProcessFiles.open(Path.of("/proc"), ProcessHandle.current().pid());
        Journal journal = Journal.open(folder.resolve("rows.jsonl"))) {
      long nowNs = skipping.monotonicNs();
      // An interval so long that even a stalled machine misses none.
      long intervalNs = TimeUnit.SECONDS.toNanos(100);
      run(
          new Sampler(files, journal, PAGE_SIZE, skipping, figures),
          Schedule.from(nowNs, intervalNs, nowNs, ticks * intervalNs),
          skipping);
      assertEquals(ticks, figures.rows());
      assertEquals(ticks, journal.lines());
    }
    assertFalse(skipping.before <= 0, "the JVM can count allocations");
    long bytes = skipping.after - skipping.before;
    assertTrue(
        bytes < SkippingClock.MEASURED_TICKS,
        bytes + " bytes in " + SkippingClock.MEASURED_TICKS + " ticks");
  }

  private List<JsonNode> rows() throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    String lines = new String(file.content(), US_ASCII);
    for (String line : lines.split("\n")) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private List<Long> monotonicTimes() throws IOException {
    return rows().stream().map(row -> row.get("t_mono_ns").longValue()).toList();
  }

  private List<Long> milliseconds() throws IOException {
    return monotonicTimes().stream().map(ns -> ns / MS).toList();
  }
}
