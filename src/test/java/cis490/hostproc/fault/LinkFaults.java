package cis490.hostproc.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import cis490.hostproc.testkit.BrokerMain;
import cis490.hostproc.testkit.Wait;
import cis490.hostproc.testkit.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** The way to the broker is slow, leads to somebody else, or the broker is short of patience. */
final class LinkFaults {

  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(90);

  private static final byte[] HTTP = "HTTP/1.1 503 Service Unavailable\r\n\r\n".getBytes(US_ASCII);
  private static final byte[] TLS_ALERT = {0x15, 3, 3, 0, 2, 2, 0x50};
  private static final byte[] SSH = "SSH-2.0-OpenSSH_9.2\r\n".getBytes(US_ASCII);

  /** A frame of 100 MB that never comes. */
  private static final byte[] LONG_FRAME = {6, 0, 0, 0, 0, 0, 0, 1};

  private static final byte[] NOTHING = {};

  private LinkFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("slow link after an outage", LinkFaults::slow),
        Scenario.exact("something else on the broker's port", LinkFaults::stranger),
        Scenario.exact("broker ends transactions soon", LinkFaults::shortTransactions));
  }

  /**
   * The link carries the rows as they come, but in the time that a client has for all that waited
   * in the outage it does not carry that.
   */
  private static void slow(Run run) throws Exception {
    Wire wire = run.wire();
    run.configure(Run.IMPATIENT);
    run.collector().everyMs(run.random().nextInt(3, 6));
    run.startShipping();
    run.brokers().terminate(0);
    run.pass(8_000, 11_000);
    int waiting = run.collector().file().count();
    wire.carry(run.random().nextInt(70_000, 110_000));
    run.brokers().heal();
    Wait.until(
        "what waited in the outage is in the topic: " + waiting + " rows",
        RECOVERED_WITHIN,
        () -> run.committed().size() >= waiting);
  }

  /** From the start, or in the midst of shipping. */
  private static void stranger(Run run) throws Exception {
    Wire wire = run.wire();
    byte[] answer = pick(run, HTTP, TLS_ALERT, SSH, LONG_FRAME, NOTHING);
    boolean first = run.random().nextBoolean();
    run.say((first ? "from the start: " : "in mid-run: ") + new String(answer, US_ASCII));
    if (first) {
      wire.becomeStranger(answer);
      run.collector().start();
      if (answer == HTTP) {
        run.collector().awaitSaid("is an HTTP server: it answers 'HTTP/1.1 503");
      } else if (answer == TLS_ALERT) {
        run.collector().awaitSaid("speaks TLS: security.protocol must be");
      }
    } else {
      run.startShipping();
      run.pass(0, 800);
      wire.becomeStranger(answer);
      run.collector().awaitSaid("shipping broke off");
    }
    run.pass(500, 3_000);
    wire.becomeWire();
    awaitRecovery(run);
  }

  private static byte[] pick(Run run, byte[]... answers) {
    return answers[run.random().nextInt(answers.length)];
  }

  private static void awaitRecovery(Run run) throws Exception {
    int rows = run.collector().file().count();
    Wait.until(
        "shipping goes on by itself, the collector says " + run.collector().err(),
        RECOVERED_WITHIN,
        () -> isShipped(run, rows));
  }

  private static boolean isShipped(Run run, int rows) throws Exception {
    Assertions.assertFalse(run.collector().said("shipping stopped"), () -> run.collector().err());
    return run.topicEnd() > 0 && run.committed().size() >= rows;
  }

  /**
   * The broker allows transactions of seconds, and ends those that rows are late for, twice in a
   * row: that is no other collector.
   */
  private static void shortTransactions(Run run) throws Exception {
    run.brokers().terminate(0);
    String allowed = Integer.toString(run.random().nextInt(1_000, 3_000));
    run.brokers().launch(0, Map.of(BrokerMain.MORE, "transaction.max.timeout.ms=" + allowed));
    run.brokers().awaitReady(0);
    Wire wire = run.wire();
    run.configure(Map.of());
    run.startShipping();
    int times = run.random().nextInt(2, 4);
    for (int i = 0; i < times; i++) {
      Wire.Catch late = wire.hold(Wire.PRODUCE);
      Assertions.assertTrue(late.awaitCaught(), "nothing is shipped");
      run.pass(4_000, 5_500);
      late.release();
      late.awaitAnswered();
    }
    awaitRecovery(run);
  }
}
