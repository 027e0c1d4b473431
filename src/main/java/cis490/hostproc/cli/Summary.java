package cis490.hostproc.cli;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.collect.Result;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Text;
import cis490.hostproc.sample.Histogram;
import cis490.hostproc.ship.Shipper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The result of a recording, as text and as JSON. */
final class Summary {

  private final CollectCommand options;
  private final Result result;
  private final Manifest manifest;
  private final @Nullable String alteration;

  Summary(CollectCommand options, Result result) {
    this.options = options;
    this.result = result;
    this.manifest = result.manifest();
    this.alteration = result.alteration();
  }

  String text() {
    Manifest.Beginning beginning = manifest.beginning();
    Manifest.Ending ending = manifest.ending();
    TextTable lines = new TextTable();
    lines.add(
        "episode", "%s: %s", beginning.episodeId(), requireNonNull(ending.endReason()).text());
    lines.add(
        "process",
        "%s, pid %d%s",
        Text.printable(requireNonNull(beginning.commandName())),
        beginning.pid(),
        exit(ending));
    lines.add(
        "rows",
        "%,d in %.1f s, one every %,d ms%s",
        result.sampling().rows(),
        result.sampled().toMillis() / 1e3,
        beginning.intervalMs(),
        requireNonNull(ending.rows()) > result.sampling().rows()
            ? String.format(Locale.ROOT, " (%,d in the file in all)", ending.rows())
            : "");
    lines.add("ticks missed", "%s", ticks());
    lines.add(
        "lateness",
        "p50 %s, p99 %s, max %s",
        TextTable.time(result.sampling().lateness().quantile(0.50)),
        TextTable.time(result.sampling().lateness().quantile(0.99)),
        TextTable.time(result.sampling().lateness().max()));
    lines.add("file", "%s, %s", options.rowsFile(), TextTable.size(result.fileBytes()));
    if (alteration != null) {
      lines.add("file altered", "%s", alteration);
    }
    Result.Shipping shipping = result.shipping();
    if (shipping == null) {
      lines.add("topic", "none (offline)");
      return lines.toString();
    }
    lines.add(
        "topic", "%s, %,d rows acknowledged", beginning.topic(), shipping.figures().acknowledged());
    lines.add("topic equals file", "%s", equality(shipping));
    if (shipping.outcome() == Shipper.Outcome.EQUAL) {
      lines.add("next", "%s", next());
    } else if (shipping.outcome() == Shipper.Outcome.SHIPPING && alteration == null) {
      lines.add(
          "next",
          "%s",
          ShipCommand.commandLine(options.episode(), options.rowsFile(), options.kafka()));
    } else {
      addAnotherName(lines, shipping);
    }
    return lines.toString();
  }

  private void addAnotherName(TextTable lines, Result.Shipping shipping) {
    String another =
        ShipCommand.underAnotherName(
            shipping.problem(), options.episode(), options.rowsFile(), options.kafka());
    if (another != null) {
      lines.add("next", "%s", another);
    }
  }

  private static String exit(Manifest.Ending ending) {
    return ending.exitCode() == null ? "" : ", exit code " + ending.exitCode();
  }

  private String ticks() {
    StringBuilder text = new StringBuilder(Long.toString(result.sampling().missed()));
    long malformed = result.sampling().malformed();
    long unwritten = result.sampling().unwritten();
    if (malformed > 0) {
      text.append("; ").append(malformed).append(" more without a row: kernel text not understood");
    }
    if (unwritten > 0) {
      text.append("; ").append(unwritten).append(" more lost: the file could not be written");
    }
    return text.toString();
  }

  private String equality(Result.Shipping shipping) {
    return switch (shipping.outcome()) {
      case EQUAL ->
          alteration == null
              ? "yes"
              : "no: the topic has all that was written, but the file was altered";
      case STOPPED -> "no: " + shipping.problem();
      case SHIPPING -> {
        long pending = shipping.figures().pending();
        yield (pending > 0
                ? String.format(
                    Locale.ROOT,
                    "not yet: %,d rows not shipped%s",
                    pending,
                    alteration == null ? ", they are safe in the file" : "")
                : "not known: all rows are acknowledged, but were not read back in time")
            + (shipping.problem() == null ? "" : " (" + shipping.problem() + ")");
      }
    };
  }

  private String next() {
    return TextTable.program()
        + " consume --episode "
        + options.episode()
        + options.kafka().asArguments();
  }

  /** One object on one line: the manifest's fields, and what only this run knows. */
  String json() {
    JsonMapper mapper = new JsonMapper();
    try {
      ObjectNode all = (ObjectNode) mapper.readTree(manifest.toJson());
      all.put("elapsed_ns", result.sampled().toNanos());
      all.put("run_rows", result.sampling().rows());
      put(all, "run_lateness_", result.sampling().lateness());
      put(all, "run_sample_duration_", result.sampling().sampleDuration());
      all.put("file", options.rowsFile().toString());
      all.put("file_altered", alteration);
      if (result.shipping() != null) {
        all.put("rows_pending", result.shipping().figures().pending());
        all.put("commits", result.shipping().figures().commits());
        all.put("recoveries", result.shipping().figures().failures());
        all.put(
            "topic_equals_file",
            result.shipping().outcome() == Shipper.Outcome.EQUAL && alteration == null);
        all.put("problem", result.shipping().problem());
      }
      return mapper.writeValueAsString(all);
    } catch (IOException impossible) {
      throw new AssertionError("our own JSON", impossible);
    }
  }

  private static void put(ObjectNode all, String prefix, Histogram histogram) {
    all.put(prefix + "p50_ns", histogram.quantile(0.50));
    all.put(prefix + "p99_ns", histogram.quantile(0.99));
    all.put(prefix + "max_ns", histogram.max());
  }
}
