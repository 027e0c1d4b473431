package cis490.hostproc.lake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import cis490.hostproc.check.RowCheck;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.row.RowFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;

/**
 * For Kafka Connect: turns a record of an episode's topic, or of {@code oracle.episodes}, into a
 * struct with the columns of its JSON schema, in that order and typed. A row gets {@code
 * episode_id} and {@code seq} before them. What is not just that is refused, so that Connect can
 * put it into a dead-letter topic: nothing is dropped, cut, or guessed.
 *
 * <p>Numbers of the kernel that are greater than 2^63 - 1 are also refused: the lake's integers are
 * signed. docs/lake.md, "Why a converter of its own?".
 */
public final class LakeConverter implements Converter {

  private static final String EPISODE_ID = "episode_id";
  private static final String SEQ = "seq";
  private static final JsonMapper JSON = new JsonMapper();

  private final RowCheck check = new RowCheck();
  private final Columns rowColumns = Columns.ofResource(RowFormat.SCHEMA_RESOURCE);
  private final Columns manifestColumns = Columns.ofResource(Manifest.SCHEMA_RESOURCE);
  private final Schema rowSchema =
      rowColumns.addTo(
          SchemaBuilder.struct()
              .name("host_proc")
              .field(EPISODE_ID, Schema.STRING_SCHEMA)
              .field(SEQ, Schema.INT64_SCHEMA));
  private final Schema manifestSchema =
      manifestColumns.addTo(SchemaBuilder.struct().name("episode"));

  /** As Connect makes it. */
  public LakeConverter() {}

  @Override
  public void configure(Map<String, ?> settings, boolean isKey) {
    // There is nothing to be set.
  }

  @Override
  public byte[] fromConnectData(String topic, Schema schema, Object value) {
    throw new DataException("hostproc's converter is for sinks: it reads topics and writes none");
  }

  /**
   * Without headers there is no {@code seq}: a manifest only.
   *
   * @param topic its name says what the record is
   * @param value the record's bytes; null is a null
   * @return a typed struct
   * @throws DataException if it does not fit
   */
  @Override
  public SchemaAndValue toConnectData(String topic, byte[] value) {
    if (value == null) {
      return SchemaAndValue.NULL;
    }
    if (!topic.equals(EpisodeId.EPISODES_TOPIC)) {
      throw new DataException("topic " + topic + ": rows come with headers");
    }
    try {
      Struct struct = new Struct(manifestSchema);
      manifestColumns.fill(struct, object(value));
      struct.validate();
      return new SchemaAndValue(manifestSchema, struct);
    } catch (IOException | DataException wrong) {
      throw new DataException("not a manifest: " + wrong.getMessage(), wrong);
    }
  }

  /**
   * Converts a record of either kind.
   *
   * @param topic its name says what the record is
   * @param headers those of a row
   * @param value the record's bytes; null is a null
   * @return a typed struct
   * @throws DataException if it does not fit
   */
  @Override
  public SchemaAndValue toConnectData(String topic, Headers headers, byte[] value) {
    if (topic.equals(EpisodeId.EPISODES_TOPIC)) {
      return toConnectData(topic, value);
    }
    String problem = value == null ? "no value" : check.problem(value);
    if (problem != null) {
      throw new DataException("not a row: " + problem);
    }
    try {
      Struct struct = new Struct(rowSchema);
      struct.put(EPISODE_ID, EpisodeId.ofTopic(topic).value());
      struct.put(SEQ, seq(headers));
      rowColumns.fill(struct, object(value));
      return new SchemaAndValue(rowSchema, struct);
    } catch (IOException | IllegalArgumentException | DataException wrong) {
      throw new DataException("not a row of hostproc's: " + wrong.getMessage(), wrong);
    }
  }

  private static long seq(Headers headers) {
    for (Map.Entry<String, String> constant : RowFormat.headers().entrySet()) {
      if (!constant.getValue().equals(text(headers, constant.getKey()))) {
        throw new DataException("header " + constant.getKey() + " is not " + constant.getValue());
      }
    }
    try {
      return Long.parseLong(text(headers, SEQ));
    } catch (NumberFormatException wrong) {
      throw new DataException("header seq is not a number", wrong);
    }
  }

  private static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null ? "" : new String(header.value(), US_ASCII);
  }

  private static ObjectNode object(byte[] value) throws IOException {
    JsonNode json = JSON.readTree(value);
    if (json instanceof ObjectNode object) {
      return object;
    }
    throw new DataException("not a JSON object");
  }
}
