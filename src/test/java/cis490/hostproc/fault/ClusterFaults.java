package cis490.hostproc.fault;

import java.util.List;

/** Three brokers, and one at a time goes away. */
final class ClusterFaults {

  private ClusterFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("one broker of three killed", Scenario.THREE, ClusterFaults::killed),
        Scenario.exact("one broker of three frozen", Scenario.THREE, ClusterFaults::frozen),
        Scenario.exact("rolling restart of three", Scenario.THREE, ClusterFaults::rolling));
  }

  private static void killed(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 800);
    run.brokers().kill(victim(run));
    run.pass(500, 4_000);
    run.brokers().heal();
    run.pass(0, 1_000);
  }

  private static void frozen(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 800);
    int victim = victim(run);
    run.brokers().freeze(victim);
    run.pass(500, 6_000);
    run.brokers().resume(victim);
    run.pass(0, 1_000);
  }

  private static void rolling(Run run) throws Exception {
    run.startShipping();
    int first = run.random().nextInt(run.brokers().size());
    for (int i = 0; i < run.brokers().size(); i++) {
      int node = (first + i) % run.brokers().size();
      run.brokers().terminate(node);
      run.brokers().launch(node);
      run.brokers().awaitReady(node);
      run.pass(0, 500);
    }
  }

  /** The topic's leader mostly: with another one less can happen. */
  private static int victim(Run run) throws Exception {
    return run.random().nextInt(3) > 0
        ? run.brokers().leader(run.topic())
        : run.random().nextInt(run.brokers().size());
  }
}
