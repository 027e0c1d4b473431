package cis490.hostproc.cli;

/** What went wrong, in a line that says what, where and what to do. Exit code 1. */
final class FailedException extends Exception {

  private static final long serialVersionUID = 1L;

  FailedException(String message, Throwable cause) {
    super(message, cause);
  }

  FailedException(String message) {
    this(message, null);
  }
}
