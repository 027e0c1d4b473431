package cis490.hostproc.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The table of all runs. */
final class FaultTable {

  private final Map<String, Line> lines = new LinkedHashMap<>();

  private static final class Line {
    private int runs;
    private int failed;
    private Tally tally = Tally.NONE;
  }

  /** The table has its lines in the order of the scenarios, whatever ends first. */
  FaultTable(List<Scenario> scenarios) {
    scenarios.forEach(scenario -> lines.put(scenario.name(), new Line()));
  }

  synchronized void add(Scenario scenario, boolean good, Tally tally) {
    Line line = lines.get(scenario.name());
    line.runs++;
    line.failed += good ? 0 : 1;
    line.tally = line.tally.plus(tally);
  }

  synchronized void write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, toString());
  }

  @Override
  public synchronized String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        "| scenario | runs | rows | lost | doubled | out of order | stood still | longest wait |"
            + " longest sampling gap |\n");
    text.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    Line all = new Line();
    for (Map.Entry<String, Line> each : lines.entrySet()) {
      Line line = each.getValue();
      if (line.runs > 0) {
        append(text, each.getKey(), line);
        all.runs += line.runs;
        all.failed += line.failed;
        all.tally = all.tally.plus(line.tally);
      }
    }
    append(text, "all", all);
    return text.toString();
  }

  private static void append(StringBuilder text, String name, Line line) {
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %,d | %d | %d | %d | %d | %.1f s | %.0f ms |%n",
            name,
            line.failed == 0 ? "" + line.runs : line.runs + ", " + line.failed + " FAILED",
            line.tally.rows(),
            line.tally.lost(),
            line.tally.doubled(),
            line.tally.outOfOrder(),
            line.tally.stoodStill(),
            line.tally.longestWaitMs() / 1e3,
            line.tally.cadence().longestMs()));
  }
}
