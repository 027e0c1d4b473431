package cis490.hostproc.cli;

import cis490.hostproc.check.FileCheck;
import cis490.hostproc.check.Timeline;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Run;
import cis490.hostproc.episode.Text;
import cis490.hostproc.ship.TopicCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongFunction;

/** What verifying an episode brought to light. */
final class Verification {

  private static final long NS_PER_MS = 1_000_000;

  private final EpisodeId episode;
  private final Path path;
  private final boolean skipInvalid;
  private final FileCheck file;
  private final boolean manifestOfKafka;
  private final TopicCheck.Result topic;

  /** {@code manifestOfKafka} if the manifest is not the one beside the file. */
  Verification(
      EpisodeId episode,
      Path path,
      boolean skipInvalid,
      FileCheck file,
      boolean manifestOfKafka,
      TopicCheck.Result topic) {
    this.episode = episode;
    this.path = path;
    this.skipInvalid = skipInvalid;
    this.file = file;
    this.manifestOfKafka = manifestOfKafka;
    this.topic = topic;
  }

  /** 0 if nothing is missing and nothing is wrong. */
  int exitCode() {
    return problems().isEmpty() ? 0 : 1;
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (topic.difference() != null) {
      problems.add("the topic does not equal the file");
    }
    if (file.tornBytes() > 0) {
      problems.add("the file ends in a torn row");
    }
    if (file.invalid() > 0 && !skipInvalid) {
      problems.add(counted(file.invalid(), "line is no row", "lines are no rows"));
    }
    if (manifestProblem() != null) {
      problems.add("the manifest does not agree");
    }
    return problems;
  }

  String text() {
    Report report = new Report();
    report.add("episode", "%s", episode);
    report.add(
        "file",
        "%s, %s, %s%s",
        Text.printable(path.toString()),
        counted(file.lines(), "row", "rows"),
        Report.size(file.bytes()),
        file.tornBytes() == 0
            ? ""
            : String.format(Locale.ROOT, "; then a torn last row, %,d bytes", file.tornBytes()));
    report.add("topic", "%s, %s", episode.topic(), counted(topic.rows(), "row", "rows"));
    report.add("chain", "%s", file.chain());
    report.addEquality(topic.difference());
    report.add("rows valid", "%s", validity());
    addCadence(report);
    addWallClock(report);
    report.add("manifest", "%s", manifest());
    List<String> problems = problems();
    report.add("verified", "%s", problems.isEmpty() ? "yes" : "no: " + String.join("; ", problems));
    return report.toString();
  }

  private String validity() {
    if (file.invalid() == 0) {
      return "yes";
    }
    String lines = counted(file.invalid(), "line", "lines");
    return skipInvalid
        ? "yes, but for " + lines + " left out; the first, " + file.firstInvalid()
        : "no, " + lines + "; the first, " + file.firstInvalid() + hint();
  }

  private String hint() {
    boolean leftOut = file.manifest() != null && file.manifest().ending().linesSkipped() != null;
    return leftOut ? " (left out of the topic when it was shipped: see --skip-invalid)" : "";
  }

  private void addCadence(Report report) {
    Timeline timeline = file.timeline();
    if (timeline.intervalNs() == 0) {
      report.add("cadence", "not known: too few rows");
    } else {
      report.add("cadence", "one every %s%s", interval(timeline.intervalNs()), gaps(timeline));
      if (timeline.gaps().count() > 1) {
        addEach(report, timeline.gaps(), ns -> Report.time(ns) + " after the row before");
      }
    }
    Timeline.Events notRising = timeline.notRising();
    if (notRising.count() > 0) {
      report.add(
          "order",
          "%s not later than the row before",
          counted(notRising.count(), "row is", "rows are"));
      addEach(report, notRising, Verification::signed);
    }
  }

  private static String interval(long ns) {
    return ns % NS_PER_MS == 0
        ? String.format(Locale.ROOT, "%,d ms", ns / NS_PER_MS)
        : Report.time(ns);
  }

  private String gaps(Timeline timeline) {
    Timeline.Events gaps = timeline.gaps();
    if (gaps.count() == 0) {
      return ", no gaps";
    }
    return String.format(
        Locale.ROOT,
        ", %s, %s missing; the longest is %s, before %s",
        counted(gaps.count(), "gap", "gaps"),
        counted(timeline.ticksMissing(), "tick", "ticks"),
        Report.time(gaps.largest().ns()),
        place(gaps.largest()));
  }

  private void addWallClock(Report report) {
    Timeline.Events steps = file.timeline().wallSteps();
    if (steps.count() == 0) {
      report.add("wall clock", "no steps");
      return;
    }
    report.add(
        "wall clock",
        "%s; the largest is %s, at %s",
        counted(steps.count(), "step", "steps"),
        signed(steps.largest().ns()),
        place(steps.largest()));
    if (steps.count() > 1) {
      addEach(report, steps, Verification::signed);
    }
  }

  /** The first ones. */
  private void addEach(Report report, Timeline.Events events, LongFunction<String> inWords) {
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
    return (ns < 0 ? "-" : "+") + Report.time(Math.abs(ns));
  }

  private String manifest() {
    if (manifestProblem() != null) {
      return manifestProblem();
    }
    return file.manifest() == null
        ? "none beside the file"
        : name(file.manifest().state())
            + (manifestOfKafka ? " in Kafka, open beside the file" : "")
            + "; rows, bytes and chain agree";
  }

  /** Null also if there is no manifest: a file may come from elsewhere. */
  private String manifestProblem() {
    Manifest manifest = file.manifest();
    if (manifest == null) {
      return file.manifestFailure();
    }
    if (!manifest.beginning().episodeId().equals(episode.value())) {
      return "of another episode, " + Text.printable(manifest.beginning().episodeId());
    }
    if (manifest.state() == Manifest.State.OPEN) {
      return "open: the collector is at work, or was killed";
    }
    List<String> deviations = new ArrayList<>();
    long rows = file.lines() - (skipInvalid ? file.invalid() : 0);
    addDeviation(deviations, "rows", manifest.ending().rows(), rows);
    addDeviation(deviations, "bytes", manifest.ending().bytes(), file.bytes());
    if (manifest.ending().chain() != null) {
      // Null as long as the collector has not come to it, and if it was killed before.
      addDeviation(deviations, "chain", manifest.ending().chain(), file.chain());
    }
    String contradiction = manifest.contradiction();
    if (deviations.isEmpty() && contradiction != null) {
      return name(manifest.state()) + ", but it contradicts itself: " + contradiction;
    }
    return deviations.isEmpty()
        ? null
        : name(manifest.state()) + ", but it says " + String.join(", ", deviations);
  }

  private static void addDeviation(List<String> to, String field, Object says, Object is) {
    if (!Objects.equals(says, is)) {
      to.add(field + " " + Text.printable(String.valueOf(says)));
    }
  }

  private static String name(Manifest.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static String counted(long count, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
  }
}
