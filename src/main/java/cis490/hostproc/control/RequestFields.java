package cis490.hostproc.control;

import cis490.hostproc.episode.EpisodeId;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of one request, read strictly: each has its type and its range, and none is null. */
final class RequestFields {

  static final String ID = "id";
  static final String DO = "do";

  private static final int ID_LENGTH_MAX = 256;
  private static final int PATH_BYTES_MAX = 4095;

  private final ObjectNode fields;

  RequestFields(ObjectNode fields) {
    this.fields = fields;
  }

  /** A string or a number, to be echoed; null if there is none. */
  @Nullable JsonNode id() throws Mistake {
    JsonNode id = fields.get(ID);
    if (id == null) {
      return null;
    }
    if (!id.isTextual() && !id.isNumber()) {
      throw new Mistake("id: " + shown(id) + " is not a string or a number");
    }
    if (id.asText().length() > ID_LENGTH_MAX) {
      throw new Mistake("id: longer than " + ID_LENGTH_MAX + " characters; shorten it");
    }
    if (id.isTextual()) {
      text(ID);
    }
    return id;
  }

  /** Refuses what is misspelled, before that is missed under its right name. */
  void allowOnly(String kind, String... names) throws Mistake {
    for (String name : (Iterable<String>) fields::fieldNames) {
      boolean isKnown = name.equals(DO) || name.equals(ID) || Arrays.asList(names).contains(name);
      if (!isKnown) {
        throw new Mistake(
            "\"%s\" is not a field of %s; it has do, id%s%s"
                .formatted(
                    Mistake.shown(name),
                    kind,
                    names.length == 0 ? "" : ", ",
                    String.join(", ", names)));
      }
    }
  }

  boolean has(String name) {
    return fields.has(name);
  }

  /** One of some words. */
  String word(String name, List<String> known) throws Mistake {
    String choices = String.join(", ", known);
    String text = text(require(name, choices), name);
    if (!known.contains(text)) {
      throw new Mistake(
          "%s: \"%s\" is not known; one of %s".formatted(name, Mistake.shown(text), choices));
    }
    return text;
  }

  EpisodeId episode() throws Mistake {
    String name = "episode";
    String text = text(require(name, "an episode id"), name);
    try {
      return new EpisodeId(text);
    } catch (IllegalArgumentException wrong) {
      throw new Mistake(
          "episode: " + String.valueOf(wrong.getMessage()).replace(text, Mistake.shown(text)));
    }
  }

  long number(String name, long min, long max) throws Mistake {
    JsonNode node = require(name, "a number from " + min + " to " + max);
    if (!node.isIntegralNumber()) {
      throw new Mistake(
          name + ": " + shown(node) + " is not a whole number; give " + min + " to " + max);
    }
    if (!node.canConvertToLong() || node.longValue() < min || node.longValue() > max) {
      throw new Mistake(name + ": " + shown(node) + " is out of range; give " + min + " to " + max);
    }
    return node.longValue();
  }

  @Nullable Long numberOrNull(String name, long min, long max) throws Mistake {
    return has(name) ? number(name, min, max) : null;
  }

  /** A reading of CLOCK_MONOTONIC that was not taken after the request came; null if none. */
  @Nullable Long momentOrNull(String name, long receivedNs) throws Mistake {
    Long ns = numberOrNull(name, 0, Long.MAX_VALUE);
    if (ns != null && ns > receivedNs) {
      throw new Mistake(
          "%s: %d is later than now, %d; take it from CLOCK_MONOTONIC, in Python"
                  .formatted(name, ns, receivedNs)
              + " time.monotonic_ns()");
    }
    return ns;
  }

  /** Text on one line, its length in characters. */
  String line(String name, int min, int max) throws Mistake {
    String text = text(require(name, min + " to " + max + " characters"), name);
    int length = text.codePointCount(0, text.length());
    if (length < min || length > max) {
      throw new Mistake(
          "%s: has %,d characters; give %,d to %,d".formatted(name, length, min, max));
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new Mistake(
          "%s: \"%s\" has a control character; leave it out".formatted(name, Mistake.shown(text)));
    }
    return text;
  }

  @Nullable String lineOrNull(String name, int min, int max) throws Mistake {
    return has(name) ? line(name, min, max) : null;
  }

  @Nullable Path fileOrNull(String name) throws Mistake {
    if (!has(name)) {
      return null;
    }
    String text = text(name);
    Path path = path(text);
    if (path == null
        || !path.isAbsolute()
        || path.getFileName() == null
        || text.getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
      throw new Mistake(
          "%s: \"%s\" is not an absolute path of a file; begin it with /"
              .formatted(name, Mistake.shown(text)));
    }
    return path;
  }

  private static @Nullable Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException wrong) {
      return null;
    }
  }

  private JsonNode require(String name, String what) throws Mistake {
    JsonNode node = fields.get(name);
    if (node == null) {
      throw new Mistake(name + " is missing; give " + what);
    }
    return node;
  }

  private String text(String name) throws Mistake {
    return text(fields.get(name), name);
  }

  private static String text(JsonNode node, String name) throws Mistake {
    if (!node.isTextual()) {
      throw new Mistake(name + ": " + shown(node) + " is not a string; put it in quotes");
    }
    String text = node.textValue();
    // JSON can escape the half of a character, which no file and no answer can hold.
    if (!StandardCharsets.UTF_16.newEncoder().canEncode(text)) {
      throw new Mistake(name + ": \"" + Mistake.shown(text) + "\" has half a character");
    }
    return text;
  }

  private static String shown(JsonNode node) {
    return Mistake.shown(node.toString());
  }
}
