package cis490.hostproc.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rows of a lake held against those that were shipped: what passes, and what is said of the rest.
 */
class LakeRowsTest {

  private static final List<String> SHIPPED =
      List.of(
          "{\"t_mono_ns\": 10, \"source\": \"host_proc\", \"io_read_bytes\": null}",
          "{\"t_mono_ns\": 20, \"source\": \"host_proc\", \"io_read_bytes\": 18446744073709551615}",
          "{\"t_mono_ns\": 30, \"source\": \"host_proc\", \"io_read_bytes\": 0}");

  private static final String LAKE =
      """
      {"episode_id":"a","seq":0,"t_mono_ns":10,"source":"host_proc","io_read_bytes":null}
      {"seq":1,"io_read_bytes":18446744073709551615,"t_mono_ns":20,"source":"host_proc","episode_id":"a"}
      {"episode_id":"a","seq":2,"t_mono_ns":30,"source":"host_proc","io_read_bytes":0,"kafka_offset":2}
      """;

  @Test
  void theSameRowsPassWhateverTheOrderOfTheirFields() throws IOException {
    assertNull(problem(LAKE));
  }

  /** Some engines leave nulls out. */
  @Test
  void aNullMayBeLeftOut() throws IOException {
    assertNull(problem(LAKE.replace(",\"io_read_bytes\":null", "")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"seq\":1,         | \"seq\":2,       | row 1 is missing",
        "\"seq\":1,         | \"seq\":0,       | row 0 is there twice, or the rows are not in order of seq",
        "\"seq\":1,         |                  | seq is missing, where row 1 should be",
        "\"seq\":1,         | \"seq\":\"1\",   | seq is \"1\", where row 1 should be",
        "\"t_mono_ns\":20   | \"t_mono_ns\":21 | row 1 has the t_mono_ns 21, not 20",
        "\"t_mono_ns\":20   | \"t_mono_ns\":20.0 | row 1 has the t_mono_ns 20.0, not 20",
        "\"t_mono_ns\":20,  |                  | row 1 has the t_mono_ns missing, not 20",
        "bytes\":null       | bytes\":0        | row 0 has the io_read_bytes 0, not null",
        "bytes\":0          | bytes\":null     | row 2 has the io_read_bytes null, not 0",
        "51615              | 51614            | row 1 has the io_read_bytes 18446744073709551614, not 18446744073709551615",
      })
  void whatIsNotTheSameIsNamed(String part, String other, String expected) throws IOException {
    assertTrue(LAKE.contains(part), part);
    assertEquals(expected, problem(LAKE.replace(part, other == null ? "" : other)));
  }

  @Test
  void anotherEpisodesRowIsNamed() throws IOException {
    String other = LAKE.replaceFirst("\"a\"", "\"b\"");
    assertEquals("row 0 is of the episode \"b\"", problem(other));
  }

  @Test
  void oneRowTooFewOrTooManyIsNamed() throws IOException {
    String two = LAKE.substring(0, LAKE.lastIndexOf("{"));
    assertEquals("row 2 is missing, and all behind it", problem(two));
    assertEquals("row 0 is missing, and all behind it", problem(""));
    String four = LAKE + "{\"episode_id\":\"a\",\"seq\":3}\n";
    assertEquals("there are more rows, with the seq 3", problem(four));
  }

  @Test
  void whatIsNoJsonIsNamedByItsLine() {
    IOException failure =
        assertThrows(IOException.class, () -> problem(LAKE.replace("\"seq\":1,", "seq 1\n")));
    assertTrue(failure.getMessage().startsWith("line 2 is not JSON: "), failure.getMessage());
    assertEquals(1, failure.getMessage().lines().count());
    assertThrows(IOException.class, () -> problem("{\"seq\":0,\"seq\":0}"));
  }

  private static String problem(String lake) throws IOException {
    try (LakeRows rows = new LakeRows(new ByteArrayInputStream(lake.getBytes(UTF_8)), "a")) {
      for (int seq = 0; seq < SHIPPED.size(); seq++) {
        String problem = rows.problem(seq, SHIPPED.get(seq).getBytes(UTF_8));
        if (problem != null) {
          return problem;
        }
      }
      return rows.atEnd();
    }
  }
}
