package cis490.hostproc.cli;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.sample.Histogram;
import cis490.hostproc.sample.SampleFigures;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.Shipper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** What came out of a collection, for people and for scripts. */
final class Summary {

  /**
   * The numbers.
   *
   * @param sampling of this run
   * @param shipping null if nothing was to be shipped
   * @param fileBytes length of the episode's file
   */
  record Figures(SampleFigures sampling, ShipFigures shipping, long fileBytes) {}

  private final CollectCommand options;
  private final Figures figures;
  private final Manifest manifest;
  private final Duration elapsed;
  private final Shipper.Outcome outcome;
  private final String problem;
  private final String alteration;

  /**
   * {@code outcome} is null if nothing was to be shipped, {@code problem} if nothing was in the
   * way, {@code alteration} if the file is what was written.
   */
  Summary(
      CollectCommand options,
      Figures figures,
      Manifest manifest,
      Duration elapsed,
      Shipper.Outcome outcome,
      String problem,
      String alteration) {
    this.options = options;
    this.figures = figures;
    this.manifest = manifest;
    this.elapsed = elapsed;
    this.outcome = outcome;
    this.alteration = alteration;
    this.problem = problem;
  }

  /** 0 if every row that was read is where it should be. */
  int exitCode() {
    boolean shipped =
        outcome == null || (outcome == Shipper.Outcome.EQUAL && figures.shipping().pending() == 0);
    boolean recorded = figures.sampling().unwritten() == 0 && manifest.ending().rows() > 0;
    boolean sampled = manifest.ending().endReason() != EndReason.FAILURE;
    return shipped && recorded && sampled && alteration == null ? 0 : 1;
  }

  String text() {
    Manifest.Beginning beginning = manifest.beginning();
    Manifest.Ending ending = manifest.ending();
    Report lines = new Report();
    lines.add("episode", "%s: %s", beginning.episodeId(), ending.endReason().text());
    lines.add(
        "process",
        "%s, pid %d%s",
        Report.printable(beginning.commandName()),
        beginning.pid(),
        exit(ending));
    lines.add(
        "rows",
        "%,d in %.1f s, one every %,d ms%s",
        figures.sampling().rows(),
        elapsed.toMillis() / 1e3,
        beginning.intervalMs(),
        ending.rows() > figures.sampling().rows()
            ? String.format(Locale.ROOT, " (%,d in the file in all)", ending.rows())
            : "");
    lines.add("ticks missed", "%s", ticks());
    lines.add(
        "lateness",
        "p50 %s, p99 %s, max %s",
        Report.time(figures.sampling().lateness().quantile(0.50)),
        Report.time(figures.sampling().lateness().quantile(0.99)),
        Report.time(figures.sampling().lateness().max()));
    lines.add("file", "%s, %s", options.rowsFile(), Report.size(figures.fileBytes()));
    if (alteration != null) {
      lines.add("file altered", "%s", alteration);
    }
    if (outcome == null) {
      lines.add("topic", "none (offline)");
      return lines.toString();
    }
    lines.add(
        "topic", "%s, %,d rows acknowledged", beginning.topic(), figures.shipping().acknowledged());
    lines.add("topic equals file", "%s", equality());
    if (outcome == Shipper.Outcome.EQUAL) {
      lines.add("next", "%s", next());
    } else if (outcome == Shipper.Outcome.SHIPPING && alteration == null) {
      lines.add(
          "next",
          "%s",
          ShipCommand.commandLine(options.episode(), options.rowsFile(), options.kafka()));
    } else {
      addAnotherName(lines);
    }
    return lines.toString();
  }

  private void addAnotherName(Report lines) {
    String another =
        ShipCommand.underAnotherName(
            problem, options.episode(), options.rowsFile(), options.kafka());
    if (another != null) {
      lines.add("next", "%s", another);
    }
  }

  private static String exit(Manifest.Ending ending) {
    return ending.exitCode() == null ? "" : ", exit code " + ending.exitCode();
  }

  private String ticks() {
    StringBuilder text = new StringBuilder(Long.toString(figures.sampling().missed()));
    long malformed = figures.sampling().malformed();
    long unwritten = figures.sampling().unwritten();
    if (malformed > 0) {
      text.append("; ").append(malformed).append(" more without a row: kernel text not understood");
    }
    if (unwritten > 0) {
      text.append("; ").append(unwritten).append(" more lost: the file could not be written");
    }
    return text.toString();
  }

  private String equality() {
    return switch (outcome) {
      case EQUAL ->
          alteration == null
              ? "yes"
              : "no: the topic has all that was written, but the file was altered";
      case STOPPED -> "no: " + problem;
      case SHIPPING -> {
        long pending = figures.shipping().pending();
        yield (pending > 0
                ? String.format(
                    Locale.ROOT,
                    "not yet: %,d rows not shipped%s",
                    pending,
                    alteration == null ? ", they are safe in the file" : "")
                : "not known: all rows are acknowledged, but were not read back in time")
            + (problem == null ? "" : " (" + problem + ")");
      }
    };
  }

  private String next() {
    return Report.program()
        + " consume --episode "
        + options.episode()
        + options.kafka().asArguments();
  }

  /** One object on one line: the manifest's fields, and what only this run knows. */
  String json() {
    JsonMapper mapper = new JsonMapper();
    try {
      ObjectNode all = (ObjectNode) mapper.readTree(manifest.toJson());
      all.put("elapsed_ns", elapsed.toNanos());
      all.put("run_rows", figures.sampling().rows());
      put(all, "run_lateness_", figures.sampling().lateness());
      put(all, "run_sample_duration_", figures.sampling().sampleDuration());
      all.put("file", options.rowsFile().toString());
      all.put("file_altered", alteration);
      if (outcome != null) {
        all.put("rows_pending", figures.shipping().pending());
        all.put("commits", figures.shipping().commits());
        all.put("recoveries", figures.shipping().failures());
        all.put("topic_equals_file", outcome == Shipper.Outcome.EQUAL && alteration == null);
        all.put("problem", problem);
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
