package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The first place where a topic is not what its file says. All text is printable ASCII, any other
 * byte is {@code \xNN}.
 *
 * @param what which row, and in what it differs
 * @param inFile what the file has there, or makes of it; null if nothing
 * @param inTopic what the topic has there, null if nothing
 */
public record RowDifference(String what, @Nullable String inFile, @Nullable String inTopic) {

  private static final int SHOWN_MAX = 120;
  private static final int SHOWN_BEFORE = 40;

  static RowDifference of(String what, byte @Nullable [] inFile, byte @Nullable [] inTopic) {
    return new RowDifference(what, printable(inFile), printable(inTopic));
  }

  static RowDifference of(String what, Iterable<Header> inFile, Iterable<Header> inTopic) {
    return new RowDifference(what, listed(inFile), listed(inTopic));
  }

  private static String listed(Iterable<Header> headers) {
    List<String> all = new ArrayList<>();
    headers.forEach(header -> all.add(header.key() + "=" + printable(header.value())));
    return String.join(" ", all);
  }

  private static @Nullable String printable(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    StringBuilder text = new StringBuilder(bytes.length);
    for (char c : new String(bytes, ISO_8859_1).toCharArray()) {
      if (c >= ' ' && c < 0x7f) {
        text.append(c);
      } else {
        text.append(String.format("\\x%02x", (int) c));
      }
    }
    return text.toString();
  }

  /** On one line of bounded length, around the first character that differs. */
  String inShort() {
    if (inFile == null || inTopic == null) {
      return what;
    }
    int from = Math.max(0, firstDifference(inFile, inTopic) - SHOWN_BEFORE);
    return what
        + ": "
        + cut(inFile, from)
        + " in the file, "
        + cut(inTopic, from)
        + " in the topic";
  }

  private static int firstDifference(String one, String other) {
    int at = 0;
    while (at < Math.min(one.length(), other.length()) && one.charAt(at) == other.charAt(at)) {
      at++;
    }
    return at;
  }

  private static String cut(String text, int from) {
    int to = Math.min(text.length(), from + SHOWN_MAX);
    return (from > 0 ? "…" : "") + text.substring(from, to) + (to < text.length() ? "…" : "");
  }
}
