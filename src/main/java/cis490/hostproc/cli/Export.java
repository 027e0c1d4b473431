package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.ShippingStoppedException;
import cis490.hostproc.ship.TopicExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** One episode on its way from its topic into a file, and what there is to say of it. */
final class Export {

  private final EpisodeId episode;
  private final Path path;

  /** As Kafka has it; null if it has none. */
  private final Manifest manifest;

  private final ManifestFile manifestFile;
  private TopicExport.Result result;
  private long bytes;
  private boolean manifestWritten;

  Export(EpisodeId episode, Path path, Manifest manifest) {
    this.episode = episode;
    this.path = path;
    this.manifest = manifest;
    this.manifestFile = ManifestFile.beside(path);
  }

  void run(KafkaSettings settings) throws Exception {
    requireOwnManifest();
    StatusLine status = new StatusLine(System.err);
    // The topic first: where there is none, no file is made.
    try (TopicExport export = TopicExport.open(settings, episode.topic(), ExportCommand.CLIENT_ID);
        Journal file = Journal.open(path)) {
      result =
          export.into(
              file,
              episode.value(),
              RowFormat.headers(),
              new ReadingProgress(status, "rows of " + episode));
      bytes = file.length();
    } catch (UnknownTopicOrPartitionException none) {
      throw KafkaFailure.noTopic(settings, episode.topic());
    } catch (ShippingStoppedException foreign) {
      throw new FailedException(foreign.getMessage(), foreign);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(path, failure), failure);
    } finally {
      status.clear();
    }
    if (problem() == null) {
      writeManifest();
    }
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

  private Manifest beside() throws FailedException {
    try {
      return manifestFile.read().orElse(null);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(manifestFile.path(), failure), failure);
    }
  }

  /** With what the one beside the file knows better: it may be the recording host's. */
  private void writeManifest() throws FailedException {
    if (manifest == null) {
      return;
    }
    Manifest beside = beside();
    Manifest both = beside == null ? manifest : manifest.keeping(beside);
    if (both.equals(beside)) {
      return;
    }
    try {
      manifestFile.write(both);
      manifestWritten = true;
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(manifestFile.path(), failure), failure);
    }
  }

  /** 0 if the file is what was shipped, as far as the manifest can tell. */
  int exitCode() {
    return problem() == null ? 0 : 1;
  }

  private String problem() {
    if (result.difference() != null) {
      return "the file is not what the topic holds";
    }
    return manifestProblem() == null ? null : "the manifest does not agree";
  }

  String text() {
    Report report = new Report();
    report.add("episode", "%s", episode);
    report.add("topic", "%s", episode.topic());
    report.add(
        "file",
        "%s, %,d rows, %s; %,d of them are new",
        Text.printable(path.toString()),
        result.rows(),
        Report.size(bytes),
        result.rowsAppended());
    if (result.bytesLeftOut() > 0) {
      report.add(
          "left out",
          "%,d bytes of lines that were no rows, and were never shipped: the original had them",
          result.bytesLeftOut());
    }
    report.add("chain", "%s", result.chain());
    report.addEquality(result.difference());
    report.add("manifest", "%s", manifestText());
    report.add("exported", "%s", problem() == null ? "yes" : "no: " + problem());
    return report.toString();
  }

  private String manifestText() {
    String written = manifestWritten ? "; now in " + manifestFile.path() : "";
    if (manifest == null) {
      return "none in Kafka: whether rows are missing can't be told";
    }
    if (manifestProblem() != null) {
      return manifestProblem();
    }
    return switch (manifest.state()) {
      case OPEN ->
          "open: the collector is at work, or was lost with rows that it had not shipped" + written;
      case ENDED -> "ended; as many rows" + written;
      case SEALED ->
          "sealed; rows" + (linesLeftOut() ? " agree" : ", bytes and chain agree") + written;
      case RETIRED -> "retired, but its topic is here" + written;
    };
  }

  /** Then the original had more, and neither bytes nor chain can agree. */
  private boolean linesLeftOut() {
    Long skipped = manifest == null ? null : manifest.ending().linesSkipped();
    return result.bytesLeftOut() > 0 || (skipped != null && skipped > 0);
  }

  /** Null also if the manifest can't tell. */
  private String manifestProblem() {
    if (manifest == null || manifest.state() == Manifest.State.OPEN) {
      return null;
    }
    Manifest.Ending ending = manifest.ending();
    boolean same = Objects.equals(ending.rows(), result.rows());
    if (!linesLeftOut()) {
      same &= ending.bytes() == null || ending.bytes() == bytes;
      same &= ending.chain() == null || ending.chain().equals(result.chain());
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
