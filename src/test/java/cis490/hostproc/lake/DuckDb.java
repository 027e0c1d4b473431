package cis490.hostproc.lake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A DuckDB in memory, with the queries of {@code docs/analysis}. */
public final class DuckDb implements AutoCloseable {

  private static final Path QUERIES = Path.of("docs", "analysis");

  private final Connection connection;

  private DuckDb() throws SQLException {
    this.connection = DriverManager.getConnection("jdbc:duckdb:");
  }

  /** With the views over a folder that has {@code episodes} in it. */
  static DuckDb overFiles(Path folder) throws SQLException, IOException {
    DuckDb made = new DuckDb();
    made.run("SET file_search_path = '" + folder.toAbsolutePath() + "'");
    made.run(Files.readString(QUERIES.resolve("files.sql")));
    return made;
  }

  /** With the views that some SQL makes. */
  static DuckDb over(String views) throws SQLException {
    DuckDb made = new DuckDb();
    made.run(views);
    return made;
  }

  /** Runs statements for what they do. */
  void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** What a statement gives, each row by its columns' names in their order. */
  public List<Map<String, Object>> query(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<Map<String, Object>> rows = new ArrayList<>();
      while (result.next()) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.put(result.getMetaData().getColumnLabel(i), result.getObject(i));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  /** What the query of that name in {@code docs/analysis} gives. */
  List<Map<String, Object>> analysis(String name) throws SQLException, IOException {
    return query(Files.readString(QUERIES.resolve(name + ".sql")));
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
