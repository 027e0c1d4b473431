package cis490.hostproc.episode;

import org.jspecify.annotations.Nullable;

/** What went wrong, in a line that says what, where and what to do. Exit code 1. */
public class FailedException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * With its cause.
   *
   * @param message one line for people
   * @param cause null if there is none
   */
  public FailedException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Without a cause.
   *
   * @param message one line for people
   */
  public FailedException(@Nullable String message) {
    this(message, null);
  }
}
