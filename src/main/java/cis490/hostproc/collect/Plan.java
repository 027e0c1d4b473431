package cis490.hostproc.collect;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.kafka.Connector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What is to be recorded, and how.
 *
 * @param episode whose rows they are
 * @param rowsFile where they are appended
 * @param manifestFile where their manifest is, or will be
 * @param appendOtherProcess whether to go on in a file with rows of another process, or of an
 *     unknown one
 * @param subject the process
 * @param grid when it is sampled
 * @param shipping where rows go from the file; null if nowhere
 * @param log what happens to this episode; asked when there is something to log
 */
public record Plan(
    EpisodeId episode,
    Path rowsFile,
    ManifestFile manifestFile,
    boolean appendOtherProcess,
    Subject subject,
    Grid grid,
    @Nullable Shipping shipping,
    Supplier<Logger> log) {

  /**
   * The process to sample: one that runs, or a command that is started for it.
   *
   * @param procRoot where procfs is mounted
   * @param pid of the process; null if a command is to be started
   * @param command its words; empty if there is a pid
   */
  public record Subject(Path procRoot, Long pid, List<String> command) {}

  /**
   * When a sample is taken.
   *
   * @param intervalMs between two ticks
   * @param durationNs after which the run ends; {@link Long#MAX_VALUE} if only the process ends it
   * @param originMonoNs reading of CLOCK_MONOTONIC that times count from; null for the first tick's
   * @param isAtOnce whether the first tick is taken at once, wherever the grid is
   * @param phase where a new grid begins; null for wherever the first tick is
   */
  public record Grid(
      long intervalMs,
      long durationNs,
      @Nullable Long originMonoNs,
      boolean isAtOnce,
      @Nullable Phase phase) {

    long intervalNs() {
      return Duration.ofMillis(intervalMs).toNanos();
    }
  }

  /**
   * Where a grid lies among others, so that not all ticks come at one moment.
   *
   * @param atNs it begins at a whole number of periods and so much, CLOCK_MONOTONIC, ns
   * @param periodNs more than 0
   */
  public record Phase(long atNs, long periodNs) {

    /**
     * The first moment that fits.
     *
     * @param ns not before this reading of CLOCK_MONOTONIC, ns
     * @return the same or later, by less than a period
     */
    public long from(long ns) {
      return ns + Math.floorMod(atNs - ns, periodNs);
    }
  }

  /**
   * Where rows go from the file.
   *
   * @param connector the way to the brokers
   * @param linger how long rows gather
   * @param flushTimeout how long the last ones may take
   */
  public record Shipping(Connector connector, Duration linger, Duration flushTimeout) {}
}
