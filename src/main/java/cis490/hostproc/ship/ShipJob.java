package cis490.hostproc.ship;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalSource;
import java.time.Duration;
import org.slf4j.Logger;

/**
 * What is shipped where.
 *
 * @param source the file
 * @param keep which of its lines are shipped
 * @param replica where they go
 * @param manifests the episode's manifest, published beside the rows
 * @param linger how long rows gather while the shipper has caught up, more than 0: the most that a
 *     row waits before its transaction begins
 * @param isYielding whether this shipper gives way to another one of the same episode
 * @param log what happens to this episode
 */
public record ShipJob(
    JournalSource source,
    JournalCursor.Keep keep,
    Replica replica,
    ManifestFeed manifests,
    Duration linger,
    boolean isYielding,
    Logger log) {

  String topic() {
    return replica.topic();
  }

  /** The file's beginning. */
  JournalCursor start() {
    return JournalCursor.atStart(source, keep);
  }
}
