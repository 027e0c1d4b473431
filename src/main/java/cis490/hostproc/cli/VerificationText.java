package cis490.hostproc.cli;

import cis490.hostproc.archive.Verification;
import cis490.hostproc.check.FileCheck;
import cis490.hostproc.check.Timeline;
import cis490.hostproc.episode.Run;
import cis490.hostproc.episode.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;

/** The result of a verification, as text. */
final class VerificationText {

  private static final long NS_PER_MS = 1_000_000;

  private final Verification found;
  private final FileCheck file;
  private final Path path;

  VerificationText(Verification found, Path path) {
    this.found = found;
    this.file = found.file();
    this.path = path;
  }

  String text() {
    TextTable report = new TextTable();
    report.add("episode", "%s", found.episode());
    report.add(
        "file",
        "%s, %s, %s%s",
        Text.printable(path.toString()),
        Text.counted(file.lines(), "row", "rows"),
        TextTable.size(file.bytes()),
        file.tornBytes() == 0
            ? ""
            : String.format(Locale.ROOT, "; then a torn last row, %,d bytes", file.tornBytes()));
    report.add(
        "topic",
        "%s, %s",
        found.episode().topic(),
        Text.counted(found.topic().rows(), "row", "rows"));
    report.add("chain", "%s", file.chain());
    report.addEquality(found.topic().difference());
    report.add("rows valid", "%s", validity());
    addCadence(report);
    addWallClock(report);
    report.add("manifest", "%s", manifest());
    List<String> problems = found.problems();
    report.add("verified", "%s", problems.isEmpty() ? "yes" : "no: " + String.join("; ", problems));
    return report.toString();
  }

  private String validity() {
    if (file.invalid() == 0) {
      return "yes";
    }
    String lines = Text.counted(file.invalid(), "line", "lines");
    return found.skipInvalid()
        ? "yes, except for " + lines + " left out; the first, " + file.firstInvalid()
        : "no, " + lines + "; the first, " + file.firstInvalid() + hint();
  }

  private String hint() {
    boolean leftOut = file.manifest() != null && file.manifest().ending().linesSkipped() != null;
    return leftOut ? " (left out of the topic when it was shipped: see --skip-invalid)" : "";
  }

  private void addCadence(TextTable report) {
    Timeline timeline = file.timeline();
    if (timeline.intervalNs() == 0) {
      report.add("cadence", "not known: too few rows");
    } else {
      report.add("cadence", "one every %s%s", interval(timeline.intervalNs()), gaps(timeline));
      if (timeline.gaps().count() > 1) {
        addEach(report, timeline.gaps(), ns -> TextTable.time(ns) + " after the row before");
      }
    }
    Timeline.Events notRising = timeline.notRising();
    if (notRising.count() > 0) {
      report.add(
          "order",
          "%s not later than the row before",
          Text.counted(notRising.count(), "row is", "rows are"));
      addEach(report, notRising, VerificationText::signed);
    }
  }

  private static String interval(long ns) {
    return ns % NS_PER_MS == 0
        ? String.format(Locale.ROOT, "%,d ms", ns / NS_PER_MS)
        : TextTable.time(ns);
  }

  private String gaps(Timeline timeline) {
    Timeline.Events gaps = timeline.gaps();
    Timeline.Event largest = gaps.largest();
    if (largest == null) {
      return ", no gaps";
    }
    return String.format(
        Locale.ROOT,
        ", %s, %s missing; the longest is %s, before %s",
        Text.counted(gaps.count(), "gap", "gaps"),
        Text.counted(timeline.ticksMissing(), "tick", "ticks"),
        TextTable.time(largest.ns()),
        place(largest));
  }

  private void addWallClock(TextTable report) {
    Timeline.Events steps = file.timeline().wallSteps();
    Timeline.Event largest = steps.largest();
    if (largest == null) {
      report.add("wall clock", "no steps");
      return;
    }
    report.add(
        "wall clock",
        "%s; the largest is %s, at %s",
        Text.counted(steps.count(), "step", "steps"),
        signed(largest.ns()),
        place(largest));
    if (steps.count() > 1) {
      addEach(report, steps, VerificationText::signed);
    }
  }

  /** The first ones. */
  private void addEach(TextTable report, Timeline.Events events, LongFunction<String> inWords) {
    for (Timeline.Event event : events.first()) {
      report.add("", "%s: %s", place(event), inWords.apply(event.ns()));
    }
    long more = events.count() - events.first().size();
    if (more > 0) {
      report.add("", "and %,d more", more);
    }
  }

  private String place(Timeline.Event event) {
    String line = "line " + event.row();
    List<Run> runs = file.manifest() == null ? List.of() : file.manifest().runs();
    return runs.stream()
        .filter(run -> run.start().firstRow() + 1 == event.row())
        .reduce((earlier, later) -> later)
        .map(run -> line + " (run " + run.number() + " began)")
        .orElse(line);
  }

  private static String signed(long ns) {
    return (ns < 0 ? "-" : "+") + TextTable.time(Math.abs(ns));
  }

  private String manifest() {
    if (found.manifestProblem() != null) {
      return found.manifestProblem();
    }
    return file.manifest() == null
        ? "none beside the file"
        : file.manifest().state().name().toLowerCase(Locale.ROOT)
            + (found.isManifestOfKafka() ? " in Kafka, open beside the file" : "")
            + "; rows, bytes and chain agree";
  }
}
