package cis490.hostproc.fault;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.Folders;
import cis490.hostproc.testkit.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/**
 * Every fault that the topic must survive, against real brokers and the built program, at moments
 * that a seed chooses. A new fault is a new {@link Scenario} in one of the lists that {@link
 * #SCENARIOS} names.
 *
 * <p>{@code mvn verify -Pfaults -Dfaults.seeds=20 -Dfaults.walks=60} runs this alone, each scenario
 * with the seeds 1 to 20, and 60 random walks of all kinds together, each kind from seed 1 on. The
 * table that it prints at the end is in {@code target/faults.md}, too. A failure says how to repeat
 * that one run; moments are then the same, but not all that processes do in them.
 */
@Tag("fault")
class FaultsIT {

  private static final Path FOLDER = Path.of("target", "faults").toAbsolutePath();
  private static final Path TABLE = Path.of("target", "faults.md");

  private static final List<Scenario> RANDOM_WALKS = RandomWalk.all();

  private static final List<Scenario> SCENARIOS =
      Stream.of(
              BrokerFaults.all(),
              CollectorFaults.all(),
              WireFaults.all(),
              LinkFaults.all(),
              TopicFaults.all(),
              TwoCollectors.all(),
              ClockFaults.all(),
              ClusterFaults.all(),
              DiskFaults.all(),
              FileFaults.all(),
              FleetFaults.all(),
              FleetTroubles.all(),
              FleetPids.all(),
              RANDOM_WALKS)
          .flatMap(List::stream)
          .toList();

  private static final int SEEDS = Integer.getInteger("faults.seeds", 1);
  private static final int WALKS = Integer.getInteger("faults.walks", 3);
  private static final int AT_ONCE = Integer.getInteger("faults.at.once", 2);
  private static final String ONLY = System.getProperty("faults.only", "");

  /** From one test to the next, so with those before it in the queue. */
  private static final long RUN_LIMIT_MIN = 10;

  private static final FaultTable RESULTS = new FaultTable(SCENARIOS);
  private static final BrokerPool POOL = new BrokerPool(FOLDER);
  private static final ExecutorService RUNNERS = Executors.newFixedThreadPool(AT_ONCE);

  /** One cluster at a time, beside the others: it is a load, and mostly waits. */
  private static final ExecutorService CLUSTER_RUNNER = Executors.newSingleThreadExecutor();

  @BeforeAll
  static void forgetEarlierRuns() throws IOException {
    Folders.delete(FOLDER);
  }

  /** They run some at a time, in this order; each test waits for its run. */
  @TestFactory
  Stream<DynamicTest> theTopicIsTheFileWhateverBreaks() {
    long first = firstSeed();
    List<DynamicTest> tests = new ArrayList<>();
    for (Scenario scenario : chosen()) {
      int runs = RANDOM_WALKS.contains(scenario) ? walksOf(scenario) : SEEDS;
      for (long seed = first; seed < first + runs; seed++) {
        long ofRun = seed;
        Future<?> run = runner(scenario).submit(() -> play(scenario, ofRun));
        tests.add(DynamicTest.dynamicTest(scenario.name() + ", seed " + seed, () -> await(run)));
      }
    }
    return tests.stream();
  }

  /** Shared out evenly among those that are chosen; the first kinds have what is left over. */
  private static int walksOf(Scenario walk) {
    List<Scenario> kinds = chosen().stream().filter(RANDOM_WALKS::contains).toList();
    return (WALKS + kinds.size() - 1 - kinds.indexOf(walk)) / kinds.size();
  }

  private static ExecutorService runner(Scenario scenario) {
    return scenario.brokers() == Scenario.ONE ? RUNNERS : CLUSTER_RUNNER;
  }

  /** The one of that name, or all that have it in their names. */
  private static List<Scenario> chosen() {
    List<Scenario> named = SCENARIOS.stream().filter(s -> s.name().equals(ONLY)).toList();
    List<Scenario> like = SCENARIOS.stream().filter(s -> s.name().contains(ONLY)).toList();
    Assertions.assertFalse(like.isEmpty(), "no scenario has \"" + ONLY + "\" in its name");
    return named.isEmpty() ? like : named;
  }

  /** A short one is easier to repeat by hand. */
  private static long firstSeed() {
    return Long.getLong("hostproc.seed", Math.floorMod(Seed.VALUE, 1_000_000L));
  }

  private static Void play(Scenario scenario, long seed) throws Exception {
    long beganNs = System.nanoTime();
    Path folder = FOLDER.resolve(scenario.slug() + "-" + seed);
    Files.createDirectories(folder);
    Brokers brokers = POOL.take(scenario.brokers());
    try {
      play(scenario, seed, folder, brokers, beganNs);
    } catch (TestAbortedException skipped) {
      POOL.discard(brokers);
      throw skipped;
    } catch (Throwable failure) {
      POOL.discard(brokers);
      throw new AssertionError(howToRepeat(scenario, seed, folder, brokers), failure);
    }
    POOL.giveBack(brokers);
    Folders.delete(folder);
    return null;
  }

  private static void play(Scenario scenario, long seed, Path folder, Brokers brokers, long beganNs)
      throws Exception {
    try (Run run = new Run(folder, scenario.slug(), seed, brokers)) {
      boolean good = false;
      try {
        scenario.script().play(run);
        brokers.heal();
        run.requireConclusion();
        good = true;
      } catch (TestAbortedException skipped) {
        good = true;
        throw skipped;
      } finally {
        RESULTS.add(scenario, good, run.tally());
        say(scenario, seed, run.tally() + (good ? "" : "  FAILED"), beganNs);
      }
    }
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
            + "mvn verify -Pfaults -Dfaults.only=\"%s\" -Dhostproc.seed=%d -Dfaults.seeds=1"
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
    for (ExecutorService each : List.of(RUNNERS, CLUSTER_RUNNER)) {
      each.shutdownNow();
      each.awaitTermination(1, TimeUnit.MINUTES);
    }
    POOL.close();
    RESULTS.write(TABLE);
    System.out.println(RESULTS);
  }
}
