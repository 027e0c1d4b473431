package cis490.hostproc.collect;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a file has of runs before this one, if this one may go on there.
 *
 * @param manifest of these runs; null if there were none
 * @param originMonoNs what the rows of the same process count their times from; null if there are
 *     none of it
 */
record EarlierRuns(@Nullable Manifest manifest, @Nullable Long originMonoNs) {

  /**
   * Before the file is opened: a manifest without its rows, or of another episode's, is never
   * overwritten.
   */
  static void requireOwnManifest(Plan plan, ManifestFile file) throws IOException, FailedException {
    Manifest beside = file.read().orElse(null);
    if (beside == null) {
      return;
    }
    String id = beside.beginning().episodeId();
    if (!id.equals(plan.episode().value())) {
      throw new FailedException(
          file.path() + " is of the episode " + Text.printable(id) + "; choose another --output");
    }
    Path rows = plan.rowsFile();
    Long bytes = beside.ending().bytes();
    if (bytes != null && bytes > 0 && (!Files.exists(rows) || Files.size(rows) == 0)) {
      throw new FailedException(
          rows
              + " has no rows, and by its manifest "
              + file.path()
              + " it had "
              + beside.ending().rows()
              + "; choose another --episode, or move the manifest away");
    }
  }

  /**
   * Looks at a file that is open. Rows that it has must be of the same process, or the user has
   * said that it may be another.
   *
   * @param target null if a command is to be started
   */
  static EarlierRuns of(
      Plan plan, Machine machine, @Nullable Target target, Journal journal, ManifestFile file)
      throws IOException, FailedException {
    Manifest before = file.read().orElse(null);
    if (journal.length() + journal.tornBytes() == 0) {
      return new EarlierRuns(before, null);
    }
    String holds = journal.path() + " holds " + journal.lines() + " rows";
    if (before != null) {
      requireUsable(plan, journal, before, holds);
    }
    Manifest.Beginning known = before == null ? null : before.beginning();
    if (known != null && isProcess(known, machine, target)) {
      requireSameGrid(plan, machine, journal, known);
      plan.log().get().info("{}; going on after them", holds);
      return new EarlierRuns(before, known.originMonoNs());
    }
    if (!plan.appendOtherProcess()) {
      boolean unknown = known == null || known.pid() == null;
      throw new FailedException(
          holds
              + (unknown ? " of an unknown process" : " of another process")
              + "; choose another --episode, or say --append-other-process");
    }
    plan.log().get().info("{}; going on after them", holds);
    return new EarlierRuns(before, null);
  }

  private static void requireUsable(Plan plan, Journal journal, Manifest before, String holds)
      throws FailedException {
    String id = before.beginning().episodeId();
    if (!id.equals(plan.episode().value())) {
      throw new FailedException(holds + " of the episode " + id + "; choose another --output");
    }
    if (before.state() == Manifest.State.RETIRED) {
      throw new FailedException(holds + " of a retired episode; choose another --episode");
    }
    String alteration = before.alterationOf(journal.length() + journal.tornBytes());
    if (alteration != null) {
      throw new FailedException(
          Text.printable(alteration) + ", while it was recorded; choose another --episode");
    }
  }

  /** The manifest's process is that of its last run. */
  private static boolean isProcess(
      Manifest.Beginning known, Machine machine, @Nullable Target target) {
    return target != null
        && machine.host().known()
        && known.isProcess(
            machine.host().bootId(), target.pid(), target.files().stat().startTimeTicks());
  }

  /** One process, one origin and one interval: its times can be compared all through the file. */
  private static void requireSameGrid(
      Plan plan, Machine machine, Journal journal, Manifest.Beginning known)
      throws FailedException {
    Long origin = plan.grid().originMonoNs();
    if (origin != null && !origin.equals(known.originMonoNs())) {
      throw new FailedException(
          journal.path() + " counts its times from --mono-origin-ns " + known.originMonoNs());
    }
    Long offsetNs = known.monoOffsetNs();
    if (offsetNs != null && !offsetNs.equals(machine.monoOffsetNs())) {
      throw new FailedException(
          journal.path() + " counts its times by the clock of another time namespace");
    }
    if (!Objects.equals(plan.grid().intervalMs(), known.intervalMs())) {
      throw new FailedException(
          journal.path() + " has its rows at --interval-ms " + known.intervalMs());
    }
  }
}
