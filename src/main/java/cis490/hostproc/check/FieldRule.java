package cis490.hostproc.check;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a field of the row may be.
 *
 * @param types of its value, at least one
 * @param constant the one text or truth value that is allowed, or null
 * @param min of an integer, or null
 * @param max of an integer, or null
 */
record FieldRule(
    String name,
    Set<Type> types,
    @Nullable Object constant,
    @Nullable BigInteger min,
    @Nullable BigInteger max) {

  private static final Set<String> KEYWORDS = Set.of("type", "const", "minimum", "maximum");
  private static final int SHOWN_MAX = 200;

  enum Type {
    INTEGER("an integer"),
    STRING("a string"),
    BOOLEAN("true or false"),
    NULL("null");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    /** Of a value, or null if it is of none of these. */
    private static @Nullable Type of(JsonToken token) {
      return switch (token) {
        case VALUE_NUMBER_INT -> INTEGER;
        case VALUE_STRING -> STRING;
        case VALUE_TRUE, VALUE_FALSE -> BOOLEAN;
        case VALUE_NULL -> NULL;
        default -> null;
      };
    }
  }

  /** From the field's own schema, all of which must be understood. */
  static FieldRule of(String name, JsonNode schema) {
    SchemaKeywords.require(schema, name, KEYWORDS);
    return new FieldRule(
        name,
        types(name, schema.path("type")),
        constant(name, schema.get("const")),
        limit(name, schema.get("minimum")),
        limit(name, schema.get("maximum")));
  }

  private static Set<Type> types(String name, JsonNode type) {
    Iterable<JsonNode> all = type.isArray() ? type : List.of(type);
    Set<Type> types = EnumSet.noneOf(Type.class);
    for (JsonNode one : all) {
      try {
        types.add(Type.valueOf(one.asText().toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException other) {
        throw new IllegalArgumentException(name + ": type " + type + " is not understood", other);
      }
    }
    return types;
  }

  private static @Nullable Object constant(String name, JsonNode constant) {
    if (constant == null) {
      return null;
    }
    if (constant.isTextual()) {
      return constant.textValue();
    }
    if (constant.isBoolean()) {
      return constant.booleanValue();
    }
    throw new IllegalArgumentException(name + ": const " + constant + " is not understood");
  }

  private static @Nullable BigInteger limit(String name, JsonNode limit) {
    if (limit == null) {
      return null;
    }
    if (!limit.isIntegralNumber()) {
      throw new IllegalArgumentException(name + ": the limit " + limit + " is not understood");
    }
    return limit.bigIntegerValue();
  }

  /** Whether each value that is allowed is an integer that a {@code long} holds. */
  boolean isSignedInteger() {
    return types.equals(Set.of(Type.INTEGER))
        && min != null
        && max != null
        && min.bitLength() < Long.SIZE
        && max.bitLength() < Long.SIZE;
  }

  /** What is wrong with the parser's value, or null. */
  @Nullable String problem(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    Type type = Type.of(token);
    if (type == null || !types.contains(type)) {
      return is(value(parser)) + "not " + allowed();
    }
    if (constant != null && !constant.equals(plain(parser, type))) {
      return is(value(parser))
          + "not "
          + (constant instanceof String ? quoted(constant) : constant);
    }
    return type == Type.INTEGER ? rangeProblem(parser) : null;
  }

  private static @Nullable Object plain(JsonParser parser, Type type) throws IOException {
    return switch (type) {
      case STRING -> parser.getText();
      case BOOLEAN -> parser.getBooleanValue();
      case INTEGER, NULL -> null;
    };
  }

  private @Nullable String rangeProblem(JsonParser parser) throws IOException {
    boolean big = parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER;
    BigInteger value =
        big ? parser.getBigIntegerValue() : BigInteger.valueOf(parser.getLongValue());
    if (min != null && value.compareTo(min) < 0) {
      return is(value.toString()) + "less than " + min;
    }
    if (max != null && value.compareTo(max) > 0) {
      return is(value.toString()) + "more than " + max;
    }
    return null;
  }

  private String is(String value) {
    return name + " is " + value + ", ";
  }

  private String allowed() {
    return types.stream().map(type -> type.text).collect(Collectors.joining(" or "));
  }

  private static String value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> quoted(parser.getText());
      default -> shown(parser.getText());
    };
  }

  private static String quoted(Object text) {
    return '"' + shown(text.toString()) + '"';
  }

  /** On one line and of bounded length, whatever a line holds. */
  static String shown(String text) {
    String cut = text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text;
    return cut.replaceAll("\\p{C}", "?");
  }
}
