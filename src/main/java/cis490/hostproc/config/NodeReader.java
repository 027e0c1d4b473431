package cis490.hostproc.config;

import cis490.hostproc.config.Node.Kind;
import cis490.hostproc.config.Node.Mapping;
import cis490.hostproc.config.Node.Member;
import cis490.hostproc.config.Node.Scalar;
import cis490.hostproc.config.Node.Sequence;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * YAML to nodes, with their lines. Anchors, aliases and tags are refused: a configuration is what
 * is written in it, and no larger.
 */
final class NodeReader {

  /** The words {@code yes}, {@code on} and so on are texts, as in YAML 1.2. */
  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
          .build();

  /** More than any known key needs. */
  private static final int DEPTH_MAX = 8;

  private final Path file;
  private final YAMLParser parser;

  private NodeReader(Path file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /** Null if nothing is there. */
  static @Nullable Node read(Path file, String text) throws ConfigException {
    try (YAMLParser parser = YAML.createParser(text)) {
      return new NodeReader(file, parser).root();
    } catch (IOException notYaml) {
      throw SyntaxError.of(file, notYaml);
    }
  }

  private @Nullable Node root() throws IOException, ConfigException {
    if (parser.nextToken() == null) {
      return null;
    }
    Node root = node(1);
    if (parser.nextToken() != null) {
      throw wrong("a second document begins here; take it out");
    }
    return root;
  }

  private Node node(int depth) throws IOException, ConfigException {
    int line = line();
    refuseReferences();
    if (depth > DEPTH_MAX) {
      throw wrong("more than " + DEPTH_MAX + " levels; no key has so many");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> new Mapping(line, members(depth));
      case START_ARRAY -> new Sequence(line, items(depth));
      default -> new Scalar(line, kind(), parser.getText());
    };
  }

  private void refuseReferences() throws IOException, ConfigException {
    if (parser.isCurrentAlias()) {
      throw wrong(
          "the alias *"
              + Words.shown(parser.getText())
              + " can't be used here; write the value itself, in quotes if it begins with *");
    }
    if (parser.getObjectId() != null) {
      throw wrong(
          "the anchor &"
              + Words.shown(parser.getObjectId())
              + " can't be used here; take it out, or put a text that begins with & in quotes");
    }
    if (parser.getTypeId() != null) {
      throw wrong(
          "a tag can't be used here; take it out, or put a text that begins with ! in quotes");
    }
  }

  private Map<String, Member> members(int depth) throws IOException, ConfigException {
    Map<String, Member> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      int line = line();
      String key = parser.currentName();
      Member other = members.get(key);
      if (other != null) {
        throw wrong(
            Words.shown(key) + " is there twice, first in line " + other.line() + "; keep one");
      }
      parser.nextToken();
      members.put(key, new Member(line, node(depth + 1)));
    }
    return members;
  }

  private List<Node> items(int depth) throws IOException, ConfigException {
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node(depth + 1));
    }
    return items;
  }

  private Kind kind() {
    return switch (parser.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Kind.NUMBER;
      case VALUE_TRUE, VALUE_FALSE -> Kind.TRUTH;
      case VALUE_NULL -> Kind.NOTHING;
      default -> Kind.TEXT;
    };
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private ConfigException wrong(String what) {
    return new ConfigException(file + ":" + line() + ": " + what);
  }
}
