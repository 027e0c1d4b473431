package cis490.hostproc.check;

import cis490.hostproc.row.RowFormat;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a line is a row, as the row schema says. One object checks many lines, for one thread.
 *
 * <p>The rules are read from the schema itself, so a field that it gains is checked without a
 * change here; a keyword that is not understood is an error, never ignored. Beyond the schema, a
 * field may be there only once, and an integer is written in digits: {@code 1.0} is not one.
 */
public final class RowCheck {

  private static final String T_MONO_NS = "t_mono_ns";
  private static final String T_WALL_NS = "t_wall_ns";
  private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
  private static final Set<String> KEYWORDS =
      Set.of("$schema", "$id", "type", "properties", "required", "additionalProperties");

  /** What the parser adds for programmers: where a container began, what could be enabled. */
  private static final String HINT = "( \\(start marker at |: enable `).*";

  private final JsonFactory json =
      JsonFactory.builder()
          // Names of a foreign file are many and seen once.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .build();

  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
  private final List<FieldRule> rules = new ArrayList<>();

  /** Name to place in {@link #rules}. */
  private final Map<String, Integer> places = new HashMap<>();

  private final BitSet required = new BitSet();
  private final BitSet seen = new BitSet();
  private final int tMonoPlace;
  private final int tWallPlace;
  private long tMonoNs;
  private long tWallNs;

  /** With the rules of {@link RowFormat#SCHEMA_RESOURCE}. */
  public RowCheck() {
    this(schema());
  }

  /**
   * With the rules of a schema.
   *
   * @throws IllegalArgumentException naming what in the schema is not understood
   */
  RowCheck(JsonNode schema) {
    SchemaKeywords.require(schema, "the row schema", KEYWORDS);
    boolean understood =
        schema.path("$schema").asText(DIALECT).equals(DIALECT)
            && schema.path("type").asText().equals("object")
            && schema.path("additionalProperties").isBoolean()
            && !schema.path("additionalProperties").booleanValue();
    if (!understood) {
      throw new IllegalArgumentException(
          "the row schema: not an object of just its properties, by " + DIALECT);
    }
    schema.path("properties").properties().forEach(e -> add(e.getKey(), e.getValue()));
    schema.path("required").forEach(name -> required.set(place(name.asText())));
    tMonoPlace = timePlace(T_MONO_NS);
    tWallPlace = timePlace(T_WALL_NS);
  }

  private static JsonNode schema() {
    try (InputStream in = RowCheck.class.getResourceAsStream(RowFormat.SCHEMA_RESOURCE)) {
      return new JsonMapper().readTree(in);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void add(String name, JsonNode schema) {
    places.put(name, rules.size());
    rules.add(FieldRule.of(name, schema));
  }

  private int place(String name) {
    Integer place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("the row schema: " + name + " is required and not there");
    }
    return place;
  }

  private int timePlace(String name) {
    int place = place(name);
    if (!required.get(place) || !rules.get(place).isSignedInteger()) {
      throw new IllegalArgumentException("the row schema: " + name + " is not always a time");
    }
    return place;
  }

  /**
   * Checks one line.
   *
   * @param line its bytes, without the newline
   * @return what is wrong with it, first of all, in a few words on one line; null if it is a row
   */
  public @Nullable String problem(byte[] line) {
    seen.clear();
    if (!isText(line)) {
      return "not JSON: not UTF-8 text, or with a byte order mark or a NUL byte";
    }
    try (JsonParser parser = json.createParser(line)) {
      return problem(parser);
    } catch (JsonProcessingException wrong) {
      String what = wrong.getOriginalMessage().replaceAll(HINT, "");
      return "not JSON: "
          + FieldRule.shown(what)
          + ", column "
          + (wrong.getLocation() == null ? line.length : wrong.getLocation().getColumnNr());
    } catch (IOException impossible) {
      throw new UncheckedIOException("bytes in memory", impossible);
    }
  }

  /** So that the parser takes it for UTF-8, as it stands, and not for UTF-16 or what a BOM says. */
  private boolean isText(byte[] line) {
    boolean ascii = true;
    for (byte b : line) {
      if (b == 0) {
        return false;
      }
      ascii &= b > 0;
    }
    if (ascii) {
      return true;
    }
    try {
      return utf8.decode(ByteBuffer.wrap(line)).charAt(0) != '\uFEFF';
    } catch (CharacterCodingException malformed) {
      return false;
    }
  }

  private @Nullable String problem(JsonParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      return "an empty line";
    }
    if (token != JsonToken.START_OBJECT) {
      return "not a JSON object";
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      String problem = fieldProblem(name, parser);
      if (problem != null) {
        return problem;
      }
    }
    int missing = firstMissing();
    if (missing >= 0) {
      return "field " + rules.get(missing).name() + " is missing";
    }
    return parser.nextToken() == null
        ? null
        : "something follows the object, column " + parser.currentTokenLocation().getColumnNr();
  }

  private @Nullable String fieldProblem(String name, JsonParser parser) throws IOException {
    Integer place = places.get(name);
    if (place == null) {
      return "field " + FieldRule.shown(name) + " is not of a row";
    }
    if (seen.get(place)) {
      return "field " + name + " is there twice";
    }
    seen.set(place);
    parser.nextToken();
    String problem = rules.get(place).problem(parser);
    if (problem == null && place == tMonoPlace) {
      tMonoNs = parser.getLongValue();
    } else if (problem == null && place == tWallPlace) {
      tWallNs = parser.getLongValue();
    }
    return problem;
  }

  private int firstMissing() {
    for (int i = required.nextSetBit(0); i >= 0; i = required.nextSetBit(i + 1)) {
      if (!seen.get(i)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The monotonic time of the last line, which must have been a row.
   *
   * @return {@code t_mono_ns}: ns since the episode's origin
   */
  public long tMonoNs() {
    return tMonoNs;
  }

  /**
   * The wall clock's time of the last line, which must have been a row.
   *
   * @return {@code t_wall_ns}: ns since the Unix epoch
   */
  public long tWallNs() {
    return tWallNs;
  }
}
