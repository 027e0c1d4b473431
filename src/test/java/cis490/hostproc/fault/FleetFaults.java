package cis490.hostproc.fault;

import java.util.List;
import org.junit.jupiter.api.Assertions;

/** An agent with many episodes at once: it dies, the broker goes away, its rules change. */
final class FleetFaults {

  private FleetFaults() {}

  static List<Scenario> all() {
    return List.of(
        FleetRun.exact("agent of a fleet killed at any instant", FleetFaults::killed),
        FleetRun.exact("fleet, broker frozen or killed", FleetFaults::brokerInTrouble),
        FleetRun.exact("fleet, broker away for long", FleetFaults::brokerAway),
        FleetRun.exact("fleet, SIGHUP in mid-stream", FleetFaults::rulesChange));
  }

  /** Also while it starts; some processes die while no agent runs, and others begin. */
  private static void killed(FleetRun fleet) throws Exception {
    fleet.start();
    Run run = fleet.run();
    int times = run.random().nextInt(2, 5);
    for (int i = 0; i < times; i++) {
      run.pass(0, 2_000);
      for (String each : fleet.some(1)) {
        fleet.end(each);
      }
      fleet.kill();
      for (String each : fleet.some(2)) {
        fleet.end(each);
      }
      fleet.agent().launch();
      if (run.random().nextBoolean()) {
        fleet.awaitMoreRows(fleet.fleet().alive());
      }
    }
  }

  private static void brokerInTrouble(FleetRun fleet) throws Exception {
    fleet.start();
    Run run = fleet.run();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 1_500);
      boolean frozen = run.random().nextBoolean();
      if (frozen) {
        run.brokers().freeze(0);
      } else {
        run.brokers().kill(0);
      }
      run.say(frozen ? "frozen" : "killed");
      run.pass(0, 3_000);
      for (String each : fleet.some(1)) {
        fleet.end(each);
      }
      run.brokers().heal();
    }
  }

  /** Long for the clients of a few, longer for those of many. */
  private static void brokerAway(FleetRun fleet) throws Exception {
    fleet.start();
    Run run = fleet.run();
    run.pass(0, 1_500);
    run.brokers().terminate(0);
    long mostMs = FleetRun.isSmall() ? 6_000 : 20_000;
    run.pass(mostMs - 2_000, mostMs);
    for (String each : fleet.some(2)) {
      fleet.end(each);
    }
  }

  /**
   * What no change concerns has one run, without a gap. A process whose rule is gone and comes back
   * goes on in its file.
   */
  private static void rulesChange(FleetRun fleet) throws Exception {
    int each = FleetRun.SIZE / 3 + 1;
    fleet.nameEpisodes("{n}");
    List<String> kept = fleet.fleet().spawn("a", each);
    List<String> dropped = fleet.fleet().spawn("b", each);
    List<String> added = fleet.fleet().spawn("c", each);
    fleet.configure("a", "b");
    fleet.agent().launch();
    fleet.awaitMoreRows(kept);
    fleet.awaitMoreRows(dropped);
    Run run = fleet.run();
    run.pass(0, 1_000);
    mistake(fleet);
    run.pass(0, 1_000);
    fleet.configure("a", "c");
    fleet.ruleGone(dropped);
    fleet.agent().hangUp();
    fleet.awaitMoreRows(added);
    fleet.awaitSealed(dropped);
    for (String name : dropped) {
      Assertions.assertEquals(
          "rule_gone", fleet.episode(name).manifest().get("end_reason").asText(), name);
    }
    run.pass(0, 1_000);
    if (run.random().nextBoolean()) {
      fleet.configure("a", "b", "c");
      fleet.ruleIsBack(dropped);
      fleet.agent().hangUp();
      fleet.awaitMoreRows(dropped);
    }
    for (String name : kept) {
      Assertions.assertEquals(1, fleet.episode(name).manifest().get("runs").size(), name);
    }
  }

  /** One line, and nothing changes. */
  private static void mistake(FleetRun fleet) throws Exception {
    String said = "the configuration stays as it was";
    String wrong =
        switch (fleet.run().random().nextInt(4)) {
          case 0 -> fleet.configuration("a") + "watches: []\n";
          case 1 -> fleet.configuration("c").replace("(?<n>", "((?<n>");
          case 2 -> fleet.configuration("b", "b");
          default -> fleet.configuration("a").replace("watch:", "watch: [");
        };
    fleet.agent().configure(wrong);
    long before = fleet.agent().err().lines().count();
    fleet.agent().hangUp();
    fleet.agent().awaitSaid(said);
    fleet.awaitMoreRows(fleet.fleet().alive().stream().filter(n -> !n.startsWith("c")).toList());
    List<String> lines = fleet.agent().err().lines().skip(before).toList();
    Assertions.assertEquals(1, lines.size(), lines::toString);
  }
}
