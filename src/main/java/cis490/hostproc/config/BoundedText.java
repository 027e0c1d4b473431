package cis490.hostproc.config;

/**
 * A text that can be looked at only so often. A regular expression that somebody wrote can take
 * exponential time on a command line that somebody else wrote.
 */
final class BoundedText implements CharSequence {

  private static final long LOOKS_MIN = 1_000_000;
  private static final long LOOKS_A_CHARACTER = 20;

  private final String text;
  private long looksLeft;

  BoundedText(String text) {
    this.text = text;
    looksLeft = LOOKS_MIN + LOOKS_A_CHARACTER * text.length();
  }

  @Override
  public char charAt(int index) {
    if (--looksLeft < 0) {
      throw new IllegalArgumentException("needs too much time");
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
