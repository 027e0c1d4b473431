package cis490.hostproc.config;

import java.util.List;
import java.util.Set;

/**
 * Which processes are recorded, and as which episodes.
 *
 * @param name of the rule: letters, digits, '.', '_' or '-', at most {@value #NAME_LENGTH_MAX}
 * @param match what a process must be
 * @param episode the id, with any of {@link #PLACEHOLDERS} and the named groups of the match's
 *     arguments; what it gives for a process need not be a valid id
 * @param intervalMs time between ticks, ms, 1 to 3,600,000
 */
public record Rule(String name, Match match, Template episode, long intervalMs) {

  /** When the process started. */
  public static final String STARTED = "started";

  /** The process's id. */
  public static final String PID = "pid";

  /** The process's command name. */
  public static final String COMMAND = "command";

  /** The host's name. */
  public static final String HOST = "host";

  /** The host's boot. */
  public static final String BOOT = "boot";

  /** The rule's own name. */
  public static final String RULE = "rule";

  /** What each rule's episode can name. */
  public static final List<String> PLACEHOLDERS = List.of(STARTED, PID, COMMAND, HOST, BOOT, RULE);

  /** What all processes that a rule finds may have in common. */
  static final Set<String> SHARED = Set.of(COMMAND, HOST, BOOT, RULE);

  static final int NAME_LENGTH_MAX = 100;
}
