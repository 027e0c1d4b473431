package cis490.hostproc.fault;

import java.util.Locale;

/**
 * A fault, and what must be true after it.
 *
 * @param name for people, unique
 * @param brokers how many it needs: 1 or 3
 * @param script does it, and concludes the run
 */
record Scenario(String name, int brokers, Script script) {

  static final int ONE = 1;
  static final int THREE = 3;

  /** What happens in a run. */
  @FunctionalInterface
  interface Script {
    void play(Run run) throws Exception;
  }

  /** One broker; after the script all is healed, and the topic must be the file. */
  static Scenario exact(String name, Script faults) {
    return exact(name, ONE, faults);
  }

  /** The same with so many brokers. */
  static Scenario exact(String name, int brokers, Script faults) {
    return new Scenario(
        name,
        brokers,
        run -> {
          faults.play(run);
          run.healAndRequireExact();
        });
  }

  /** One broker; the script itself says how the run must end, and concludes it. */
  static Scenario ending(String name, Script script) {
    return new Scenario(name, ONE, script);
  }

  /** For the names of files and topics. */
  String slug() {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }
}
