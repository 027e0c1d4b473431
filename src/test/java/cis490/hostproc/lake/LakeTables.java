package cis490.hostproc.lake;

import cis490.hostproc.testkit.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** What is in a lake's tables, by the programs of {@code docs/analysis} that users have. */
public final class LakeTables {

  private static final Path PLUGINS = Path.of("target", "lake", "plugins", "iceberg");
  private static final Path ANALYSIS = Path.of("docs", "analysis").toAbsolutePath();
  private static final String SPARK = Path.of("src/main/lake/lake").toAbsolutePath().toString();
  private static final Duration PROGRAM_WITHIN = Duration.ofMinutes(1);

  /** Maven may have to fetch its jars. */
  private static final Duration SPARK_WITHIN = Duration.ofMinutes(5);

  private final Path place;
  private final Path logs;
  private int programs;

  /**
   * The plugin folder must be there, the tables need not.
   *
   * @param place of catalog and tables
   * @param logs folder for what programs print
   */
  public LakeTables(Path place, Path logs) {
    this.place = place;
    this.logs = logs;
  }

  /** The tables as they are now, by the views that {@code LakeViews.java} prints. */
  public DuckDb read() throws Exception {
    Child run = views();
    Assertions.assertEquals(0, run.awaitExit(PROGRAM_WITHIN), run::err);
    return DuckDb.over(run.out());
  }

  /** How many rows of an episode are there now; none while there is no table. */
  public long rows(String episode) throws Exception {
    String count = "SELECT count(*) AS n FROM host_proc WHERE episode_id = '" + episode + "'";
    List<Map<String, Object>> found = query(count);
    return found.isEmpty() ? 0 : (Long) found.get(0).get("n");
  }

  /** What a query gives now; nothing while there is no table. */
  List<Map<String, Object>> query(String sql) throws Exception {
    Child run = views();
    if (run.awaitExit(PROGRAM_WITHIN) != 0) {
      Assertions.assertTrue(run.err().contains("nothing is there yet"), run::err);
      return List.of();
    }
    try (DuckDb tables = DuckDb.over(run.out())) {
      return tables.query(sql);
    }
  }

  /** The table's columns as the catalog has them: {@code 1: episode_id: required string}, … */
  List<String> columns() throws Exception {
    String text = views().out();
    return text.lines()
        .takeWhile(line -> !line.startsWith("CREATE"))
        .filter(line -> line.matches("-- +[0-9]+: .*"))
        .map(line -> line.substring(2).strip())
        .toList();
  }

  /** What a query of {@code docs/analysis} gives in Spark, JSON lines. */
  String spark(String query) throws IOException {
    String file = ANALYSIS.resolve(query + ".sql").toString();
    Child run = start("spark", SPARK_WITHIN, List.of(SPARK, "spark", place.toString(), file));
    Assertions.assertEquals(0, run.awaitExit(SPARK_WITHIN), run::err);
    return run.out();
  }

  private Child views() throws IOException {
    return start(
        "views",
        PROGRAM_WITHIN,
        List.of(
            Child.java(),
            "-cp",
            PLUGINS.toAbsolutePath() + "/*",
            ANALYSIS.resolve("LakeViews.java").toString(),
            place.toString()));
  }

  private Child start(String name, Duration within, List<String> command) throws IOException {
    programs++;
    Child child = Child.start(logs, name + "-" + programs, Map.of(), command);
    child.awaitExit(within);
    return child;
  }
}
