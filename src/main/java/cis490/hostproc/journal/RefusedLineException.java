package cis490.hostproc.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A line that nobody may pass: {@link JournalCursor.Keep} says which and why; or somebody else has
 * altered it, or taken it away.
 */
public final class RefusedLineException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Names the line.
   *
   * @param message file, line number and reason
   */
  public RefusedLineException(@Nullable String message) {
    super(message);
  }
}
