import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Runs a query of Spark SQL on the lake, in this process, and prints what it gives as JSON lines:
 *
 * <pre>
 *   src/main/lake/lake spark /srv/hostproc-lake docs/analysis/spark.sql
 * </pre>
 */
public final class Spark {

  public static void main(String[] args) throws Exception {
    String lake = args[0];
    String query = Files.readString(Path.of(args[1])).strip().replaceFirst(";$", "");
    // The catalog is called as Connect calls it: by that name its tables are found.
    String catalog = "spark.sql.catalog.hostproc";
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .appName("hostproc")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "1")
            .config(catalog, "org.apache.iceberg.spark.SparkCatalog")
            .config(catalog + ".catalog-impl", "org.apache.iceberg.jdbc.JdbcCatalog")
            .config(catalog + ".uri", "jdbc:sqlite:" + lake + "/catalog.db")
            .config(catalog + ".warehouse", lake + "/warehouse")
            .getOrCreate()) {
      spark.sql(query).toJSON().collectAsList().forEach(System.out::println);
    }
  }
}
