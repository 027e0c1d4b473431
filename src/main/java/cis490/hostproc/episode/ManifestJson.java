package cis490.hostproc.episode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The manifest's records as flat JSON objects, and back. Apart, so that Jackson's classes load with
 * the first manifest written.
 */
final class ManifestJson {

  private static final String STATE = "state";
  private static final String RUNS = "runs";
  private static final String NUMBER = "number";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          // A manifest of a later version can still be listed.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ManifestJson() {}

  static byte[] write(Manifest manifest) {
    try {
      ObjectNode all = tree(manifest.beginning());
      all.set(STATE, MAPPER.valueToTree(manifest.state()));
      all.setAll(tree(manifest.ending()));
      all.setAll(tree(manifest.ticks()));
      ArrayNode runs = all.putArray(RUNS);
      manifest.runs().forEach(run -> runs.add(tree(run)));
      return MAPPER.writeValueAsBytes(all);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("records of plain values", impossible);
    }
  }

  private static ObjectNode tree(Run run) {
    ObjectNode all = MAPPER.createObjectNode().put(NUMBER, run.number());
    all.setAll(tree(run.start()));
    all.setAll(tree(run.end()));
    all.setAll(tree(run.ticks()));
    return all;
  }

  private static ObjectNode tree(Record values) {
    return MAPPER.valueToTree(values);
  }

  static Manifest read(byte[] json) throws IOException {
    try {
      ObjectNode all = object(MAPPER.readTree(json));
      Manifest.Beginning beginning = MAPPER.treeToValue(all, Manifest.Beginning.class);
      Manifest.State state = MAPPER.treeToValue(all.path(STATE), Manifest.State.class);
      if (beginning.episodeId() == null || state == null) {
        throw new IOException("not a manifest: episode_id or state is missing");
      }
      return new Manifest(
          beginning,
          state,
          MAPPER.treeToValue(all, Manifest.Ending.class),
          MAPPER.treeToValue(all, Ticks.class),
          runs(all.path(RUNS)));
    } catch (JsonProcessingException wrong) {
      // On one line, whatever text it quotes.
      throw new IOException("not a manifest: " + wrong.getOriginalMessage().replaceAll("\\R", " "));
    }
  }

  /** Manifests of version 0.1.0 have none. */
  private static List<Run> runs(JsonNode all) throws IOException {
    if (!all.isArray() && !all.isMissingNode() && !all.isNull()) {
      throw new IOException("not a manifest: runs is no list");
    }
    List<Run> runs = new ArrayList<>();
    for (JsonNode node : all) {
      ObjectNode run = object(node);
      runs.add(
          new Run(
              run.path(NUMBER).longValue(),
              MAPPER.treeToValue(run, Run.Start.class),
              MAPPER.treeToValue(run, Run.End.class),
              MAPPER.treeToValue(run, Ticks.class)));
    }
    return runs;
  }

  private static ObjectNode object(JsonNode node) throws IOException {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new IOException("not a manifest: not a JSON object");
  }
}
