package cis490.hostproc.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** The properties of a JSON schema's object as columns, in the schema's order. */
final class Columns {

  private final JsonNode properties;

  private Columns(JsonNode schema) {
    properties = schema.path("properties");
  }

  static Columns ofResource(String schema) {
    try (InputStream in = Columns.class.getResourceAsStream(schema)) {
      return new Columns(new JsonMapper().readTree(in));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** The columns behind those that are there. */
  Schema addTo(SchemaBuilder struct) {
    for (Map.Entry<String, JsonNode> property : properties.properties()) {
      struct.field(property.getKey(), type(property.getKey(), property.getValue()));
    }
    return struct.build();
  }

  private static Schema type(String name, JsonNode property) {
    Set<String> types = new HashSet<>();
    JsonNode declared = property.path("type");
    (declared.isArray() ? declared : List.of(declared)).forEach(type -> types.add(type.asText()));
    boolean optional = types.remove("null");
    SchemaBuilder builder =
        switch (String.join(" or ", types)) {
          case "integer" -> SchemaBuilder.int64();
          case "string" -> SchemaBuilder.string();
          case "boolean" -> SchemaBuilder.bool();
          case "array" -> SchemaBuilder.array(type(name, property.path("items")));
          case "object" -> null;
          default -> throw new IllegalArgumentException(name + ": no column is a " + types);
        };
    if (builder == null) {
      SchemaBuilder struct = SchemaBuilder.struct();
      return new Columns(property).addTo(optional ? struct.optional() : struct);
    }
    return optional ? builder.optional().build() : builder.build();
  }

  /** Fields that have no column are left out: of a later version. */
  void fill(Struct struct, JsonNode object) {
    for (String name : (Iterable<String>) properties::fieldNames) {
      struct.put(name, value(name, struct.schema().field(name).schema(), object.path(name)));
    }
  }

  private static @Nullable Object value(String name, Schema schema, JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      if (!schema.isOptional()) {
        throw new DataException(name + " is missing");
      }
      return null;
    }
    return switch (schema.type()) {
      case INT64 -> integer(name, value);
      case STRING -> require(value.isTextual(), name, value).textValue();
      case BOOLEAN -> require(value.isBoolean(), name, value).booleanValue();
      case ARRAY -> array(name, schema, require(value.isArray(), name, value));
      case STRUCT -> struct(schema, require(value.isObject(), name, value));
      default -> throw new IllegalStateException(name + ": a " + schema.type());
    };
  }

  private static long integer(String name, JsonNode value) {
    require(value.isIntegralNumber(), name, value);
    if (!value.canConvertToLong()) {
      throw new DataException(
          name + " is " + value + ", and the lake's integers have 64 bits, signed");
    }
    return value.longValue();
  }

  private static List<Object> array(String name, Schema schema, JsonNode values) {
    List<Object> all = new ArrayList<>();
    values.forEach(value -> all.add(value(name, schema.valueSchema(), value)));
    return all;
  }

  private static Struct struct(Schema schema, JsonNode object) {
    Struct struct = new Struct(schema);
    for (Field field : schema.fields()) {
      struct.put(field, value(field.name(), field.schema(), object.path(field.name())));
    }
    return struct;
  }

  private static JsonNode require(boolean fits, String name, JsonNode value) {
    if (!fits) {
      throw new DataException(name + " is a " + value.getNodeType());
    }
    return value;
  }
}
