package cis490.hostproc.control;

import cis490.hostproc.episode.Text;

/** What is wrong in a request, in one line that says what would be right. */
final class Mistake extends Exception {

  private static final long serialVersionUID = 1L;
  private static final int SHOWN_MAX = 80;

  Mistake(String message) {
    super(message, null, false, false);
  }

  /** On one line and of bounded length, whatever a client sends. */
  static String shown(String text) {
    boolean isLong = text.length() > SHOWN_MAX;
    return Text.printable(isLong ? text.substring(0, SHOWN_MAX) : text) + (isLong ? "…" : "");
  }
}
