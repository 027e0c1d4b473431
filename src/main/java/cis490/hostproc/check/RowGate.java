package cis490.hostproc.check;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.RefusedLineException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Lets valid rows of a file through. Other lines are refused, or passed over. One thread at a time.
 */
public final class RowGate implements JournalCursor.Keep {

  private final Path path;
  private final boolean skipInvalid;
  private final RowCheck check = new RowCheck();
  private long checkedLines;
  private long invalidLines;
  private long firstInvalidLine;
  private @Nullable String firstProblem;
  private @Nullable Long firstWallNs;
  private @Nullable Long lastWallNs;

  /**
   * Has seen nothing yet.
   *
   * @param path for messages
   * @param skipInvalid whether other lines are passed over, and not refused
   */
  public RowGate(Path path, boolean skipInvalid) {
    this.path = path;
    this.skipInvalid = skipInvalid;
  }

  @Override
  public boolean keep(byte[] line, long number) throws RefusedLineException {
    if (skipInvalid) {
      return valid(line, number);
    }
    // A file is walked several times; a line that was valid is not looked at again.
    if (number > checkedLines) {
      valid(line, number);
    }
    if (invalidLines > 0 && number >= firstInvalidLine) {
      throw new RefusedLineException(firstProblem);
    }
    return true;
  }

  /**
   * Checks and counts, and keeps all lines: for the first walk over all that is there.
   *
   * @param line without its newline
   * @param number of the line, from 1
   * @return true
   */
  public boolean look(byte[] line, long number) {
    valid(line, number);
    return true;
  }

  private boolean valid(byte[] line, long number) {
    String problem = check.problem(line);
    if (number > checkedLines) {
      checkedLines = number;
      note(problem, number);
    }
    return problem == null;
  }

  private void note(@Nullable String problem, long number) {
    if (problem == null) {
      lastWallNs = check.tWallNs();
      firstWallNs = firstWallNs == null ? lastWallNs : firstWallNs;
      return;
    }
    invalidLines++;
    if (firstProblem == null) {
      firstInvalidLine = number;
      firstProblem = path + ":" + number + ": not a valid row: " + problem;
    }
  }

  /**
   * Lines that are no valid rows, among those walked over so far.
   *
   * @return count
   */
  public long invalidLines() {
    return invalidLines;
  }

  /**
   * What is wrong with the first line that is no valid row.
   *
   * @return file, line number and reason; null if all lines so far are valid rows
   */
  public @Nullable String firstProblem() {
    return firstProblem;
  }

  /**
   * When the first row was read.
   *
   * @return its {@code t_wall_ns}, null if there was none
   */
  public @Nullable Long firstWallNs() {
    return firstWallNs;
  }

  /**
   * When the last row was read.
   *
   * @return its {@code t_wall_ns}, null if there was none
   */
  public @Nullable Long lastWallNs() {
    return lastWallNs;
  }
}
