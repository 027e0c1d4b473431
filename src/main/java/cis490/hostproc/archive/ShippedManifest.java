package cis490.hostproc.archive;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.ship.KnownManifest;
import cis490.hostproc.ship.ManifestFeed;
import cis490.hostproc.ship.ShippingStoppedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The manifest of a file that is shipped: as Kafka gets it, and in the end beside the file. */
final class ShippedManifest implements ManifestFeed {

  private final FileShipment.Plan plan;
  private final CheckedFile file;
  private final KnownManifest inKafka;

  /** Null until all has arrived; where a collector still writes, the end is its own affair. */
  private volatile @Nullable Manifest sealed;

  ShippedManifest(FileShipment.Plan plan, CheckedFile file, KnownManifest inKafka) {
    this.plan = plan;
    this.file = file;
    this.inKafka = inKafka;
  }

  @Override
  public byte[] now() throws Exception {
    return known().toJson();
  }

  /** With what Kafka knows better, if that is of this file. */
  private Manifest known() throws Exception {
    Manifest beside = file.manifest();
    Manifest elsewhere = inKafka.read();
    if (elsewhere == null) {
      return beside;
    }
    if (beside.isOfOtherRecordingThan(elsewhere)) {
      throw inKafka.otherRecording(elsewhere, file.reader());
    }
    inKafka.requireSameFile(elsewhere, file.reader());
    return beside.keeping(elsewhere);
  }

  @Override
  public byte[] sealed(JournalCursor end) throws Exception {
    file.readManifest();
    if (file.reader().beingWritten()) {
      return now();
    }
    String other = file.reader().changeSince(end.position());
    if (other != null && !plan.follow()) {
      throw new ShippingStoppedException(
          plan.file() + " " + other + ": not sealed; ship it again, or --follow it");
    }
    if (other != null) {
      // Asked to stop while others go on: the end is theirs.
      return now();
    }
    String alteration = file.alterationOf(end.position());
    if (alteration != null) {
      throw new ShippingStoppedException(alteration + ", while it was recorded");
    }
    Manifest before = known();
    sealed = before.ended(ending(before, end)).sealed(end.chain(), end.lines());
    return sealed.toJson();
  }

  private Manifest.Ending ending(Manifest before, JournalCursor end) {
    boolean isOpen = before.state() == Manifest.State.OPEN;
    return new Manifest.Ending(
        isOpen ? file.gate().lastWallNs() : before.ending().endedWallNs(),
        isOpen ? EndReason.UNKNOWN : before.ending().endReason(),
        isOpen ? null : before.ending().exitCode(),
        end.lines(),
        plan.skipInvalid() ? end.skipped() : null,
        end.position(),
        null,
        null);
  }

  boolean isSealed() {
    return sealed != null;
  }

  /** Writes the sealed one beside the file; on a read-only disk it is in Kafka alone. */
  void keep() {
    if (sealed == null || file.reader().beingWritten()) {
      return;
    }
    try {
      Manifest beside = file.manifestFile().read().orElse(null);
      if (beside != null && beside.isOfOtherRecordingThan(sealed)) {
        throw new IOException(file.manifestFile().path() + " is of another recording by now");
      }
      file.manifestFile().write(sealed.keeping(beside));
    } catch (IOException failure) {
      plan.log()
          .info(
              "the sealed manifest is in Kafka alone: {}",
              FileFailure.describe(file.manifestFile().path(), failure));
    }
  }
}
