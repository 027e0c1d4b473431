package cis490.hostproc.agent;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.collect.Result;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.ship.Shipper;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What came out of an episode, as one line of the log. */
final class ResultText {

  private static final double MS_PER_S = 1e3;

  private ResultText() {}

  static String of(Result result) {
    Manifest.Ending ending = result.manifest().ending();
    long rows = requireNonNull(ending.rows());
    StringBuilder text = new StringBuilder();
    text.append(requireNonNull(ending.endReason()).text());
    text.append(
        String.format(
            Locale.ROOT, "; %,d rows, %.1f s", rows, result.sampled().toMillis() / MS_PER_S));
    add(text, result.sampling().missed(), "ticks missed");
    add(text, result.sampling().malformed(), "ticks malformed");
    add(text, result.sampling().unwritten(), "ticks unwritten");
    text.append("; ").append(rows == 0 ? "NO ROWS" : shipping(result.shipping()));
    if (result.alteration() != null) {
      text.append("; ").append(result.alteration());
    }
    return text.toString();
  }

  private static void add(StringBuilder text, long ticks, String what) {
    if (ticks > 0) {
      text.append(String.format(Locale.ROOT, ", %,d %s", ticks, what));
    }
  }

  private static String shipping(Result.@Nullable Shipping shipping) {
    if (shipping == null) {
      return "not shipped (offline)";
    }
    if (shipping.outcome() == Shipper.Outcome.EQUAL) {
      return "sealed";
    }
    String why = shipping.problem() == null ? "" : ": " + shipping.problem();
    return shipping.outcome() == Shipper.Outcome.STOPPED
        ? "not sealed" + why
        : String.format(
            Locale.ROOT,
            "not sealed yet, %,d rows not shipped, they are safe in the file%s",
            shipping.figures().pending(),
            why);
  }
}
