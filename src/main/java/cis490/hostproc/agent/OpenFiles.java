package cis490.hostproc.agent;

import cis490.hostproc.episode.FailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files an agent may have open, and how many it needs (getrlimit(2), RLIMIT_NOFILE). */
final class OpenFiles {

  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String LINE = "Max open files";

  /**
   * Three of a process, two of the rows, and connections of one producer to some brokers; twice,
   * since as many that have ended can still be shipped.
   */
  private static final long OF_AN_EPISODE = 16;

  private static final long OF_THE_REST = 200;

  private OpenFiles() {}

  static long needed(long episodes) {
    return episodes * OF_AN_EPISODE + OF_THE_REST;
  }

  /** Refuses to begin what would fail in the night. */
  static void require(long episodes) throws FailedException {
    long allowed = allowed();
    if (allowed < needed(episodes)) {
      throw new FailedException(
          "limits.episodes: "
              + episodes
              + " episodes need "
              + needed(episodes)
              + " open files, and this process may have "
              + allowed
              + "; raise that (ulimit -n, or LimitNOFILE= of the unit), or lower limits.episodes");
    }
  }

  /** The soft limit; the JVM has raised it to the hard one, unless it was told not to. */
  private static long allowed() {
    try {
      for (String line : Files.readAllLines(LIMITS)) {
        if (line.startsWith(LINE)) {
          String soft = line.substring(LINE.length()).strip().split("\\s+")[0];
          return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
        }
      }
    } catch (IOException | NumberFormatException unknown) {
      // Whoever hides it may still allow enough.
    }
    return Long.MAX_VALUE;
  }
}
