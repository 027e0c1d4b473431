package cis490.hostproc.episode;

/** Text of others, for people. */
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
}
