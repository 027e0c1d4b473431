package cis490.hostproc.lake;

import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * An episode that a person can do the sums of: every 100 ms a row; each second 30 jiffies as user,
 * 10 in the kernel, 1 MiB written, 20 and 5 switches, 100 and 10 faults; what it reads is null.
 */
final class ConstantEpisode {

  private static final long INTERVAL_NS = 100_000_000;

  private ConstantEpisode() {}

  /** Its file and manifest, in a folder of its name; with these of its rows. */
  static Path write(Path folder, String episode, IntStream rows) throws IOException {
    Path file = Files.createDirectories(folder.resolve(episode)).resolve("host_proc.jsonl");
    StringBuilder lines = new StringBuilder();
    rows.forEach(i -> lines.append(row(i)).append('\n'));
    Files.writeString(file, lines);
    ManifestFile.beside(file).write(Manifests.open(episode));
    return file;
  }

  /** From row 10 on its second is 1, and so on. */
  static String row(int i) {
    return String.format(
        Locale.ROOT,
        "{\"t_mono_ns\": %d, \"t_wall_ns\": %d, \"source\": \"host_proc\","
            + " \"available_in_deployment\": false, \"cpu_user_jiffies\": %d,"
            + " \"cpu_sys_jiffies\": %d, \"rss_bytes\": 8388608, \"vsize_bytes\": 16777216,"
            + " \"io_read_bytes\": null, \"io_write_bytes\": %d, \"voluntary_ctxsw\": %d,"
            + " \"involuntary_ctxsw\": %d, \"minor_faults\": %d, \"major_faults\": %d}",
        i * INTERVAL_NS,
        1_700_000_000_000_000_000L + i * INTERVAL_NS,
        1_000 + 3 * i,
        500 + i,
        (i / 10) * 1_048_576L,
        7 + 2 * i,
        i / 2,
        40 + 10 * i,
        i);
  }
}
