package cis490.hostproc.check;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import cis490.hostproc.row.RandomRows;
import cis490.hostproc.row.Row;
import cis490.hostproc.row.RowEncoder;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.testkit.Schemas;
import cis490.hostproc.testkit.Seed;
import cis490.hostproc.testkit.Tool;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is a row, and what is said of a line that is none. */
class RowCheckTest {

  private static final int MUTATIONS = 60_000;
  private static final int MUTATIONS_FOR_PYTHON = 20_000;

  private static final String NO_TEXT =
      "not JSON: not UTF-8 text, or with a byte order mark or a NUL byte";

  private static final String ROW =
      "{\"t_mono_ns\": 100, \"t_wall_ns\": 1795422553659107467, \"source\": \"host_proc\","
          + " \"available_in_deployment\": false, \"cpu_user_jiffies\": 5, \"cpu_sys_jiffies\": 0,"
          + " \"rss_bytes\": 1552384, \"vsize_bytes\": 2654208, \"io_read_bytes\": 0,"
          + " \"io_write_bytes\": 0, \"voluntary_ctxsw\": 1, \"involuntary_ctxsw\": 43,"
          + " \"minor_faults\": 190, \"major_faults\": 7}";

  /** Reads the JSON as strictly, by a parser of characters, not of bytes. */
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Schema SCHEMA = Schemas.REGISTRY.getSchema(schema());

  /** By json and the schema's own text alone: no library of ours, no code of ours. */
  private static final String IN_PYTHON =
      """
      import json, sys
      schema = json.load(open(sys.argv[1]))
      kinds = {int: "integer", str: "string", bool: "boolean", type(None): "null"}
      def no(text): raise ValueError(text)
      def fits(value, rule):
          kind = kinds.get(type(value))
          allowed = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
          return (kind in allowed
              and ("const" not in rule or value == rule["const"])
              and (kind != "integer" or rule["minimum"] <= value <= rule["maximum"]))
      def valid(line):
          try:
              pairs = json.loads(line.decode("utf-8"), object_pairs_hook=list, parse_float=no,
                  parse_constant=no)
              fields = dict(pairs)
              return (len(fields) == len(pairs)
                  and sorted(fields) == sorted(schema["required"])
                  and all(fits(fields[name], schema["properties"][name]) for name in fields))
          except (ValueError, TypeError):
              return False
      for line in sys.stdin:
          print("row" if valid(bytes.fromhex(line)) else "none")
      """;

  private final RowCheck check = new RowCheck();

  @Test
  void aRowIsARowWithItsTimes() {
    assertNull(problem(ROW));
    assertEquals(100, check.tMonoNs());
    assertEquals(1795422553659107467L, check.tWallNs());
  }

  /** Text to text in a row, and what is then said of it. */
  static List<Arguments> refused() {
    return List.of(
        arguments("100", "-1", "t_mono_ns is -1, less than 0"),
        arguments(
            "100",
            "9223372036854775808",
            "t_mono_ns is 9223372036854775808, more than 9223372036854775807"),
        arguments(
            "1552384",
            "18446744073709551616",
            "rss_bytes is 18446744073709551616, more than 18446744073709551615"),
        arguments("1552384", "1552384.0", "rss_bytes is 1552384.0, not an integer"),
        arguments("1552384", "1e3", "rss_bytes is 1e3, not an integer"),
        arguments("1552384", "null", "rss_bytes is null, not an integer"),
        arguments("1552384", "\"7\"", "rss_bytes is \"7\", not an integer"),
        arguments("1552384", "[7]", "rss_bytes is an array, not an integer"),
        arguments("1552384", "{\"a\": 1}", "rss_bytes is an object, not an integer"),
        arguments("1552384", "[".repeat(60_000), "rss_bytes is an array, not an integer"),
        arguments("0, \"io_w", "true, \"io_w", "io_read_bytes is true, not an integer or null"),
        arguments("host_proc", "guest_proc", "source is \"guest_proc\", not \"host_proc\""),
        arguments("host_proc", "\\u001b[2J\\n", "source is \"?[2J?\", not \"host_proc\""),
        arguments("\"host_proc\"", "null", "source is null, not a string"),
        arguments("false", "true", "available_in_deployment is true, not false"),
        arguments("false", "0", "available_in_deployment is 0, not true or false"),
        arguments("\"rss_bytes\": 1552384, ", "", "field rss_bytes is missing"),
        arguments("rss_bytes", "rss_kb", "field rss_kb is not of a row"),
        arguments("rss_bytes", "rss\\nb", "field rss?b is not of a row"),
        arguments("rss_bytes", "x".repeat(999), "field " + "x".repeat(200) + "… is not of a row"),
        arguments("\"rss", "\"rss_bytes\": 1, \"rss", "field rss_bytes is there twice"),
        arguments(
            "7}",
            "7}}",
            "not JSON: Unexpected close marker '}': no open Object to close, column 329"),
        arguments(
            "7}",
            "7",
            "not JSON: Unexpected end-of-input: expected close marker for Object, column 328"),
        arguments("7}", "7} " + ROW, "something follows the object, column 330"),
        arguments("7}", "7} 7", "something follows the object, column 330"),
        arguments(
            "7}", "07}", "not JSON: Invalid numeric value: Leading zeroes not allowed, column 328"),
        arguments("7}", "NaN}", "not JSON: Non-standard token 'NaN', column 330"),
        arguments(
            "host",
            "ho\u001bst",
            "not JSON: Illegal unquoted character ((CTRL-CHAR, code 27)): has to be escaped using backslash to be included in string value, column 67"),
        arguments("{", "\uFEFF{", NO_TEXT),
        arguments("host", "\0", NO_TEXT),
        arguments(ROW, "", "an empty line"),
        arguments(ROW, " ", "an empty line"),
        arguments(ROW, "[]", "not a JSON object"),
        arguments(ROW, "null", "not a JSON object"),
        arguments(ROW, "{}", "field t_mono_ns is missing"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aLineThatIsNoRowIsRefusedWithTheReason(String from, String to, String reason) {
    assertEquals(reason, problem(altered(from, to)));
    assertNull(problem(ROW), "the next one is judged by itself");
  }

  /** All of this is JSON, and the same row. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "': '       | ':'",
        "', '       | ' , '",
        "'7}'       | '7}\r'",
        "'{'        | ' \t{'",
        "'rss_'     | '\\u0072ss_'",
        "'host_'    | '\\u0068ost_'",
        "'100'      | '-0'",
      })
  void howItIsWrittenDoesNotMatter(String from, String to) {
    assertNull(problem(altered(from, to)));
  }

  @Test
  void bytesThatAreNoTextAreNoRow() {
    for (String bytes : List.of("ff", "7b22c080223a317d", "eda080", "feff007b", "7b00")) {
      assertEquals(NO_TEXT, check.problem(HexFormat.of().parseHex(bytes)), bytes);
    }
    assertEquals(NO_TEXT, check.problem(ROW.getBytes(UTF_16)));
  }

  @Test
  void aNumberOfManyDigitsIsNoRow() {
    String problem = problem(altered("100", "1" + "0".repeat(60_000)));
    assertTrue(problem.startsWith("not JSON: Number value length (60001) exceeds"), problem);
  }

  @Test
  void whatTheEncoderWritesIsARow() {
    SplittableRandom random = Seed.random("rows of the encoder");
    RowEncoder encoder = new RowEncoder();
    for (int i = 0; i < 10_000; i++) {
      Row row = RandomRows.next(random);
      long tMonoNs = random.nextLong() >>> random.nextInt(1, 64);
      long tWallNs = random.nextLong() >>> random.nextInt(1, 64);
      row.at(tMonoNs, tWallNs);
      String line = UTF_8.decode(encoder.encode(row)).toString().stripTrailing();
      assertNull(problem(line), line);
      assertEquals(tMonoNs, check.tMonoNs(), line);
      assertEquals(tWallNs, check.tWallNs(), line);
    }
  }

  @Test
  void aRowIsWhatASchemaValidatorTakesForOne() {
    LineMutations mutations = new LineMutations(ROW, Seed.random("rows and the validator"));
    int rows = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] line = mutations.next();
      boolean valid = validatorTakes(line);
      assertEquals(valid, check.problem(line) == null, () -> shown(line));
      rows += valid ? 1 : 0;
    }
    System.out.println(rows + " of " + MUTATIONS + " lines were rows");
    assertTrue(rows > MUTATIONS / 20 && rows < MUTATIONS / 2, "both kinds: " + rows);
  }

  @Test
  void aRowIsWhatPythonTakesForOne() throws Exception {
    Tool.require("python3", "--version");
    LineMutations mutations = new LineMutations(ROW, Seed.random("rows and Python"));
    List<byte[]> lines = new ArrayList<>();
    StringBuilder input = new StringBuilder();
    for (int i = 0; i < MUTATIONS_FOR_PYTHON; i++) {
      lines.add(mutations.next());
      input.append(HexFormat.of().formatHex(lines.get(i))).append('\n');
    }
    String schema = Path.of("schemas", "host_proc.row.schema.json").toString();
    byte[] printed =
        Tool.output(input.toString().getBytes(UTF_8), "python3", "-c", IN_PYTHON, schema);
    List<String> verdicts = new String(printed, UTF_8).lines().toList();
    assertEquals(lines.size(), verdicts.size());
    for (int i = 0; i < lines.size(); i++) {
      byte[] line = lines.get(i);
      String verdict = check.problem(line) == null ? "row" : "none";
      assertEquals(verdicts.get(i), verdict, () -> shown(line));
    }
  }

  // The schema that it is made from.

  @Test
  void aFieldThatTheSchemaGainsIsCheckedWithoutAChange() {
    ObjectNode schema = schema();
    schema.withObject("/properties/threads").put("type", "integer").put("minimum", 1);
    schema.withArray("/required").add("threads");
    RowCheck later = new RowCheck(schema);

    assertEquals("field threads is missing", later.problem(ROW.getBytes(UTF_8)));
    String none = altered("7}", "7, \"threads\": 0}");
    assertEquals("threads is 0, less than 1", later.problem(none.getBytes(UTF_8)));
    String some = altered("7}", "7, \"threads\": 99999999999999999999}");
    assertNull(later.problem(some.getBytes(UTF_8)));
    assertEquals("field threads is not of a row", problem(some));
  }

  @Test
  void aFieldNeedNotBeRequired() {
    ObjectNode schema = schema();
    schema.withArray("/required").remove(13);
    String without = altered(", \"major_faults\": 7", "");
    assertNull(new RowCheck(schema).problem(without.getBytes(UTF_8)));
    assertEquals("field major_faults is missing", problem(without));
  }

  static List<Arguments> schemasNotUnderstood() {
    return List.of(
        arguments("", "\"minProperties\": 3", "keyword minProperties"),
        arguments("", "\"additionalProperties\": true", "just its properties"),
        arguments("", "\"$schema\": \"http://json-schema.org/draft-07/schema#\"", "2020-12"),
        arguments("", "\"type\": \"array\"", "not an object"),
        arguments("", "\"required\": [\"nowhere\"]", "nowhere"),
        arguments("", "\"required\": []", "t_mono_ns"),
        arguments("/properties/rss_bytes", "\"multipleOf\": 4096", "rss_bytes: keyword multipleOf"),
        arguments("/properties/rss_bytes", "\"type\": \"number\"", "type \"number\""),
        arguments("/properties/rss_bytes", "\"const\": 1", "const 1"),
        arguments("/properties/rss_bytes", "\"minimum\": 0.5", "limit 0.5"),
        arguments("/properties/t_mono_ns", "\"maximum\": 9223372036854775808", "t_mono_ns"),
        arguments("/properties/t_wall_ns", "\"type\": [\"integer\", \"null\"]", "t_wall_ns"));
  }

  @ParameterizedTest
  @MethodSource("schemasNotUnderstood")
  void aSchemaThatIsNotUnderstoodIsAnError(String place, String members, String named)
      throws Exception {
    ObjectNode schema = schema();
    ObjectNode where = place.isEmpty() ? schema : (ObjectNode) schema.at(place);
    where.setAll((ObjectNode) STRICT.readTree("{" + members + "}"));
    String message =
        assertThrows(IllegalArgumentException.class, () -> new RowCheck(schema)).getMessage();
    assertTrue(message.contains(named), message);
  }

  /** The schema says nothing of duplicates, and takes 1.0 for an integer. */
  private static boolean validatorTakes(byte[] line) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      if (text.startsWith("\uFEFF")) {
        return false;
      }
      JsonNode row = STRICT.readTree(text);
      return row.isObject()
          && row.properties().stream().noneMatch(e -> e.getValue().isFloatingPointNumber())
          && SCHEMA.validate(row).isEmpty();
    } catch (CharacterCodingException | JsonProcessingException none) {
      return false;
    }
  }

  private static String altered(String from, String to) {
    assertTrue(ROW.contains(from), from);
    return ROW.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to));
  }

  private static String shown(byte[] line) {
    return new String(line, UTF_8) + " = " + HexFormat.of().formatHex(line);
  }

  private String problem(String line) {
    return check.problem(line.getBytes(UTF_8));
  }

  private static ObjectNode schema() {
    try (InputStream in = RowCheckTest.class.getResourceAsStream(RowFormat.SCHEMA_RESOURCE)) {
      return (ObjectNode) new JsonMapper().readTree(in);
    } catch (IOException broken) {
      throw new AssertionError(broken);
    }
  }
}
