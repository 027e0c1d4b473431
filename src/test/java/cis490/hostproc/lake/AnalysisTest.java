package cis490.hostproc.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queries of {@code docs/analysis} on files, of which a person can do the sums. */
class AnalysisTest {

  @TempDir private Path folder;
  private DuckDb files;

  /** Two episodes, so that one that runs into the other shows; three ticks are missing in one. */
  @BeforeEach
  void write() throws Exception {
    Path episodes = folder.resolve("episodes");
    ConstantEpisode.write(episodes, "gap", IntStream.range(0, 50).filter(i -> i < 23 || i > 25));
    ConstantEpisode.write(episodes, "whole", IntStream.range(0, 50));
    files = DuckDb.overFiles(folder);
  }

  @AfterEach
  void close() throws Exception {
    files.close();
  }

  @Test
  void anEpisodeInAll() throws Exception {
    String sums = "4.9 40.0 null 4194304 490 49 98 24 8388608";
    assertEquals(List.of("gap 47 " + sums, "whole 50 " + sums), lines("episodes"));
  }

  @Test
  void cpu() throws Exception {
    List<String> expected = List.of("1 30.0 10.0 40.0", "2 30.0 10.0 40.0");
    assertEquals(expected, of("whole", lines("cpu")).subList(0, 2));
    assertEquals(of("whole", lines("cpu")), of("gap", lines("cpu")));
    assertEquals(4, of("gap", lines("cpu")).size());
  }

  @Test
  void memory() throws Exception {
    String rss = "8388608 8388608.0 8388608 16777216";
    List<String> expected = List.of("0 " + rss + " null null", "1 " + rss + " 100 10");
    assertEquals(expected, of("whole", lines("memory")).subList(0, 2));
    assertEquals(of("whole", lines("memory")), of("gap", lines("memory")));
  }

  @Test
  void rates() throws Exception {
    List<String> found = of("whole", lines("rates"));
    assertEquals("1 null 1048576.0 20.0 5.0", found.get(0));
    assertEquals(List.of("1", "2", "3", "4"), found.stream().map(l -> l.split(" ")[0]).toList());
  }

  @Test
  void gaps() throws Exception {
    assertEquals(List.of("gap 23 2.6 3"), lines("gaps"));
  }

  /** By the manifest, which says nothing of rows while an episode is open. */
  @Test
  void proof() throws Exception {
    assertEquals(
        List.of("gap open null 47 0 0 false", "whole open null 50 0 0 false"), lines("proof"));
  }

  private List<String> lines(String query) throws Exception {
    return files.analysis(query).stream().map(AnalysisTest::line).toList();
  }

  /** Values alone; a double to six places. */
  private static String line(Map<String, Object> row) {
    StringJoiner line = new StringJoiner(" ");
    for (Object value : row.values()) {
      line.add(value instanceof Double d ? "" + Math.round(d * 1e6) / 1e6 : "" + value);
    }
    return line.toString();
  }

  /** Those of one episode, without its name. */
  private static List<String> of(String episode, List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith(episode + " "))
        .map(line -> line.substring(episode.length() + 1))
        .toList();
  }
}
