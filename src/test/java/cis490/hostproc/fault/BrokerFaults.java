package cis490.hostproc.fault;

import java.util.List;
import org.junit.jupiter.api.Assertions;

/** The only broker goes away, in several ways. */
final class BrokerFaults {

  private BrokerFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("broker away from the start", BrokerFaults::awayFromTheStart),
        Scenario.exact("broker away for long", BrokerFaults::awayForLong),
        Scenario.exact("broker killed and restarted", BrokerFaults::killed),
        Scenario.exact("broker frozen and resumed", BrokerFaults::frozen),
        Scenario.exact("broker forgets a transaction", BrokerFaults::forgetsATransaction));
  }

  private static void awayFromTheStart(Run run) throws Exception {
    run.brokers().kill(0);
    run.collector().start();
    run.pass(500, 4_000);
  }

  private static void awayForLong(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 1_500);
    run.brokers().terminate(0);
    run.pass(9_000, 14_000);
  }

  private static void killed(Run run) throws Exception {
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 1_200);
      run.brokers().kill(0);
      run.pass(0, 500);
      run.brokers().heal();
    }
  }

  /**
   * A power cut takes the coordinator's log, and the partition keeps the transaction's rows: nobody
   * ever ends it. A person has to, by the command that the collector says.
   */
  private static void forgetsATransaction(Run run) throws Exception {
    run.startShipping();
    run.pass(0, 1_500);
    boolean killed = run.random().nextBoolean();
    if (killed) {
      run.collector().kill();
    }
    Assertions.assertTrue(run.beginStrangersTransaction());
    run.brokers().kill(0);
    run.brokers().forgetTransactions(0);
    run.pass(0, 1_000);
    run.brokers().heal();
    if (killed) {
      run.collector().start();
    }
    run.collector().awaitSaid("a transaction is open in " + run.topic());
    String said = run.collector().err();
    Assertions.assertTrue(said.contains("kafka-transactions.sh --bootstrap-server"), said);
    long end = run.topicEnd();
    run.pass(5_000, 12_000);
    Assertions.assertEquals(end, run.topicEnd(), "nothing is sent meanwhile");
    Assertions.assertTrue(run.abortAllTransactions());
    run.awaitShipping();
  }

  private static void frozen(Run run) throws Exception {
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 1_200);
      run.brokers().freeze(0);
      run.pass(100, 3_500);
      run.brokers().resume(0);
    }
  }
}
