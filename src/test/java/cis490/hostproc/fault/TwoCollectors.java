package cis490.hostproc.fault;

import cis490.hostproc.testkit.CollectorProcess;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** Two collectors for one episode. */
final class TwoCollectors {

  private TwoCollectors() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("two collectors on one file", TwoCollectors::oneFile),
        Scenario.ending("two collectors, the file copied", TwoCollectors::twoFiles),
        Scenario.ending("collector frozen, another goes on, resumed", TwoCollectors::zombie));
  }

  /** The lock refuses the second, and the first does not feel it. */
  private static void oneFile(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 800);
    CollectorProcess second = run.sameFileAgain();
    second.launch();
    Assertions.assertEquals(1, second.awaitExit(), second::err);
    Assertions.assertTrue(second.said("is being written by another collector"), second::err);
    run.awaitShipping();
  }

  /** They fence each other until one finds the other's rows; at most one can win. */
  private static void twoFiles(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 1_000);
    CollectorProcess first = run.collector();
    CollectorProcess second = run.newCollector("copy", first.intervalMs());
    first.copyFilesTo(second.file().path());
    second.start();
    run.pass(500, 3_000);
    first.terminate();
    second.terminate();
    int firstCode = first.awaitExit();
    int secondCode = second.awaitExit();

    Assertions.assertTrue(
        firstCode == 1 || secondCode == 1, () -> first.err() + "\n" + second.err());
    requireSaid(first, firstCode);
    requireSaid(second, secondCode);
    concludeOneOfThem(run, first, firstCode, second, secondCode);
  }

  private static void requireSaid(CollectorProcess collector, int code) {
    if (code == 1) {
      Assertions.assertTrue(collector.said("shipping stopped"), collector::err);
      Assertions.assertTrue(
          collector.said("another collector") || collector.said("holds other rows"),
          collector::err);
    }
  }

  /** The topic is the beginning of one of the files; all of it if that one says so. */
  private static void concludeOneOfThem(
      Run run, CollectorProcess first, int firstCode, CollectorProcess second, int secondCode)
      throws Exception {
    List<String> topic = Oracle.values(run.committed());
    boolean isFirsts = isBeginning(topic, first.file().rows());
    Assertions.assertTrue(
        isFirsts || isBeginning(topic, second.file().rows()),
        "the topic is the beginning of neither file");
    CollectorProcess owner = isFirsts ? first : second;
    int code = isFirsts ? firstCode : secondCode;
    int other = isFirsts ? secondCode : firstCode;
    List<String> rows = owner.file().rows();
    Assertions.assertEquals(1, other, "who lost the topic must say so");
    Assertions.assertTrue(code == 1 || topic.size() == rows.size(), "exit code 0, rows missing");
    owner.file().check();
    run.conclude(owner, Oracle.compare(rows.subList(0, topic.size()), topic));
  }

  private static boolean isBeginning(List<String> topic, List<String> rows) {
    return topic.size() <= rows.size() && topic.equals(rows.subList(0, topic.size()));
  }

  /**
   * The one that slept finds the topic taken; the one that took over is fenced once, and goes on.
   */
  private static void zombie(Run run) throws Exception {
    run.startShipping();
    CollectorProcess first = run.collector();
    if (run.random().nextBoolean()) {
      run.awaitBatch();
    }
    run.pass(0, 300);
    first.freeze();
    CollectorProcess second = run.newCollector("successor", first.intervalMs());
    first.copyFilesTo(second.file().path());
    second.start();
    run.awaitShipping();
    run.pass(0, 1_000);
    first.resume();
    first.awaitSaid("shipping stopped");
    first.finishStopped("holds other rows");
    run.awaitShipping();
    second.finish();
    run.requireExact(second);
  }
}
