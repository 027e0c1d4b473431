package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Run;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.row.Row;
import cis490.hostproc.row.RowEncoder;
import cis490.hostproc.row.RowFormat;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Has a second processor load the classes that come before the first row, while the first one reads
 * the command line: an experiment waits for that row. Does nothing else.
 */
final class Preload {

  private static final Path PROC = Path.of("/proc");
  private static final Path SELF = PROC.resolve("self");

  private Preload() {}

  static void start() {
    Thread thread = new Thread(Preload::run, "hostproc-preload");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run() {
    try {
      manifest();
      row();
    } catch (Exception unusual) {
      // Whatever it is, who needs it will meet it and say so.
      Log.get().debug("not loaded beforehand", unusual);
    }
  }

  private static void manifest() {
    Run.Start run = new Run.Start(Version.hostproc(), "", "", 1, "", 0, 1, 0, 0, 0, 0);
    Manifest.open(Manifest.Beginning.of(new EpisodeId("none"), "", false, "", run, 1, 1), run)
        .toJson();
  }

  /** Of ourselves. */
  private static void row() throws Exception {
    try (ProcessFiles self =
        ProcessFiles.open(PROC, Long.parseLong(Files.readSymbolicLink(SELF).toString()))) {
      self.read();
      Row row = new Row();
      row.take(self, 1);
      new RowEncoder().encode(row);
    }
    RowFormat.headers();
  }
}
