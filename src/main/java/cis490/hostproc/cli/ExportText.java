package cis490.hostproc.cli;

import cis490.hostproc.archive.Export;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Text;
import cis490.hostproc.ship.TopicExport;
import java.nio.file.Path;

/** The result of an export, as text. */
final class ExportText {

  private final EpisodeId episode;
  private final Path path;
  private final Export.Result result;

  ExportText(EpisodeId episode, Path path, Export.Result result) {
    this.episode = episode;
    this.path = path;
    this.result = result;
  }

  String text() {
    TopicExport.Result rows = result.rows();
    TextTable report = new TextTable();
    report.add("episode", "%s", episode);
    report.add("topic", "%s", episode.topic());
    report.add(
        "file",
        "%s, %,d rows, %s; %,d of them are new",
        Text.printable(path.toString()),
        rows.rows(),
        TextTable.size(result.bytes()),
        rows.rowsAppended());
    if (rows.bytesLeftOut() > 0) {
      report.add(
          "left out",
          "%,d bytes of lines that were not rows, and were never shipped: the original had them",
          rows.bytesLeftOut());
    }
    report.add("chain", "%s", rows.chain());
    report.addEquality(rows.difference());
    report.add("manifest", "%s", manifest());
    report.add("exported", "%s", result.isExported() ? "yes" : "no: " + result.problem());
    return report.toString();
  }

  private String manifest() {
    String written =
        result.isManifestWritten() ? "; now in " + ManifestFile.beside(path).path() : "";
    if (result.manifest() == null) {
      return "none in Kafka: whether rows are missing is unknown";
    }
    if (result.manifestProblem() != null) {
      return result.manifestProblem();
    }
    return switch (result.manifest().state()) {
      case OPEN ->
          "open: the collector is at work, or was lost with rows that it had not shipped" + written;
      case ENDED -> "ended; as many rows" + written;
      case SEALED ->
          "sealed; rows"
              + (result.hasLinesLeftOut() ? " agree" : ", bytes and chain agree")
              + written;
      case RETIRED -> "retired, but its topic is here" + written;
    };
  }
}
