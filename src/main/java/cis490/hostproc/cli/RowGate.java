package cis490.hostproc.cli;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.RefusedLineException;
import cis490.hostproc.row.RowCheck;
import java.nio.file.Path;

/**
 * Lets valid rows of a file through. Other lines are refused, or passed over. One thread at a time.
 */
final class RowGate implements JournalCursor.Keep {

  private final Path path;
  private final boolean skipInvalid;
  private final RowCheck check = new RowCheck();
  private long checkedLines;
  private long invalidLines;
  private long firstInvalidLine;
  private String firstProblem;
  private Long firstWallNs;
  private Long lastWallNs;

  RowGate(Path path, boolean skipInvalid) {
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

  /** Checks and counts, and keeps all lines: for the first walk over all that is there. */
  boolean look(byte[] line, long number) {
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

  private void note(String problem, long number) {
    if (problem == null) {
      lastWallNs = check.tWallNs();
      firstWallNs = firstWallNs == null ? lastWallNs : firstWallNs;
      return;
    }
    invalidLines++;
    if (firstProblem == null) {
      firstInvalidLine = number;
      firstProblem = path + ":" + number + ": no valid row: " + problem;
    }
  }

  /** Lines that are no valid rows, among those walked over so far. */
  long invalidLines() {
    return invalidLines;
  }

  /** File, line number and reason; null if all lines so far are valid rows. */
  String firstProblem() {
    return firstProblem;
  }

  /** {@code t_wall_ns} of the first row, null if there was none. */
  Long firstWallNs() {
    return firstWallNs;
  }

  /** {@code t_wall_ns} of the last row, null if there was none. */
  Long lastWallNs() {
    return lastWallNs;
  }
}
