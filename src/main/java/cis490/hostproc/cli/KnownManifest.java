package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalSource;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.ship.ShippingStoppedException;
import java.util.Locale;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/**
 * What Kafka knows of an episode, asked before anything is published of it: a manifest is never
 * replaced by one that knows less, nor by that of another recording. For any thread.
 *
 * <p>Whoever publishes a manifest comes with the episode's transactional id, and so fences off who
 * came earlier. So what is read after {@code initTransactions} is the last one.
 */
final class KnownManifest {

  /** Ends what only another id helps against. */
  static final String ANOTHER = "choose another --episode";

  private final EpisodeId episode;
  private final KafkaConnection connection;
  private volatile KafkaSettings settings;
  private ManifestTopic.Look look = ManifestTopic.Look.NONE;
  private volatile Manifest accepted;

  KnownManifest(EpisodeId episode, KafkaConnection connection) {
    this.episode = episode;
    this.connection = connection;
  }

  /** The way to the brokers, to be asked for first. */
  KafkaSettings connect() throws Exception {
    settings = connection.settings();
    return settings;
  }

  /** As Kafka has it now; null if it has none. */
  synchronized Manifest read() throws Exception {
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
              + " is retired: with a topic made anew the lake would have its rows twice");
    }
    return last;
  }

  /** It is of the same recording. */
  void accept(Manifest known) {
    accepted = known;
  }

  /** What was last accepted; null if nothing was. For any thread. */
  Manifest accepted() {
    return accepted;
  }

  /** Where Kafka knows how long the file was when it ended, and its hash, this must be that one. */
  void requireSameFile(Manifest known, JournalSource file) throws Exception {
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

  ShippingStoppedException otherRecording(Manifest known, JournalSource file) {
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
