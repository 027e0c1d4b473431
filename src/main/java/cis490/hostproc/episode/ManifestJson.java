package cis490.hostproc.episode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The manifest's records as flat JSON objects, and back. A component {@code startedWallNs} is the
 * field {@code started_wall_ns}, an enum is its name in small letters. Writing avoids Jackson's
 * databind, which takes 60 ms to set up: the first row waits for the first manifest.
 */
final class ManifestJson {

  private static final String STATE = "state";
  private static final String RUNS = "runs";
  private static final String MARKS = "marks";
  private static final String NUMBER = "number";

  private ManifestJson() {}

  static byte[] write(Manifest manifest) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      write(json, manifest.beginning());
      write(json, STATE, manifest.state());
      write(json, manifest.ending());
      write(json, manifest.ticks());
      json.writeArrayFieldStart(RUNS);
      for (Run run : manifest.runs()) {
        json.writeStartObject();
        write(json, NUMBER, run.number());
        write(json, run.start());
        write(json, run.end());
        write(json, run.ticks());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart(MARKS);
      for (Mark mark : manifest.marks()) {
        json.writeStartObject();
        write(json, mark);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException | ReflectiveOperationException impossible) {
      throw new AssertionError("records of plain values, to memory", impossible);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Record values)
      throws IOException, ReflectiveOperationException {
    for (RecordComponent component : values.getClass().getRecordComponents()) {
      write(json, snakeCase(component.getName()), component.getAccessor().invoke(values));
    }
  }

  private static void write(JsonGenerator json, String field, Object value) throws IOException {
    json.writeFieldName(field);
    if (value == null) {
      json.writeNull();
    } else if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Long || value instanceof Integer) {
      json.writeNumber(((Number) value).longValue());
    } else if (value instanceof Boolean is) {
      json.writeBoolean(is);
    } else if (value instanceof Enum<?> constant) {
      json.writeString(constant.name().toLowerCase(Locale.ROOT));
    } else {
      throw new IllegalArgumentException(field + ": a " + value.getClass());
    }
  }

  private static String snakeCase(String name) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char letter = name.charAt(i);
      if (Character.isUpperCase(letter)) {
        words.append('_');
      }
      words.append(Character.toLowerCase(letter));
    }
    return words.toString();
  }

  static Manifest read(byte[] json) throws IOException {
    try {
      ObjectNode all = object(Reader.MAPPER.readTree(json));
      Manifest.Beginning beginning = Reader.MAPPER.treeToValue(all, Manifest.Beginning.class);
      Manifest.State state = Reader.MAPPER.treeToValue(all.path(STATE), Manifest.State.class);
      if (beginning.episodeId() == null || state == null) {
        throw new IOException("not a manifest: episode_id or state is missing");
      }
      return new Manifest(
          beginning,
          state,
          Reader.MAPPER.treeToValue(all, Manifest.Ending.class),
          Reader.MAPPER.treeToValue(all, Ticks.class),
          runs(all.path(RUNS)),
          marks(all.path(MARKS)));
    } catch (JsonProcessingException wrong) {
      // On one line, whatever text it quotes.
      throw new IOException("not a manifest: " + wrong.getOriginalMessage().replaceAll("\\R", " "));
    }
  }

  /** Earlier manifests lack some of the lists. */
  private static void requireList(JsonNode all, String name) throws IOException {
    if (!all.isArray() && !all.isMissingNode() && !all.isNull()) {
      throw new IOException("not a manifest: " + name + " is not a list");
    }
  }

  private static List<Mark> marks(JsonNode all) throws IOException {
    requireList(all, MARKS);
    List<Mark> marks = new ArrayList<>();
    for (JsonNode node : all) {
      marks.add(Reader.MAPPER.treeToValue(object(node), Mark.class));
    }
    return marks;
  }

  private static List<Run> runs(JsonNode all) throws IOException {
    requireList(all, RUNS);
    List<Run> runs = new ArrayList<>();
    for (JsonNode node : all) {
      ObjectNode run = object(node);
      runs.add(
          new Run(
              run.path(NUMBER).longValue(),
              Reader.MAPPER.treeToValue(run, Run.Start.class),
              Reader.MAPPER.treeToValue(run, Run.End.class),
              Reader.MAPPER.treeToValue(run, Ticks.class)));
    }
    return runs;
  }

  private static ObjectNode object(JsonNode node) throws IOException {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new IOException("not a manifest: not a JSON object");
  }

  /** Made when the first manifest is read. */
  private static final class Reader {
    static final JsonMapper MAPPER =
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            // A manifest of a later version can still be listed.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
  }
}
