package cis490.hostproc.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The collector dies. */
final class CollectorFaults {

  private CollectorFaults() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("collector killed in the middle of a row", CollectorFaults::killedInARow));
  }

  private static void killedInARow(Run run) throws Exception {
    run.startShipping();
    int times = run.random().nextInt(1, 4);
    for (int i = 0; i < times; i++) {
      run.pass(0, 800);
      run.collector().kill();
      tear(run);
      run.collector().start();
    }
  }

  /** Leaves what a write that was cut short leaves. */
  private static void tear(Run run) throws Exception {
    List<String> rows = run.collector().file().rows();
    String last = rows.get(rows.size() - 1);
    String torn = last.substring(0, run.random().nextInt(1, last.length() + 1));
    Files.write(run.collector().file().path(), torn.getBytes(UTF_8), StandardOpenOption.APPEND);
  }
}
