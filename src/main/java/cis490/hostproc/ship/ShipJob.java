package cis490.hostproc.ship;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalSource;
import java.time.Duration;
import java.util.Map;

/**
 * What is shipped where.
 *
 * @param source the file
 * @param keep which of its lines are shipped
 * @param topic the episode's topic
 * @param key every record's key: the episode id
 * @param transactionalId of the episode's one producer
 * @param headers those that are the same in every record
 * @param episodesTopic the compacted topic of the manifests
 * @param manifest the episode's manifest as it is now, JSON; asked when it is to be published, from
 *     a thread of its own, and before a topic is made, from the shipper's
 * @param sealed the manifest of the episode that has ended and arrived, JSON, given the end of what
 *     was shipped; asked once the topic was read back equal up to there
 * @param linger how long rows gather while the shipper has caught up, more than 0: the most that a
 *     row waits before its transaction begins
 * @param yields whether another shipper of the same episode that goes on is left to it
 */
public record ShipJob(
    JournalSource source,
    JournalCursor.Keep keep,
    String topic,
    String key,
    String transactionalId,
    Map<String, String> headers,
    String episodesTopic,
    Announced manifest,
    Sealed sealed,
    Duration linger,
    boolean yields) {

  /** Gives a manifest as it is now. */
  @FunctionalInterface
  public interface Announced {
    /**
     * Called with the manifests' producer the episode's only one, or before a topic is made; never
     * by two threads at a time.
     *
     * @return JSON
     * @throws ShippingStoppedException if none may be published, and so no rows either
     * @throws Exception if there is none at present; it is asked again
     */
    byte[] get() throws Exception;
  }

  /** Gives the manifest of an episode that has arrived. */
  @FunctionalInterface
  public interface Sealed {
    /**
     * Called on the shipper's thread, with its producer the episode's only one.
     *
     * @param end of what was shipped and read back equal
     * @return JSON
     * @throws ShippingStoppedException if none may be published
     * @throws Exception if there is none at present; it is asked again
     */
    byte[] apply(JournalCursor end) throws Exception;
  }

  /** The file's beginning. */
  JournalCursor start() {
    return JournalCursor.atStart(source, keep);
  }
}
