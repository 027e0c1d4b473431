package cis490.hostproc.cli;

import cis490.hostproc.episode.Text;
import cis490.hostproc.ship.RowDifference;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The text at the end of a command: labels in one column, values in the next. */
final class TextTable {

  private final StringBuilder text = new StringBuilder();

  void add(String label, String format, @Nullable Object... values) {
    text.append(String.format(Locale.ROOT, "%-19s", label))
        .append(Text.printable(String.format(Locale.ROOT, format, values)))
        .append('\n');
  }

  /** Whether a topic is what a file holds; {@code difference} is null if it is. */
  void addEquality(@Nullable RowDifference difference) {
    if (difference == null) {
      add("topic equals file", "yes");
      return;
    }
    add("topic equals file", "no: %s", difference.what());
    if (difference.inFile() != null) {
      add("  in the file", "%s", difference.inFile());
    }
    if (difference.inTopic() != null) {
      add("  in the topic", "%s", difference.inTopic());
    }
  }

  @Override
  public String toString() {
    return text.toString();
  }

  static String time(long ns) {
    if (ns < 1_000_000) {
      return String.format(Locale.ROOT, "%.0f µs", ns / 1e3);
    }
    return ns < 1_000_000_000L
        ? String.format(Locale.ROOT, "%.1f ms", ns / 1e6)
        : String.format(Locale.ROOT, "%.1f s", ns / 1e9);
  }

  static String size(long bytes) {
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
    }
    return bytes < 1_000_000_000L
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }

  /** As the user called it: the launcher by its name, or the jar. */
  static String program() {
    String launcher = System.getProperty("hostproc.program");
    if (launcher != null) {
      return KafkaOptions.quoted(launcher);
    }
    String called = System.getProperty("sun.java.command", "").split(" ")[0];
    return called.endsWith(".jar") ? "java -jar " + called : "hostproc";
  }
}
