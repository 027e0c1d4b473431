package cis490.hostproc.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes a typed struct, and what is refused. */
class LakeConverterTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOPIC = "oracle.host-proc.boot-17";
  private static final String ROW =
      "{\"t_mono_ns\": 1, \"t_wall_ns\": 2, \"source\": \"host_proc\","
          + " \"available_in_deployment\": false, \"cpu_user_jiffies\": 3, \"cpu_sys_jiffies\": 4,"
          + " \"rss_bytes\": 5, \"vsize_bytes\": 9223372036854775807, \"io_read_bytes\": null,"
          + " \"io_write_bytes\": null, \"voluntary_ctxsw\": 10, \"involuntary_ctxsw\": 11,"
          + " \"minor_faults\": 12, \"major_faults\": 13}";

  private final LakeConverter converter = new LakeConverter();

  /** The table gets its columns from here: those of the row schema, in its order. */
  @Test
  void aRowHasTheSchemasColumnsBehindEpisodeAndSeq() throws Exception {
    SchemaAndValue row = converter.toConnectData(TOPIC, headers("7"), bytes(ROW));
    List<String> expected = new ArrayList<>(List.of("episode_id", "seq"));
    JsonNode properties = schema("host_proc.row").get("properties");
    properties.fieldNames().forEachRemaining(expected::add);
    assertEquals(16, expected.size());
    assertEquals(expected, row.schema().fields().stream().map(Field::name).toList());

    for (Field field : row.schema().fields()) {
      JsonNode type = properties.path(field.name()).path("type");
      assertEquals(type.isArray(), field.schema().isOptional(), field.name());
    }
    Struct struct = (Struct) row.value();
    struct.validate();
    assertEquals("boot-17", struct.getString("episode_id"));
    assertEquals(7L, struct.get("seq"));
    assertEquals(1L, struct.get("t_mono_ns"));
    assertEquals("host_proc", struct.get("source"));
    assertEquals(false, struct.get("available_in_deployment"));
    assertEquals(Long.MAX_VALUE, struct.get("vsize_bytes"));
    assertNull(struct.get("io_read_bytes"));
    assertEquals(13L, struct.get("major_faults"));
  }

  /** Whatever stands in a line's order, each value comes to its own column. */
  @Test
  void theOrderOfARowsFieldsIsNoMatter() throws Exception {
    ObjectNode turned = JSON.createObjectNode();
    List<String> names = new ArrayList<>();
    JsonNode row = JSON.readTree(ROW);
    row.fieldNames().forEachRemaining(names::add);
    for (int i = names.size() - 1; i >= 0; i--) {
      turned.set(names.get(i), row.get(names.get(i)));
    }
    assertEquals(
        converter.toConnectData(TOPIC, headers("0"), bytes(ROW)),
        converter.toConnectData(TOPIC, headers("0"), bytes(turned.toString())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"cpu_user_jiffies\": 3      | \"cpu_user_jiffies\": 1.5                 | 1.5",
        "\"cpu_user_jiffies\": 3      | \"cpu_user_jiffies\": \"3\"               | cpu_user_jiffies",
        "\"cpu_user_jiffies\": 3      | \"cpu_user_jiffies\": null                | cpu_user_jiffies",
        "\"cpu_user_jiffies\": 3,     |                                           | is missing",
        "\"cpu_user_jiffies\": 3      | \"cpu_user_jiffies\": 3, \"more\": 1      | more",
        "9223372036854775807          | 9223372036854775808                       | 64 bits, signed",
        "\"source\": \"host_proc\"    | \"source\": \"guest\"                     | source",
        "deployment\": false          | deployment\": true                        | deployment",
        "{                            | not JSON                                  | not JSON",
      })
  void whatIsNoRowIsRefused(String part, String other, String why) {
    assertTrue(ROW.contains(part), part);
    byte[] value = bytes(ROW.replace(part, other == null ? "" : other));
    DataException refused =
        assertThrows(
            DataException.class, () -> converter.toConnectData(TOPIC, headers("0"), value));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  @Test
  void aRowWithoutHostprocsHeadersIsRefused() {
    for (String name : List.of("source", "available_in_deployment", "schema", "seq")) {
      Headers without = headers("0").remove(name);
      DataException refused =
          assertThrows(
              DataException.class, () -> converter.toConnectData(TOPIC, without, bytes(ROW)));
      assertTrue(refused.getMessage().contains("header " + name), refused.getMessage());
    }
    assertThrows(
        DataException.class, () -> converter.toConnectData(TOPIC, headers("x"), bytes(ROW)));
    assertThrows(DataException.class, () -> converter.toConnectData(TOPIC, bytes(ROW)));
    assertThrows(DataException.class, () -> converter.toConnectData(TOPIC, headers("0"), null));
    assertThrows(
        DataException.class,
        () -> converter.toConnectData("oracle.other", headers("0"), bytes(ROW)));
  }

  @Test
  void aManifestHasItsSchemasColumnsAndItsRuns() throws Exception {
    ObjectNode manifest = manifest();
    SchemaAndValue converted =
        converter.toConnectData("oracle.episodes", new RecordHeaders(), bytes(manifest));
    List<String> expected = new ArrayList<>();
    schema("episode").get("properties").fieldNames().forEachRemaining(expected::add);
    assertEquals(expected, converted.schema().fields().stream().map(Field::name).toList());
    Struct struct = (Struct) converted.value();
    assertEquals("boot-17", struct.get("episode_id"));
    assertEquals(100L, struct.get("clock_ticks_per_second"));
    assertNull(struct.get("rows"));
    Struct run = (Struct) struct.getArray("runs").get(0);
    assertEquals(1L, run.get("number"));
    assertNull(run.get("exit_code"));
    Schema runSchema = struct.schema().field("runs").schema().valueSchema();
    assertTrue(runSchema.field("exit_code").schema().isOptional());
    assertFalse(runSchema.field("number").schema().isOptional());
  }

  @Test
  void aManifestOfALaterVersionIsTakenAndOneThatLacksItsNameIsNot() throws Exception {
    converter.toConnectData("oracle.episodes", bytes(manifest().put("later", 1)));
    byte[] nameless = bytes(manifest().without("episode_id"));
    assertThrows(DataException.class, () -> converter.toConnectData("oracle.episodes", nameless));
    byte[] wrong = bytes(manifest().put("pid", "x"));
    assertThrows(DataException.class, () -> converter.toConnectData("oracle.episodes", wrong));
    byte[] list = bytes("[]");
    assertThrows(DataException.class, () -> converter.toConnectData("oracle.episodes", list));
  }

  /** What a compacted topic has of an episode that somebody deleted. */
  @Test
  void aManifestThatWasDeletedIsNull() {
    assertEquals(
        SchemaAndValue.NULL, converter.toConnectData("oracle.episodes", new RecordHeaders(), null));
  }

  private static ObjectNode manifest() throws Exception {
    ObjectNode manifest = example(schema("episode"));
    manifest.put("episode_id", "boot-17").put("clock_ticks_per_second", 100).putNull("rows");
    ObjectNode run = example(schema("episode").at("/properties/runs/items"));
    manifest.putArray("runs").add(run.put("number", 1).putNull("exit_code"));
    return manifest;
  }

  /** Some value of each field's first type. */
  private static ObjectNode example(JsonNode schema) {
    ObjectNode object = JSON.createObjectNode();
    for (Map.Entry<String, JsonNode> property : schema.get("properties").properties()) {
      JsonNode type = property.getValue().get("type");
      switch (type.isArray() ? type.get(0).asText() : type.asText()) {
        case "integer" -> object.put(property.getKey(), 5);
        case "boolean" -> object.put(property.getKey(), false);
        case "array" -> object.putArray(property.getKey());
        default -> object.put(property.getKey(), "text");
      }
    }
    return object;
  }

  private static JsonNode schema(String name) throws Exception {
    try (InputStream in =
        LakeConverterTest.class.getResourceAsStream("/schemas/" + name + ".schema.json")) {
      return JSON.readTree(in);
    }
  }

  private static Headers headers(String seq) {
    return new RecordHeaders()
        .add("source", bytes("host_proc"))
        .add("available_in_deployment", bytes("false"))
        .add("schema", bytes("urn:cis490:hostproc:host_proc.row:1"))
        .add("seq", bytes(seq));
  }

  private static byte[] bytes(Object text) {
    return text.toString().getBytes(UTF_8);
  }
}
