package cis490.hostproc.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An episode's rows as a lake's own SQL engine gives them, JSON lines in order of {@code seq}:
 * compared, one after the other, with those that were shipped. Any engine will do: columns that it
 * adds are ignored, and a null may be left out.
 */
final class LakeRows implements Closeable {

  private static final String EPISODE_ID = "episode_id";
  private static final String SEQ = "seq";
  private static final int SHOWN_MAX = 120;

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build()
          .readerFor(JsonNode.class);

  private final MappingIterator<JsonNode> rows;
  private final String episodeId;

  /** {@code in} is closed with this; each row must have the id {@code episodeId}. */
  LakeRows(InputStream in, String episodeId) throws IOException {
    this.rows = JSON.readValues(in);
    this.episodeId = episodeId;
  }

  /**
   * Compares the next row with the one that was shipped.
   *
   * @param seq of the row, from 0
   * @param line that was shipped: a JSON object
   * @return what is wrong, in a few words on one line; null if both are the same
   */
  @Nullable String problem(long seq, byte[] line) throws IOException {
    JsonNode row = next();
    if (row == null) {
      return "row " + seq + " is missing, and all behind it";
    }
    JsonNode found = row.path(SEQ);
    if (!found.isIntegralNumber()) {
      return "seq is " + shown(found) + ", where row " + seq + " should be";
    }
    if (found.longValue() > seq) {
      return "row " + seq + " is missing";
    }
    if (found.longValue() < seq) {
      return "row " + found + " is there twice, or the rows are not in order of seq";
    }
    if (!row.path(EPISODE_ID).asText().equals(episodeId)) {
      return "row " + seq + " is of the episode " + shown(row.path(EPISODE_ID));
    }
    return difference(seq, row, JSON.readTree(line));
  }

  private static @Nullable String difference(long seq, JsonNode row, JsonNode shipped) {
    for (Map.Entry<String, JsonNode> field : shipped.properties()) {
      JsonNode value = row.path(field.getKey());
      boolean bothNull = field.getValue().isNull() && (value.isNull() || value.isMissingNode());
      if (!bothNull && !field.getValue().equals(value)) {
        return "row "
            + seq
            + " has the "
            + field.getKey()
            + " "
            + shown(value)
            + ", not "
            + field.getValue();
      }
    }
    return null;
  }

  /** After the last row that was shipped: what is wrong, null if no row is left. */
  @Nullable String atEnd() throws IOException {
    JsonNode more = next();
    return more == null ? null : "there are more rows, with the seq " + shown(more.path(SEQ));
  }

  private @Nullable JsonNode next() throws IOException {
    try {
      return rows.hasNextValue() ? rows.nextValue() : null;
    } catch (JsonProcessingException wrong) {
      throw new IOException(
          "line "
              + wrong.getLocation().getLineNr()
              + " is not JSON: "
              + wrong.getOriginalMessage().replaceAll("\\R", " "),
          wrong);
    }
  }

  private static String shown(JsonNode value) {
    String text = value.isMissingNode() ? "missing" : value.toString();
    String cut = text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text;
    return cut.replaceAll("\\p{C}", "?");
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
