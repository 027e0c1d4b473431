package cis490.hostproc.config;

import cis490.hostproc.sample.Priority;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is to do, as {@link ConfigFile} read it; its form is {@code
 * schemas/agent.schema.json}. Two that say the same are equal. Relative paths begin in the working
 * folder.
 *
 * @param kafka where the rows go
 * @param output where their files lie
 * @param manifests the folder of all manifests; null if each lies beside its rows
 * @param intervalMs time between ticks where no rule says otherwise, ms, {@value #INTERVAL_MS_MIN}
 *     to {@value #INTERVAL_MS_MAX}
 * @param priority of the sampling thread
 * @param flushTimeoutS how long to wait for the last rows at the end, s, 0 to {@value
 *     #FLUSH_TIMEOUT_S_MAX}
 * @param watch the rules, at most {@value #RULES_MAX}, perhaps none; each name occurs once
 * @param limits what the agent may take
 * @param keepSealedDays after how many days the file of a sealed episode is removed, 1 to {@value
 *     #SEALED_DAYS_MAX}; null if never
 * @param controlSocket the Unix domain socket that takes orders; null if none
 * @param events the file that events are appended to; null if none
 * @param lookEveryMs time between two looks for processes, ms, {@value #LOOK_EVERY_MS_MIN} to
 *     {@value #LOOK_EVERY_MS_MAX}
 */
public record AgentConfig(
    KafkaChoice kafka,
    Output output,
    @Nullable Path manifests,
    long intervalMs,
    Priority priority,
    long flushTimeoutS,
    List<Rule> watch,
    Limits limits,
    @Nullable Long keepSealedDays,
    @Nullable Path controlSocket,
    @Nullable Path events,
    long lookEveryMs) {

  /** The form's {@code $id}. */
  public static final String SCHEMA_ID = "urn:cis490:hostproc:agent:1";

  /** The schema's place on the class path. */
  public static final String SCHEMA_RESOURCE = "/schemas/agent.schema.json";

  static final long INTERVAL_MS_MIN = 1;
  static final long INTERVAL_MS_MAX = 3_600_000;
  static final long INTERVAL_MS_DEFAULT = 100;
  static final long FLUSH_TIMEOUT_S_MAX = 86_400;
  static final long FLUSH_TIMEOUT_S_DEFAULT = 30;
  static final int RULES_MAX = 1000;
  static final long SEALED_DAYS_MAX = 3650;
  static final long LOOK_EVERY_MS_MIN = 100;
  static final long LOOK_EVERY_MS_MAX = 10_000;
  static final long LOOK_EVERY_MS_DEFAULT = 500;

  /**
   * What the agent may take.
   *
   * @param episodes that run at a time, 1 to {@value #EPISODES_MAX}
   * @param freeDiskBytes free space of the rows' file system below which no episode starts, bytes,
   *     0 to {@value #FREE_DISK_BYTES_MAX}
   */
  public record Limits(long episodes, long freeDiskBytes) {

    static final long EPISODES_MAX = 4096;
    static final long FREE_DISK_BYTES_MAX = 1L << 50;

    /** What holds where nothing else is said: 256 episodes, 1 GiB. */
    public static final Limits DEFAULT = new Limits(256, 1L << 30);
  }

  /**
   * Takes a copy of the rules.
   *
   * @param kafka where the rows go
   * @param output where their files lie
   * @param manifests the folder of all manifests
   * @param intervalMs ms
   * @param priority of the sampling thread
   * @param flushTimeoutS s
   * @param watch the rules
   * @param limits what the agent may take
   * @param keepSealedDays days
   * @param controlSocket takes orders
   * @param events the file of events
   * @param lookEveryMs ms
   */
  public AgentConfig {
    watch = List.copyOf(watch);
  }
}
