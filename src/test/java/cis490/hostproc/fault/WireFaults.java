package cis490.hostproc.fault;

import cis490.hostproc.testkit.Wire;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** Requests come late, long after their sender is dead, and answers get lost. */
final class WireFaults {

  private WireFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("commit's answer lost", WireFaults::answerLost),
        Scenario.exact("commit of a dead collector comes late", run -> late(run, Wire.END_TXN)),
        Scenario.exact("batch of a dead collector comes late", run -> late(run, Wire.PRODUCE)),
        Scenario.exact("commit of a living collector comes late", WireFaults::lateOfTheLiving));
  }

  /** It is committed, or it is not: the collector can't know. It may die of it, too. */
  private static void answerLost(Run run) throws Exception {
    Wire wire = run.wire();
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 600);
      Assertions.assertTrue(wire.loseAnswer(Wire.END_TXN).awaitCaught(), "nothing is committed");
      if (run.random().nextBoolean()) {
        run.collector().kill();
        run.collector().start();
      }
    }
  }

  /**
   * The request lies somewhere in the network when its sender dies. It arrives before the next
   * collector has fenced the dead one off, or after that: then it must be refused.
   */
  private static void late(Run run, short kind) throws Exception {
    run.wire();
    run.startShipping();
    boolean before = run.random().nextBoolean();
    late(run, kind, before);
    late(run, kind, !before);
  }

  private static void late(Run run, short kind, boolean before) throws Exception {
    Wire wire = run.wire();
    run.say("a request that arrives " + (before ? "before" : "after") + " the fencing");
    run.pass(0, 600);
    Wire.Catch late = wire.hold(kind);
    Assertions.assertTrue(late.awaitCaught(), "nothing is shipped");
    run.collector().kill();
    Wire.Catch fencing = wire.hold(Wire.INIT_PRODUCER_ID);
    run.collector().start();
    Assertions.assertTrue(fencing.awaitCaught(), "the new collector fences nobody");
    Wire.Catch first = before ? late : fencing;
    Wire.Catch second = before ? fencing : late;
    first.release();
    Assertions.assertTrue(first.awaitAnswered(), "the broker gives no answer");
    run.pass(0, before ? 0 : 600);
    second.release();
    run.awaitShipping();
  }

  /** The collector takes it for lost and goes on; then it arrives, in the next transaction. */
  private static void lateOfTheLiving(Run run) throws Exception {
    Wire wire = run.wire();
    run.startShipping();
    int times = run.random().nextInt(1, 3);
    for (int i = 0; i < times; i++) {
      run.pass(0, 600);
      Wire.Catch late = wire.hold(Wire.END_TXN);
      Assertions.assertTrue(late.awaitCaught(), "nothing is committed");
      run.pass(0, 3_000);
      if (run.random().nextBoolean()) {
        Assertions.assertTrue(wire.hold(Wire.END_TXN).awaitCaught(), "it does not go on");
      }
      late.release();
      run.pass(0, 500);
      wire.releaseAll();
    }
  }
}
