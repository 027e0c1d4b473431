package cis490.hostproc.episode;

import java.util.Locale;

/** Words for people. */
public final class Text {

  private Text() {}

  /**
   * Without what a terminal would obey: processes, files and keys of Kafka's records can have any
   * name, escape sequences included.
   *
   * @param text of somebody else
   * @return with a question mark for each such character
   */
  public static String printable(String text) {
    return text.replaceAll("\\p{C}", "?");
  }

  /**
   * A number and what it counts.
   *
   * @param count how many
   * @param one the word for one of them
   * @param many the word for any other number
   * @return such as {@code 1,000 rows}
   */
  public static String counted(long count, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
  }
}
