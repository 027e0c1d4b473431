package cis490.hostproc.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where rows are shipped to. */
public sealed interface KafkaChoice {

  /**
   * How long rows are batched.
   *
   * @return ms, 1 to {@value #LINGER_MS_MAX}; of no account if nothing is shipped
   */
  long lingerMs();

  /** How long rows are batched where nothing is said, ms. */
  long LINGER_MS_DEFAULT = 5000;

  /** The longest that rows may be batched, ms. */
  long LINGER_MS_MAX = 60_000;

  /**
   * A cluster that is there.
   *
   * @param bootstrapServers {@code host:port,…}
   * @param settings the properties file with client settings; null if there is none
   * @param lingerMs how long rows are batched, ms, 1 to {@value #LINGER_MS_MAX}
   */
  record Cluster(String bootstrapServers, @Nullable Path settings, long lingerMs)
      implements KafkaChoice {}

  /**
   * A broker that the agent starts on this machine.
   *
   * @param folder of its data; null for {@code .kafka} in {@link Output#folder}
   * @param lingerMs how long rows are batched, ms, 1 to {@value #LINGER_MS_MAX}
   */
  record Embedded(@Nullable Path folder, long lingerMs) implements KafkaChoice {}

  /** None: rows stay in their files. */
  record Offline() implements KafkaChoice {
    @Override
    public long lingerMs() {
      return LINGER_MS_DEFAULT;
    }
  }
}
