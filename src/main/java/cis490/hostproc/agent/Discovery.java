package cis490.hostproc.agent;

import cis490.hostproc.config.Rule;
import cis490.hostproc.proc.Host;
import cis490.hostproc.proc.ProcessFacts;
import cis490.hostproc.proc.ProcessTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Looks for processes that rules describe. A look reads the folder of all processes, and examines
 * those that are new. A process that no rule wants is examined again while it is young, since a
 * child becomes its program only some moments after its birth, and now and then later.
 */
public final class Discovery {

  private static final long YOUNG_NS = Duration.ofSeconds(5).toNanos();
  private static final long AGAIN_NS = Duration.ofSeconds(10).toNanos();

  private final Logger log;
  private final Path procRoot;
  private final Host host;
  private final Map<Long, Known> known = new HashMap<>();
  private final StartTime startTime = new StartTime();
  private List<Rule> rules = List.of();
  private List<RuleMatch> matches = List.of();

  /** A process that was seen. */
  private static final class Known {
    private final long startTimeTicks;
    private final long seenAtNs;
    private long againAtNs;
    private @Nullable Found found;

    /** Rules whose expression has taken too long, which is said once. */
    private Set<Rule> slow = Set.of();

    Known(long startTimeTicks, long nowNs) {
      this.startTimeTicks = startTimeTicks;
      this.seenAtNs = nowNs;
    }

    boolean isDue(long nowNs) {
      return nowNs - seenAtNs < YOUNG_NS ? found == null : nowNs - againAtNs >= 0;
    }
  }

  /**
   * Without rules yet.
   *
   * @param procRoot where procfs is mounted
   * @param log what is wrong with a rule
   */
  public Discovery(Path procRoot, Logger log) {
    this.log = log;
    this.procRoot = procRoot;
    this.host = Host.read(procRoot);
  }

  /**
   * Looks by other rules from now on.
   *
   * @param rules in order
   * @throws UnknownUserException if a user of a rule is not known; the rules stay as they were
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void follow(List<Rule> rules) throws UnknownUserException, InterruptedException {
    List<RuleMatch> matches = new ArrayList<>();
    for (Rule rule : rules) {
      try {
        matches.add(new RuleMatch(rule.match()));
      } catch (UnknownUserException unknown) {
        throw new UnknownUserException("rule " + rule.name() + ": " + unknown.getMessage());
      }
    }
    this.rules = rules;
    this.matches = matches;
    known.clear();
  }

  /**
   * All processes that rules want now.
   *
   * @param nowNs {@link System#nanoTime()}
   * @return by pid
   */
  public List<Found> look(long nowNs) {
    List<Found> wanted = new ArrayList<>();
    Set<Long> there = new TreeSet<>(ProcessTable.pids(procRoot));
    known.keySet().retainAll(there);
    for (long pid : there) {
      Known before = known.get(pid);
      if (before == null || before.isDue(nowNs)) {
        examine(pid, before, nowNs);
      }
      Known now = known.get(pid);
      if (now != null && now.found != null) {
        wanted.add(now.found);
      }
    }
    return wanted;
  }

  /** A pid may mean another process by now. */
  private void examine(long pid, @Nullable Known before, long nowNs) {
    ProcessFacts process = ProcessFacts.of(procRoot, pid).orElse(null);
    if (process == null) {
      known.remove(pid);
      return;
    }
    boolean isSame = before != null && before.startTimeTicks == process.startTimeTicks();
    Known now = isSame && before != null ? before : new Known(process.startTimeTicks(), nowNs);
    if (now.found == null) {
      now.found = match(process, now);
    }
    now.againAtNs = nowNs + AGAIN_NS;
    known.put(pid, now);
  }

  private @Nullable Found match(ProcessFacts process, Known known) {
    List<Rule> fitting = new ArrayList<>();
    Map<String, String> values = Map.of();
    for (int i = 0; i < rules.size(); i++) {
      Map<String, String> groups = groups(i, process, known);
      if (groups != null) {
        values = fitting.isEmpty() ? values(process, rules.get(i), groups) : values;
        fitting.add(rules.get(i));
      }
    }
    return fitting.isEmpty() ? null : new Found(process, fitting, values);
  }

  /** Null also where the rule's expression takes too long for this command line. */
  private @Nullable Map<String, String> groups(int rule, ProcessFacts process, Known known) {
    try {
      return matches.get(rule).of(process);
    } catch (IllegalArgumentException tooMuch) {
      warn(rules.get(rule), process, known, tooMuch);
      return null;
    }
  }

  private void warn(Rule rule, ProcessFacts process, Known known, IllegalArgumentException why) {
    Set<Rule> slow = new HashSet<>(known.slow);
    if (slow.add(rule)) {
      known.slow = slow;
      log.warn(
          "rule {}: its arguments and the command line of process {}: {}; change the expression",
          rule.name(),
          process.pid(),
          why.getMessage());
    }
  }

  private Map<String, String> values(ProcessFacts process, Rule rule, Map<String, String> groups) {
    Map<String, String> values = new HashMap<>(groups);
    values.put(Rule.STARTED, startTime.text(process.startTimeTicks()));
    values.put(Rule.PID, Long.toString(process.pid()));
    values.put(Rule.COMMAND, process.name());
    values.put(Rule.HOST, host.name());
    values.put(Rule.BOOT, host.bootId().split("-", 2)[0]);
    values.put(Rule.RULE, rule.name());
    return values;
  }

  /**
   * Whether a process that was found has gone; then its pid may be another's.
   *
   * @param pid of it
   */
  public void forget(long pid) {
    known.remove(pid);
  }
}
