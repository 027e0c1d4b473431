package cis490.hostproc.check;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalSource;
import java.io.IOException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a file says of itself, with the manifest beside it.
 *
 * @param lines complete ones
 * @param bytes of them
 * @param tornBytes after the last newline
 * @param chain SHA-256 of the complete lines, hexadecimal
 * @param invalid lines that are not rows
 * @param firstInvalid line number, from 1, and reason of the first of them, null if there is none
 * @param timeline of the others, by line number
 * @param manifest null if there is none, or if it can't be read
 * @param manifestFailure why it can't be read, else null
 */
public record FileCheck(
    long lines,
    long bytes,
    long tornBytes,
    String chain,
    long invalid,
    @Nullable String firstInvalid,
    Timeline timeline,
    @Nullable Manifest manifest,
    @Nullable String manifestFailure) {

  private static final long NS_PER_MS = 1_000_000;

  /**
   * Reads a file, and the manifest beside it.
   *
   * @param file of rows
   * @param length how many of its bytes, up to the end of a line
   * @param tornBytes behind its last newline
   * @param progress is given the number of each line
   * @return what was found
   * @throws IOException if the file can't be read
   */
  public static FileCheck read(
      JournalSource file, long length, long tornBytes, LongConsumer progress) throws IOException {
    Manifest manifest = null;
    String manifestFailure = null;
    ManifestFile beside = ManifestFile.beside(file.path());
    try {
      manifest = beside.read().orElse(null);
    } catch (IOException failure) {
      manifestFailure = FileFailure.describe(beside.path(), failure);
    }
    Timeline timeline = timeline(manifest);
    RowCheck check = new RowCheck();
    JournalCursor cursor = JournalCursor.atStart(file);
    long invalid = 0;
    String firstInvalid = null;
    for (byte[] line = cursor.next(length); line != null; line = cursor.next(length)) {
      String problem = check.problem(line);
      if (problem == null) {
        timeline.add(cursor.lines(), check.tMonoNs(), check.tWallNs());
      } else if (invalid++ == 0) {
        firstInvalid = "line " + cursor.lines() + ": " + problem;
      }
      progress.accept(cursor.lines());
    }
    timeline.end();
    return new FileCheck(
        cursor.lines(),
        cursor.position(),
        tornBytes,
        cursor.chain(),
        invalid,
        firstInvalid,
        timeline,
        manifest,
        manifestFailure);
  }

  /**
   * With another manifest than the one beside the file.
   *
   * @param other the manifest
   * @return all else as it is here
   */
  public FileCheck with(Manifest other) {
    return new FileCheck(
        lines, bytes, tornBytes, chain, invalid, firstInvalid, timeline, other, null);
  }

  private static Timeline timeline(@Nullable Manifest manifest) {
    Long intervalMs = manifest == null ? null : manifest.beginning().intervalMs();
    return intervalMs == null || intervalMs <= 0
        ? Timeline.ofUnknownInterval()
        : Timeline.onGrid(intervalMs * NS_PER_MS);
  }
}
