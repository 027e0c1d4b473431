package cis490.hostproc.testkit;

import java.util.SplittableRandom;

/** The seed of the random tests: {@code -Dhostproc.seed=…} repeats a run, otherwise it is new. */
public final class Seed {

  /** The seed of this run. */
  public static final long VALUE = choose();

  private Seed() {}

  /** A generator at its beginning, its seed printed under the test's name. */
  public static SplittableRandom random(String test) {
    System.out.println(test + ": repeat with -Dhostproc.seed=" + VALUE);
    return new SplittableRandom(VALUE);
  }

  private static long choose() {
    Long given = Long.getLong("hostproc.seed");
    return given != null ? given : new SplittableRandom().nextLong();
  }
}
