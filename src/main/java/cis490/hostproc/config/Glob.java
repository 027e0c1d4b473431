package cis490.hostproc.config;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A pattern for a whole text: {@code *} stands for any characters, {@code /} included, or none,
 * {@code ?} for one character, anything else for itself.
 *
 * @param pattern at most {@value #LENGTH_MAX} characters
 */
public record Glob(String pattern) {

  /** Bounds the time of a match: at most so many steps for a character of the text. */
  static final int LENGTH_MAX = 1000;

  /**
   * Whether a text fits. Takes at most as many steps as the text's length times the pattern's: only
   * the last {@code *} is tried again.
   *
   * @param text any
   * @return true if the whole text fits
   */
  public boolean matches(String text) {
    int at = 0;
    int next = 0;
    int star = -1;
    int starAt = 0;
    while (at < text.length()) {
      if (next < pattern.length() && pattern.charAt(next) == '*') {
        star = next++;
        starAt = at;
      } else if (fits(next, text.charAt(at))) {
        at += pattern.charAt(next++) == '?' ? Character.charCount(text.codePointAt(at)) : 1;
      } else if (star >= 0) {
        next = star + 1;
        at = ++starAt;
      } else {
        return false;
      }
    }
    return pattern.substring(next).chars().allMatch(rest -> rest == '*');
  }

  private boolean fits(int next, char character) {
    return next < pattern.length()
        && (pattern.charAt(next) == '?' || pattern.charAt(next) == character);
  }

  /** Of the shortest text that can fit. */
  int bytesMin() {
    return pattern.replace("*", "").getBytes(UTF_8).length;
  }

  @Override
  public String toString() {
    return pattern;
  }
}
