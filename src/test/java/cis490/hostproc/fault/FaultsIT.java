package cis490.hostproc.fault;

import cis490.hostproc.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/**
 * Every fault that the topic must survive, against real brokers and the built program, at moments
 * that a seed chooses. A new fault is a new {@link Scenario} in one of the lists of {@link
 * #SCENARIOS}.
 *
 * <p>{@code mvn verify -Pfaults -Dfaults.seeds=20 -Dfaults.walks=60} runs this alone, each scenario
 * with the seeds 1 to 20, the random walk with 1 to 60. What it prints at the end is in {@code
 * target/faults.md}, too. {@code -Dfaults.only=NAME -Dhostproc.seed=N -Dfaults.seeds=1} repeats one
 * run; moments are then the same, but what the processes do in them may differ.
 */
class FaultsIT {

  private static final Path FOLDER = Path.of("target", "faults").toAbsolutePath();
  private static final Path TABLE = Path.of("target", "faults.md");

  private static final List<Scenario> SCENARIOS =
      Stream.of(
              BrokerFaults.all(),
              CollectorFaults.all(),
              TopicFaults.all(),
              TwoCollectors.all(),
              ClockFaults.all(),
              ClusterFaults.all(),
              RandomWalk.all())
          .flatMap(List::stream)
          .toList();

  private static final int SEEDS = Integer.getInteger("faults.seeds", 2);
  private static final int WALKS = Integer.getInteger("faults.walks", 2);
  private static final int AT_ONCE = Integer.getInteger("faults.at.once", 2);
  private static final String ONLY = System.getProperty("faults.only", "");
  private static final long RUN_LIMIT_MIN = 5;

  private static final FaultTable RESULTS = new FaultTable(SCENARIOS);
  private static final Pool POOL = new Pool();
  private static final ExecutorService RUNNERS = Executors.newFixedThreadPool(AT_ONCE);

  /** Brokers that are up and well, for the next run. */
  private static final class Pool {

    private final Deque<Brokers> idle = new ArrayDeque<>();
    private int made;

    Brokers take(int size) throws Exception {
      Path folder;
      synchronized (this) {
        for (Brokers each : idle) {
          if (each.size() == size) {
            idle.remove(each);
            return each;
          }
        }
        made++;
        folder = FOLDER.resolve("brokers-" + made);
      }
      return Brokers.start(folder, size);
    }

    synchronized void giveBack(Brokers brokers) {
      idle.add(brokers);
    }

    synchronized void close() throws Exception {
      for (Brokers each : idle) {
        each.close();
        delete(each.folder());
      }
    }
  }

  @BeforeAll
  static void forgetEarlierRuns() throws IOException {
    delete(FOLDER);
  }

  @TestFactory
  Stream<DynamicTest> theTopicIsTheFileWhateverBreaks() {
    long first = firstSeed();
    List<DynamicTest> tests = new ArrayList<>();
    for (Scenario scenario : SCENARIOS) {
      if (!scenario.name().contains(ONLY)) {
        continue;
      }
      int runs = scenario.name().startsWith("random walk") ? WALKS : SEEDS;
      for (long seed = first; seed < first + runs; seed++) {
        long chosen = seed;
        Future<?> run = RUNNERS.submit(() -> play(scenario, chosen));
        tests.add(DynamicTest.dynamicTest(scenario.name() + ", seed " + seed, () -> await(run)));
      }
    }
    Assertions.assertFalse(tests.isEmpty(), "no scenario has \"" + ONLY + "\" in its name");
    return tests.stream();
  }

  /** Short ones are easier to repeat by hand. */
  private static long firstSeed() {
    return Long.getLong("hostproc.seed", Math.floorMod(Seed.VALUE, 1_000_000L));
  }

  private static Void play(Scenario scenario, long seed) throws Exception {
    long beganNs = System.nanoTime();
    Path folder = FOLDER.resolve(scenario.slug() + "-" + seed);
    delete(folder);
    Files.createDirectories(folder);
    Brokers brokers = POOL.take(scenario.brokers());
    try (Run run = new Run(folder, scenario.slug(), seed, brokers)) {
      scenario.script().play(run);
      brokers.heal();
      say(scenario, seed, run.tally().toString(), beganNs);
      RESULTS.passed(scenario, run.tally());
    } catch (TestAbortedException skipped) {
      brokers.heal();
      POOL.giveBack(brokers);
      throw skipped;
    } catch (Throwable failure) {
      brokers.close();
      say(scenario, seed, "FAILED", beganNs);
      RESULTS.failed(scenario);
      throw new AssertionError(howToRepeat(scenario, seed, folder, brokers), failure);
    }
    POOL.giveBack(brokers);
    delete(folder);
    return null;
  }

  private static void say(Scenario scenario, long seed, String result, long beganNs) {
    System.out.printf(
        Locale.ROOT,
        "%-44s seed %6d  %s  %5.1f s%n",
        scenario.name(),
        seed,
        result,
        (System.nanoTime() - beganNs) / 1e9);
  }

  private static String howToRepeat(Scenario scenario, long seed, Path folder, Brokers brokers) {
    return String.format(
        Locale.ROOT,
        "%s, seed %d; the collector's logs and file are in %s, the brokers' in %s; repeat with%n"
            + "mvn verify -Pfaults -Dfaults.only='%s' -Dhostproc.seed=%d -Dfaults.seeds=1"
            + " -Dfaults.walks=1",
        scenario.name(),
        seed,
        folder,
        brokers.folder(),
        scenario.name(),
        seed);
  }

  private static void await(Future<?> run) throws Throwable {
    try {
      run.get(RUN_LIMIT_MIN, TimeUnit.MINUTES);
    } catch (ExecutionException failed) {
      throw failed.getCause();
    }
  }

  @AfterAll
  static void endAllAndTell() throws Exception {
    RUNNERS.shutdownNow();
    RUNNERS.awaitTermination(1, TimeUnit.MINUTES);
    POOL.close();
    RESULTS.write(TABLE);
    System.out.println(RESULTS);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
