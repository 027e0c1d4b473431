package cis490.hostproc.truth;

import cis490.hostproc.testkit.Tool;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code pidstat} on one process, once a second: its averages, by the names of its columns. */
record Pidstat(Map<String, Double> averages) {

  /** It prints two decimals. */
  static final double ROUNDING = 0.005;

  static Pidstat of(long pid, long seconds) throws IOException, InterruptedException {
    String printed =
        Tool.line(
            "env",
            "LC_ALL=C",
            "pidstat",
            "-u",
            "-r",
            "-d",
            "-w",
            "-p",
            Long.toString(pid),
            "1",
            Long.toString(seconds));
    List<String[]> table =
        printed
            .lines()
            .filter(line -> line.startsWith("Average:"))
            .map(line -> line.split(" +"))
            .toList();
    Map<String, Double> averages = new HashMap<>();
    for (int i = 0; i < table.size(); i += 2) {
      String[] names = table.get(i);
      String[] values = table.get(i + 1);
      for (int column = 1; column < names.length; column++) {
        if (values[column].matches("[0-9.]+")) {
          averages.put(names[column], Double.valueOf(values[column]));
        }
      }
    }
    return new Pidstat(averages);
  }

  double average(String column) {
    return averages.get(column);
  }
}
