package cis490.hostproc.episode;

import java.util.regex.Pattern;

/**
 * An episode's id, and the names of all that belongs to it.
 *
 * @param value the id: {@code [A-Za-z0-9][A-Za-z0-9._-]*}, short enough for its topic's name
 */
public record EpisodeId(String value) {

  /** Everything that only the oracle may see has this prefix, so that one ACL covers it. */
  public static final String ORACLE_PREFIX = "oracle.";

  /** The compacted topic of all manifests, key = episode id. */
  public static final String EPISODES_TOPIC = ORACLE_PREFIX + "episodes";

  /** Before the id in the name of an episode's topic. */
  public static final String TOPIC_PREFIX = ORACLE_PREFIX + "host-proc.";

  /** Kafka's own limit (Topic.MAX_NAME_LENGTH). */
  private static final int TOPIC_LENGTH_MAX = 249;

  private static final int LENGTH_MAX = TOPIC_LENGTH_MAX - TOPIC_PREFIX.length();
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  /**
   * Refuses what could not be a folder and a topic.
   *
   * @param value the id
   * @throws IllegalArgumentException with the rule that it breaks
   */
  public EpisodeId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'"
              + value
              + "' is not an episode id: a letter or digit, then letters, digits, '.', '_' or '-'");
    }
    if (value.length() > LENGTH_MAX) {
      throw new IllegalArgumentException(
          "the episode id has " + value.length() + " characters, at most " + LENGTH_MAX);
    }
  }

  /**
   * Whether an id is neither too long nor of other letters.
   *
   * @param value perhaps an id
   * @return false if the constructor would refuse it
   */
  public static boolean fits(String value) {
    return FORM.matcher(value).matches() && value.length() <= LENGTH_MAX;
  }

  /**
   * Of a topic of rows.
   *
   * @param topic its name, {@link #TOPIC_PREFIX} and an id
   * @return the id
   * @throws IllegalArgumentException if that is not an episode's topic
   */
  public static EpisodeId ofTopic(String topic) {
    if (!topic.startsWith(TOPIC_PREFIX)) {
      throw new IllegalArgumentException("'" + topic + "' is not an episode's topic");
    }
    return new EpisodeId(topic.substring(TOPIC_PREFIX.length()));
  }

  /**
   * The topic of the episode's rows.
   *
   * @return {@code oracle.host-proc.<id>}
   */
  public String topic() {
    return TOPIC_PREFIX + value;
  }

  /**
   * The transactional id of the one producer that may write to the topic (KIP-98): who comes with
   * it later fences off who came earlier.
   *
   * @return the topic's name, so that the ACL on the prefix also covers it
   */
  public String transactionalId() {
    return topic();
  }

  @Override
  public String toString() {
    return value;
  }
}
