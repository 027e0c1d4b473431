package cis490.hostproc.container;

import cis490.hostproc.fault.Oracle;
import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.RowsFile;
import cis490.hostproc.testkit.Schemas;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Assertions;

/** Episodes of a test: collectors on the host, each with its own, and the process they sample. */
final class Episodes implements AutoCloseable {

  private static final Path SCHEMA = Path.of("schemas", "host_proc.row.schema.json");
  private static final int INTERVAL_MS = 10;

  /** Some batches, and a transaction that is open. */
  static final int SOME_ROWS = 100;

  /** Does something, so that rows differ; ends by itself. */
  private static final List<String> TARGET =
      List.of("timeout", "600", "sh", "-c", "while :; do cat /proc/self/stat; sleep 0.05; done");

  private final Path folder;
  private final Process target;
  private final List<CollectorProcess> collectors = new ArrayList<>();

  Episodes(Path folder) throws IOException {
    this.folder = folder;
    this.target =
        new ProcessBuilder(TARGET).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** The process that is sampled. */
  long pid() {
    return target.pid();
  }

  /** A collector of a new episode, not started yet. */
  CollectorProcess collector(String brokers) throws IOException {
    String episode = "container-" + UUID.randomUUID();
    Path own = Files.createDirectories(folder.resolve(episode));
    Path output = own.resolve("host_proc.jsonl");
    List<String> options = List.of("--episode", episode);
    CollectorProcess made =
        new CollectorProcess(own, episode, output, INTERVAL_MS, target.pid(), brokers, options);
    collectors.add(made);
    return made;
  }

  /** A collector of a new episode that has {@link #SOME_ROWS}. */
  CollectorProcess started(String brokers) throws Exception {
    CollectorProcess made = collector(brokers);
    made.start();
    made.awaitRows(SOME_ROWS);
    return made;
  }

  /** The id of this collector's episode. */
  static String episode(CollectorProcess collector) {
    return collector.file().path().getParent().getFileName().toString();
  }

  /** Where this collector's rows go. */
  static String topic(CollectorProcess collector) {
    return topic(episode(collector));
  }

  static String topic(String episode) {
    return "oracle.host-proc." + episode;
  }

  /** Ends it in good order; then the topic must be the file, and each line a row. */
  static void finishAndRequireExact(CollectorProcess collector, String brokers) throws Exception {
    collector.finish();
    requireExact(collector.file(), topic(collector), brokers);
  }

  /** The topic must be the file, and each line a row. */
  static void requireExact(RowsFile file, String topic, String brokers) throws Exception {
    List<String> rows = file.rows();
    Assertions.assertFalse(rows.isEmpty());
    Assertions.assertEquals(rows, Oracle.values(Oracle.committed(brokers, topic)));
    Schema schema = Schemas.REGISTRY.getSchema(Files.readString(SCHEMA));
    for (String row : rows) {
      Assertions.assertEquals(List.of(), schema.validate(row, InputFormat.JSON), row);
    }
  }

  @Override
  public void close() {
    collectors.forEach(CollectorProcess::end);
    target.descendants().forEach(ProcessHandle::destroyForcibly);
    target.destroyForcibly();
  }
}
