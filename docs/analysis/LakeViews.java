import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.jdbc.JdbcCatalog;

/**
 * Prints the views of the queries beside it, over the lake's tables as they are now, for a DuckDB
 * without its Iceberg extension: the table says which files are its own. The folder itself must not
 * be searched: it holds files that were never committed, too.
 *
 * <pre>
 *   java -cp 'target/lake/plugins/iceberg/*' docs/analysis/LakeViews.java /srv/lake > lake.sql
 *   duckdb -init lake.sql < docs/analysis/cpu.sql
 * </pre>
 */
public final class LakeViews {

  public static void main(String[] args) throws Exception {
    String lake = args[0];
    try (JdbcCatalog catalog = new JdbcCatalog()) {
      catalog.setConf(new Configuration());
      catalog.initialize(
          "hostproc",
          Map.of("uri", "jdbc:sqlite:" + lake + "/catalog.db", "warehouse", lake + "/warehouse"));
      print(catalog, "host_proc", "");
      // The last of an episode's manifests counts.
      print(
          catalog,
          "episodes",
          "QUALIFY row_number() OVER (PARTITION BY episode_id ORDER BY kafka_offset DESC) = 1");
    }
  }

  private static void print(JdbcCatalog catalog, String name, String more) throws Exception {
    TableIdentifier id = TableIdentifier.of("oracle", name);
    List<String> files = new ArrayList<>();
    if (catalog.tableExists(id)) {
      try (CloseableIterable<FileScanTask> tasks = catalog.loadTable(id).newScan().planFiles()) {
        tasks.forEach(task -> files.add(task.file().location()));
      }
    }
    if (files.isEmpty()) {
      System.err.println(id + ": nothing is there yet");
      System.exit(1);
    }
    Table table = catalog.loadTable(id);
    System.out.println("-- " + id + ", its columns:");
    table.schema().columns().forEach(column -> System.out.println("--   " + column));
    System.out.printf("CREATE OR REPLACE VIEW %s AS%nSELECT *%nFROM read_parquet([%n", name);
    System.out.print(
        files.stream()
            .map(file -> "  '" + file.replaceFirst("^file:/*", "/").replace("'", "''") + "'")
            .collect(Collectors.joining(",\n")));
    System.out.printf("%n], union_by_name = true) %s;%n%n", more);
  }
}
