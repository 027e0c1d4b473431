package cis490.hostproc.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Elsewhere;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The kernel's two clocks, with their nanoseconds. */
class SystemClockTest {

  private static final long NS_PER_MS = 1_000_000;

  private final SystemClock clock = new SystemClock();

  @Test
  void theWallClockLiesBetweenTwoReadingsOfTheJdk() {
    for (int i = 0; i < 10_000; i++) {
      long beforeMs = System.currentTimeMillis();
      long ns = clock.wallNs();
      long afterMs = System.currentTimeMillis();
      assertTrue(
          ns >= beforeMs * NS_PER_MS && ns < (afterMs + 1) * NS_PER_MS,
          beforeMs + " ms, " + ns + " ns, " + afterMs + " ms");
    }
  }

  @Test
  void theWallClockHasDigitsBelowTheMicrosecond() {
    long fine =
        LongStream.generate(clock::wallNs).limit(10_000).filter(ns -> ns % 1_000 != 0).count();
    assertTrue(fine > 5_000, fine + " of 10,000 readings are finer than a microsecond");
  }

  @Test
  void theMonotonicClockIsTheOneOfTheJdk() {
    for (int i = 0; i < 10_000; i++) {
      long before = System.nanoTime();
      long ns = clock.monotonicNs();
      long after = System.nanoTime();
      assertTrue(before <= ns && ns <= after);
    }
  }

  @Test
  void aWakeEndsTheNextWait() throws Exception {
    Thread waiting = new Thread(() -> clock.park(TimeUnit.HOURS.toNanos(1)), "waiting");
    waiting.start();
    clock.wake(waiting);
    waiting.join(TimeUnit.SECONDS.toMillis(30));
    assertEquals(Thread.State.TERMINATED, waiting.getState());
  }

  /** Interpreted: compiled, an object that is not needed may never be made. */
  @Test
  void readingAllocatesNothingWithTheExportOfTheManifest() throws Exception {
    List<String> printed =
        readElsewhere("--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED");
    long bytes = Long.parseLong(printed.get(0));
    assertTrue(bytes < ReadClockMain.READINGS, bytes + " bytes");
  }

  @Test
  void withoutTheExportTheTimeIsRightAllTheSame() throws Exception {
    long beforeMs = System.currentTimeMillis();
    List<String> printed = readElsewhere();
    long ns = Long.parseLong(printed.get(1));
    assertTrue(ns >= beforeMs * NS_PER_MS, ns + " ns");
    assertTrue(ns < (System.currentTimeMillis() + 1) * NS_PER_MS, ns + " ns");
    assertTrue(Long.parseLong(printed.get(0)) > ReadClockMain.READINGS, "it is the other way");
  }

  private static List<String> readElsewhere(String... options) throws Exception {
    return Elsewhere.run(ReadClockMain.class, List.of(options));
  }
}
