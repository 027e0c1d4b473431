package cis490.hostproc.archive;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.TopicExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One episode on its way from its topic into a file. */
public final class Export {

  /** Name of the clients that read for an export. */
  public static final String CLIENT_ID = "hostproc-export";

  private final EpisodeId episode;
  private final Path path;
  private final @Nullable Manifest manifest;
  private final ManifestFile manifestFile;

  /**
   * Ready to run.
   *
   * @param episode which
   * @param path of the file: one that is there is completed
   * @param manifest as Kafka has it; null if it has none
   */
  public Export(EpisodeId episode, Path path, @Nullable Manifest manifest) {
    this.episode = episode;
    this.path = path;
    this.manifest = manifest;
    this.manifestFile = ManifestFile.beside(path);
  }

  /**
   * What the file has now.
   *
   * @param rows what came out of the topic
   * @param bytes length of the file
   * @param manifest as Kafka has it; null if it has none
   * @param isManifestWritten whether it was written beside the file, now
   */
  public record Result(
      TopicExport.Result rows, long bytes, @Nullable Manifest manifest, boolean isManifestWritten) {

    /**
     * Whether the file is what was shipped, as far as the manifest can tell.
     *
     * @return false if there is a {@link #problem()}
     */
    public boolean isExported() {
      return problem() == null;
    }

    /**
     * Why the file is not what was shipped.
     *
     * @return in a few words; null if it is
     */
    public @Nullable String problem() {
      if (rows.difference() != null) {
        return "the file is not what the topic holds";
      }
      return manifestProblem() == null ? null : "the manifest does not agree";
    }

    /**
     * Whether the original file had lines that were never shipped.
     *
     * @return true if so: then neither bytes nor chain can agree
     */
    public boolean hasLinesLeftOut() {
      Long skipped = manifest == null ? null : manifest.ending().linesSkipped();
      return rows.bytesLeftOut() > 0 || (skipped != null && skipped > 0);
    }

    /**
     * Where the manifest and the file differ.
     *
     * @return in a few words; null if they do not, and if the manifest can't tell
     */
    public @Nullable String manifestProblem() {
      if (manifest == null || manifest.state() == Manifest.State.OPEN) {
        return null;
      }
      Manifest.Ending ending = manifest.ending();
      boolean same = Objects.equals(ending.rows(), rows.rows());
      if (!hasLinesLeftOut()) {
        same &= ending.bytes() == null || ending.bytes() == bytes;
        same &= ending.chain() == null || ending.chain().equals(rows.chain());
      }
      return same
          ? null
          : String.format(
              Locale.ROOT,
              "%s, but it says rows %s bytes %s chain %s",
              manifest.state().name().toLowerCase(Locale.ROOT),
              ending.rows(),
              ending.bytes(),
              ending.chain());
    }
  }

  /**
   * Completes the file, and the manifest beside it.
   *
   * @param settings where the brokers are
   * @param listener called after each row
   * @return what the file has now
   * @throws FailedException if the file can't take this episode, or the topic holds what hostproc
   *     did not write
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is no topic;
   *     no file is made then
   * @throws Exception if the topic can't be read
   */
  public Result run(KafkaSettings settings, ReadingListener listener) throws Exception {
    requireOwnManifest();
    Result result;
    // The topic first: where there is none, no file is made.
    try (TopicExport topic = TopicExport.open(settings, episode.topic(), CLIENT_ID);
        Journal file = Journal.open(path)) {
      TopicExport.Result rows =
          topic.into(
              file,
              episode.value(),
              RowFormat.headers(),
              count -> listener.at(ReadingListener.Step.EXPORTING_ROWS, count));
      result = new Result(rows, file.length(), manifest, false);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(path, failure), failure);
    }
    return result.isExported() && writeManifest()
        ? new Result(result.rows(), result.bytes(), manifest, true)
        : result;
  }

  /** What lies beside the file must be of this episode, or it would be overwritten. */
  private void requireOwnManifest() throws FailedException {
    Manifest beside = beside();
    if (beside == null) {
      return;
    }
    String id = beside.beginning().episodeId();
    if (!id.equals(episode.value())) {
      throw new FailedException(
          manifestFile.path()
              + " is of the episode "
              + Text.printable(id)
              + "; choose another --output");
    }
    if (manifest != null && beside.isOfOtherRecordingThan(manifest)) {
      throw new FailedException(
          manifestFile.path()
              + " is of another recording of "
              + episode
              + "; choose another --output");
    }
  }

  private @Nullable Manifest beside() throws FailedException {
    try {
      return manifestFile.read().orElse(null);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(manifestFile.path(), failure), failure);
    }
  }

  /**
   * Keeps what the one beside the file knows better: it may be the recording host's. False if there
   * is nothing to write.
   */
  private boolean writeManifest() throws FailedException {
    if (manifest == null) {
      return false;
    }
    Manifest beside = beside();
    Manifest both = beside == null ? manifest : manifest.keeping(beside);
    if (both.equals(beside)) {
      return false;
    }
    try {
      manifestFile.write(both);
      return true;
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(manifestFile.path(), failure), failure);
    }
  }
}
