package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Run;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.row.Row;
import cis490.hostproc.row.RowEncoder;
import cis490.hostproc.row.RowFormat;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a second processor load the classes that come before the first row, while the first one reads
 * the command line: an experiment waits for that row. Does nothing else.
 */
final class Preload {

  private static final Logger LOG = LoggerFactory.getLogger(Preload.class);

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
      LOG.debug("not loaded beforehand", unusual);
    }
  }

  private static void manifest() {
    Run.Start run = new Run.Start("", "", "", 1, "", 0, 1, 0, 0, 0, 0);
    Manifest.open(Manifest.Beginning.of(new EpisodeId("none"), "", false, "", run, 1, 1), run)
        .toJson();
  }

  /** Of ourselves. */
  private static void row() throws Exception {
    try (ProcessFiles self = ProcessFiles.open(Path.of("/proc"), ProcessHandle.current().pid())) {
      self.read();
      Row row = new Row();
      row.take(self, 1);
      new RowEncoder().encode(row);
    }
    RowFormat.headers();
  }
}
