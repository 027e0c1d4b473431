package cis490.hostproc.archive;

import cis490.hostproc.check.RowGate;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.row.RowFormat;
import java.io.IOException;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is to be shipped, and what its manifest says: is it the one that was recorded, and
 * are its lines rows? Asked before anything is sent.
 */
final class CheckedFile implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckedFile.class);

  private final FileShipment.Plan plan;
  private final RowGate gate;
  private final ManifestFile manifestFile;
  private final JournalReader reader;

  /** Null for a file that hostproc did not record. */
  private volatile @Nullable Manifest known;

  private CheckedFile(FileShipment.Plan plan, JournalReader reader, @Nullable Manifest known) {
    this.plan = plan;
    this.gate = new RowGate(plan.file(), plan.skipInvalid());
    this.manifestFile = plan.manifestFile();
    this.reader = reader;
    this.known = known == null ? null : underItsName(known);
  }

  /** The file is closed again if it is refused. */
  static CheckedFile open(FileShipment.Plan plan) throws FailedException {
    CheckedFile file;
    try {
      JournalReader reader = JournalReader.open(plan.file());
      file = withManifest(plan, reader);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(plan.file(), failure), failure);
    }
    try {
      file.requireToBeShipped();
      return file;
    } catch (FailedException refused) {
      file.close();
      throw refused;
    }
  }

  private static CheckedFile withManifest(FileShipment.Plan plan, JournalReader reader)
      throws IOException {
    try {
      Manifest known = plan.manifestFile().read().orElse(null);
      return new CheckedFile(plan, reader, known);
    } catch (IOException failure) {
      reader.close();
      throw failure;
    }
  }

  private void requireToBeShipped() throws FailedException {
    if (known != null && !known.beginning().episodeId().equals(plan.episode().value())) {
      throw new FailedException(
          plan.file()
              + " is of the episode "
              + Text.printable(known.beginning().episodeId())
              + (isSealed(known) ? "" : "; --renamed ships it under another name"));
    }
    if (known != null && known.state() == Manifest.State.RETIRED) {
      throw new FailedException(
          plan.file()
              + " is of a retired episode ("
              + manifestFile.path()
              + "): if its topic were created again, the lake would have its rows twice");
    }
    String alteration =
        known == null ? null : known.alterationOf(reader.length() + reader.tornBytes());
    if (alteration != null) {
      throw new FailedException(
          Text.printable(alteration)
              + ", while it was recorded: it is not what was sampled. To ship it as it is, move "
              + manifestFile.path()
              + " away");
    }
    if (!plan.follow() && reader.beingWritten()) {
      throw new FailedException(
          plan.file() + " is being written by a collector; --follow ships it while it grows");
    }
  }

  /** What a topic has taken keeps its name. */
  private Manifest underItsName(Manifest manifest) {
    return plan.renamed() && !isSealed(manifest) ? manifest.renamed(plan.episode()) : manifest;
  }

  private static boolean isSealed(Manifest manifest) {
    return manifest.state().compareTo(Manifest.State.SEALED) >= 0;
  }

  /** Reads all that is there, before anything is sent. */
  void check(LongConsumer linesRead, BooleanSupplier isStopped) throws FailedException {
    long end = reader.length();
    JournalCursor cursor = JournalCursor.atStart(reader, gate::look);
    String chainThen = null;
    long endedBytes = endedBytes();
    try {
      while (!isStopped.getAsBoolean() && cursor.next(end) != null) {
        if (cursor.position() == endedBytes) {
          chainThen = cursor.chain();
        }
        linesRead.accept(cursor.lines());
      }
      requireUnaltered(cursor);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(plan.file(), failure), failure);
    }
    if (gate.invalidLines() > 0 && !plan.skipInvalid()) {
      throw new FailedException(refusal());
    }
    requireLengthOfManifest(endedBytes, end);
    if (!isStopped.getAsBoolean()) {
      requireChainOfManifest(endedBytes, chainThen);
    }
  }

  /** What was checked must be what the shipper will compare the file with. */
  private void requireUnaltered(JournalCursor checked) throws IOException, FailedException {
    String alteration = reader.alteration(checked);
    if (alteration != null) {
      throw new FailedException(alteration);
    }
  }

  private String refusal() {
    long more = gate.invalidLines() - 1;
    return gate.firstProblem()
        + (more > 0 ? String.format(Locale.ROOT, " (and %,d more lines)", more) : "")
        + "; --skip-invalid leaves such lines out";
  }

  private long endedBytes() {
    Manifest known = this.known;
    Long bytes = known == null ? null : known.ending().bytes();
    return bytes == null ? -1 : bytes;
  }

  /** A file that has lost rows since its episode ended must not be taken for all of it. */
  private void requireLengthOfManifest(long endedBytes, long end) throws FailedException {
    if (endedBytes > end) {
      throw new FailedException(
          String.format(
              Locale.ROOT,
              "%s has %,d bytes of complete rows, and when its episode ended it had %,d (%s)",
              plan.file(),
              end,
              endedBytes,
              manifestFile.path()));
    }
  }

  /** {@code chainThen} is null where no line ends at the length that the manifest has. */
  private void requireChainOfManifest(long endedBytes, @Nullable String chainThen)
      throws FailedException {
    Manifest known = this.known;
    String chain = known != null && endedBytes > 0 ? known.ending().chain() : null;
    if (chain != null && !chain.equals(chainThen)) {
      throw new FailedException(
          plan.file()
              + " was altered after its episode ended: see chain in "
              + manifestFile.path());
    }
  }

  /** Rows that are to be shipped, as far as is known. */
  long rows() {
    return reader.lines() - (plan.skipInvalid() ? gate.invalidLines() : 0);
  }

  /** Looks again; what was known before must do if the manifest can't be read now. */
  void readManifest() {
    try {
      known = manifestFile.read().map(this::underItsName).orElse(known);
    } catch (IOException unreadable) {
      LOG.debug("the manifest that was read before must do", unreadable);
    }
  }

  /** The collector that wrote the file says so in its manifest, and is gone. */
  boolean isEndedByItsCollector() {
    if (reader.beingWritten()) {
      return false;
    }
    readManifest();
    return known != null && known.state() != Manifest.State.OPEN;
  }

  /** What happened to the file while it was recorded; null if nothing did, or nobody says so. */
  @Nullable String alterationOf(long length) {
    return known == null ? null : known.alterationOf(length);
  }

  /** As it is beside the file; one of an imported file where there is none. */
  Manifest manifest() {
    Manifest recorded = known;
    return recorded != null
        ? recorded
        : Manifest.imported(
            Manifest.Beginning.imported(
                plan.episode(),
                RowFormat.SOURCE,
                RowFormat.AVAILABLE_IN_DEPLOYMENT,
                RowFormat.SCHEMA_ID,
                gate.firstWallNs()));
  }

  ManifestFile manifestFile() {
    return manifestFile;
  }

  RowGate gate() {
    return gate;
  }

  JournalReader reader() {
    return reader;
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException unclosed) {
      // It was only read.
      LOG.debug("not closed", unclosed);
    }
  }
}
