package cis490.hostproc.collect;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.ship.KnownManifest;
import cis490.hostproc.ship.ManifestFeed;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A recording's manifest: as it is now, in its file, and as Kafka gets it. Changed by one thread;
 * the shipper's threads ask for it.
 */
final class KeptManifest implements ManifestFeed {

  private final ManifestFile file;
  private final Journal journal;
  private final Supplier<Logger> log;

  @SuppressWarnings("NullAway.Init")
  private volatile Manifest manifest;

  /** Once the topic was read back equal. */
  @SuppressWarnings("NullAway.Init")
  private volatile Manifest arrived;

  /** What Kafka knows; null if nothing is shipped. */
  private volatile @Nullable KnownManifest inKafka;

  private boolean isBehind;

  KeptManifest(ManifestFile file, Journal journal, Supplier<Logger> log) {
    this.file = file;
    this.journal = journal;
    this.log = log;
  }

  /** From now on it is what Kafka knows of the episode that it goes on after. */
  void goOnAfter(KnownManifest known) {
    inKafka = known;
  }

  Manifest manifest() {
    return manifest;
  }

  /** Changes it, here and in the file. */
  void become(Manifest changed) {
    manifest = changed;
    write();
  }

  /** As it is now that the topic was read back equal. */
  void becomeArrived() {
    become(arrived);
  }

  /** If the disk has refused it. */
  void writeAgain() {
    if (isBehind) {
      write();
    }
  }

  /**
   * Says once that it can't, and once that it can again. While sampling goes on it is tried again:
   * without a manifest the rows of a run that is killed have no owner, and no run goes on in them.
   */
  private void write() {
    try {
      KnownManifest known = inKafka;
      file.write(known == null ? manifest : manifest.goingOnAfter(known.accepted()));
      if (isBehind) {
        log.get().info("{} is up to date again", file.path());
      }
      isBehind = false;
    } catch (IOException failure) {
      if (!isBehind) {
        log.get()
            .error(
                "the manifest is not up to date: {}", FileFailure.describe(file.path(), failure));
      }
      isBehind = true;
    }
  }

  @Override
  public byte[] now() throws Exception {
    return known(manifest).toJson();
  }

  @Override
  public byte[] sealed(JournalCursor end) throws Exception {
    Manifest ours = manifest;
    arrived =
        isAll(end) ? ours.sealed(end.chain(), end.lines()) : ours.closed(end.chain(), end.lines());
    return known(arrived).toJson();
  }

  /** With what Kafka knows of earlier runs, if they are this file's. */
  private Manifest known(Manifest ours) throws Exception {
    KnownManifest inKafka = requireNonNull(this.inKafka);
    Manifest earlier = inKafka.read();
    if (earlier == null) {
      return ours;
    }
    if (ours.isOfOtherRecordingThan(earlier)) {
      throw inKafka.otherRecording(earlier, journal);
    }
    if (!ours.sharesRunWith(earlier)) {
      inKafka.requireSameFile(earlier, journal);
    }
    inKafka.accept(earlier);
    return ours.goingOnAfter(earlier);
  }

  /**
   * Whether what has arrived is every line that was written, and the file still holds these.
   * Otherwise the topic would not equal what others find as the episode's file.
   */
  private boolean isAll(JournalCursor end) {
    try {
      return end.lines() == journal.lines()
          && end.position() == journal.length()
          && journal.alteration(end) == null
          && journal.lookAtAll() == null;
    } catch (IOException unreadable) {
      log.get().error("{}: {}", journal.path(), FileFailure.describe(unreadable));
      return false;
    }
  }
}
