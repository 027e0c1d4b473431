package cis490.hostproc.config;

import cis490.hostproc.episode.Text;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/** What messages say of texts that somebody wrote. */
final class Words {

  private static final int SHOWN_MAX = 60;

  /** Between two words that may be meant for each other. */
  private static final int DISTANCE_MAX = 2;

  private Words() {}

  /** On one line and of bounded length. */
  static String shown(String text) {
    return shown(text, SHOWN_MAX);
  }

  static String shown(String text, int max) {
    return Text.printable(text.length() > max ? text.substring(0, max - 1) + "…" : text);
  }

  static String quoted(String text) {
    return '"' + shown(text) + '"';
  }

  /** The known word that was meant, or else all of them. */
  static String meant(String word, Collection<String> known) {
    Optional<String> nearest =
        known.stream()
            .filter(each -> distance(word, each) <= Math.min(DISTANCE_MAX, each.length() / 2))
            .min(Comparator.comparingInt(each -> distance(word, each)));
    return nearest
        .map(each -> "did you mean " + each + "?")
        .orElse("known are " + String.join(", ", known));
  }

  /** How many characters must be put in, left out or replaced; more than enough if many. */
  private static int distance(String one, String other) {
    if (Math.abs(one.length() - other.length()) > DISTANCE_MAX) {
      return Integer.MAX_VALUE;
    }
    int[] above = IntStream.rangeClosed(0, other.length()).toArray();
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[above.length];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[other.length()];
  }
}
