package cis490.hostproc.ship;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalSource;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.kafka.KafkaSettings;
import java.util.Locale;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka knows of an episode, asked before anything is published of it: a manifest is never
 * replaced by one that knows less, nor by that of another recording. For any thread.
 *
 * <p>Whoever publishes a manifest uses the episode's transactional id, and so fences off earlier
 * publishers. So what is read after {@code initTransactions} is the last one.
 */
public final class KnownManifest implements Connector {

  /** The end of messages where only another id helps. */
  public static final String ANOTHER = "choose another --episode";

  private final EpisodeId episode;
  private final Connector connector;

  @SuppressWarnings("NullAway.Init")
  private volatile KafkaSettings settings;

  private ManifestTopic.Look look = ManifestTopic.Look.NONE;
  private volatile @Nullable Manifest accepted;

  /**
   * Nothing is known yet.
   *
   * @param episode whose manifest it is
   * @param connector the way to the brokers
   */
  public KnownManifest(EpisodeId episode, Connector connector) {
    this.episode = episode;
    this.connector = connector;
  }

  /** To be asked for first. */
  @Override
  public KafkaSettings connect() throws Exception {
    settings = connector.connect();
    return settings;
  }

  /**
   * As Kafka has it now.
   *
   * @return the last one; null if it has none
   * @throws ShippingStoppedException if it may not be read, or the episode is retired
   * @throws Exception if the brokers do not answer
   */
  public synchronized @Nullable Manifest read() throws Exception {
    try {
      look = ManifestTopic.read(settings, "hostproc-" + episode, episode, look);
    } catch (TopicAuthorizationException denied) {
      throw new ShippingStoppedException(
          "no right to read "
              + EpisodeId.EPISODES_TOPIC
              + ", so what it knows of "
              + episode
              + " would be lost: the collector needs Read on it");
    }
    Manifest last = look.manifest();
    if (last != null && last.state() == Manifest.State.RETIRED) {
      throw new ShippingStoppedException(
          "the episode "
              + episode
              + " is retired: if its topic were created again, the lake would have its rows twice");
    }
    return last;
  }

  /**
   * Keeps one that is of the same recording.
   *
   * @param known from {@link #read()}
   */
  public void accept(Manifest known) {
    accepted = known;
  }

  /**
   * What was last accepted.
   *
   * @return null if nothing was
   */
  public @Nullable Manifest accepted() {
    return accepted;
  }

  /**
   * Where Kafka knows how long the file was when it ended, and its hash, this must be that one.
   *
   * @param known from {@link #read()}
   * @param file that is to be shipped
   * @throws ShippingStoppedException if it is another
   * @throws Exception if it can't be read
   */
  public void requireSameFile(Manifest known, JournalSource file) throws Exception {
    Long bytes = known.ending().bytes();
    String chain = known.ending().chain();
    if (bytes == null || bytes == 0) {
      return;
    }
    boolean same = bytes <= file.length();
    if (same && chain != null) {
      JournalCursor cursor = JournalCursor.atStart(file);
      cursor.skipTo(bytes);
      same = cursor.position() == bytes && chain.equals(cursor.chain());
    }
    if (!same) {
      throw otherRecording(known, file);
    }
  }

  /**
   * Says that the manifest in Kafka is of another recording.
   *
   * @param known from {@link #read()}
   * @param file that is to be shipped
   * @return to be thrown
   */
  public ShippingStoppedException otherRecording(Manifest known, JournalSource file) {
    Long rows = known.ending().rows();
    return new ShippingStoppedException(
        String.format(
            Locale.ROOT,
            "%s has the manifest of another recording of %s (%s%s), which that of %s would"
                + " replace; "
                + ANOTHER,
            EpisodeId.EPISODES_TOPIC,
            episode,
            known.state().name().toLowerCase(Locale.ROOT),
            rows == null ? "" : String.format(Locale.ROOT, ", %,d rows", rows),
            file.path()));
  }
}
