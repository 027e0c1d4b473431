package cis490.hostproc.cli;

import cis490.hostproc.archive.FileShipment;
import cis490.hostproc.ship.Shipper;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The progress and the result of shipping a file, as text. */
final class ShipmentText {

  private static final int BAR_WIDTH = 20;

  private final ShipCommand options;

  ShipmentText(ShipCommand options) {
    this.options = options;
  }

  /** For the status line. */
  String line(FileShipment.Progress now) {
    return switch (now.step()) {
      case CHECKING -> "checking  " + bar(now);
      case CONNECTING ->
          String.format(Locale.ROOT, "waiting for Kafka, to ship %,d rows", now.all());
      case READING_BACK -> "reading back  " + bar(now);
      case SHIPPING -> shipping(now);
    };
  }

  private String shipping(FileShipment.Progress now) {
    String rate = String.format(Locale.ROOT, "  %,.0f rows/s", now.rowsPerSecond());
    return options.follow()
        ? String.format(Locale.ROOT, "%,d rows shipped  %,d waiting", now.done(), now.pending())
            + rate
        : bar(now) + rate + timeLeft(now);
  }

  private static String timeLeft(FileShipment.Progress now) {
    if (now.rowsPerSecond() == 0) {
      return "";
    }
    long seconds = (long) Math.ceil(now.pending() / now.rowsPerSecond());
    return String.format(
        Locale.ROOT, "  %02d:%02d:%02d left", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private static String bar(FileShipment.Progress now) {
    long done = Math.min(now.done(), now.all());
    int filled = now.all() == 0 ? BAR_WIDTH : (int) (BAR_WIDTH * done / now.all());
    return String.format(
        Locale.ROOT,
        "[%s%s] %3d %%  %,d of %,d rows",
        "#".repeat(filled),
        ".".repeat(BAR_WIDTH - filled),
        now.all() == 0 ? 100 : 100 * done / now.all(),
        now.done(),
        now.all());
  }

  String report(FileShipment.Result result) {
    TextTable lines = new TextTable();
    FileShipment.Rows rows = result.rows();
    lines.add("episode", "%s%s", options.episode(), result.isSealed() ? ": sealed" : "");
    lines.add(
        "file",
        "%s, %s%s",
        options.file(),
        TextTable.size(result.file().bytes()),
        torn(result.file()));
    lines.add(
        "rows",
        "%,d shipped%s, %,d were in the topic already",
        rows.shipped(),
        took(result.took()),
        rows.found());
    if (options.skipInvalid()) {
      lines.add("lines skipped", "%s", skipped(result.file()));
    }
    lines.add("topic", "%s, %,d rows", options.episode().topic(), rows.inTopic());
    lines.add("topic equals file", "%s", equality(result));
    String next = next(result);
    if (next != null) {
      lines.add("next", "%s", next);
    }
    return lines.toString();
  }

  private static String torn(FileShipment.Lines file) {
    return file.tornBytes() == 0
        ? ""
        : String.format(
            Locale.ROOT, ", and %,d bytes of a row that is not complete", file.tornBytes());
  }

  private static String took(FileShipment.@Nullable Times took) {
    return took == null
        ? ""
        : String.format(
            Locale.ROOT,
            " in %.2f s, read back in %.2f s (connected in %.2f s)",
            took.shipping().toNanos() / 1e9,
            took.readingBack().toNanos() / 1e9,
            took.connecting().toNanos() / 1e9);
  }

  private static String skipped(FileShipment.Lines file) {
    return file.invalid() == 0
        ? "0"
        : String.format(Locale.ROOT, "%,d, the first %s", file.invalid(), file.firstInvalid());
  }

  private static String equality(FileShipment.Result result) {
    return switch (result.outcome()) {
      case EQUAL -> "yes";
      case STOPPED -> "no: " + result.problem();
      case SHIPPING ->
          String.format(Locale.ROOT, "not yet: %,d rows not shipped", result.rows().pending())
              + (result.problem() == null ? "" : " (" + result.problem() + ")");
    };
  }

  /** What to do next; null if there is nothing that would help. */
  private @Nullable String next(FileShipment.Result result) {
    if (result.outcome() == Shipper.Outcome.EQUAL) {
      return null;
    }
    if (result.outcome() == Shipper.Outcome.SHIPPING) {
      return result.rows().shipped() > 0
          ? "the same command again goes on where the topic ends"
          : "the same command again, once Kafka takes rows";
    }
    return ShipCommand.underAnotherName(
        result.problem(), options.episode(), options.file(), options.kafka());
  }
}
