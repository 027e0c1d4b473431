package cis490.hostproc.proc;

import java.nio.charset.StandardCharsets;

/** The text of a kernel file is not what proc(5) says; no number was made of it. */
public final class MalformedKernelTextException extends Exception {

  private static final long serialVersionUID = 1L;
  private static final int EXCERPT_LENGTH_MAX = 80;

  private final String file;

  MalformedKernelTextException(String file, String what, byte[] text, int from, int to) {
    super(file + ": " + what + ": \"" + excerpt(text, from, to) + '"', null, false, false);
    this.file = file;
  }

  /**
   * Which of a process's files.
   *
   * @return its name, for example {@code stat}
   */
  public String file() {
    return file;
  }

  /** Printable, on one line, of bounded length: kernel text can hold any byte (a command name). */
  private static String excerpt(byte[] text, int from, int to) {
    int end = Math.min(to, from + EXCERPT_LENGTH_MAX);
    String cut = new String(text, from, Math.max(0, end - from), StandardCharsets.ISO_8859_1);
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < cut.length(); i++) {
      char c = cut.charAt(i);
      if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
        shown.append(c);
      } else {
        shown.append(String.format("\\x%02x", (int) c));
      }
    }
    return end < to ? shown + "…" : shown.toString();
  }
}
