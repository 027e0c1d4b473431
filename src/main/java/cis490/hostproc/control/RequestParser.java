package cis490.hostproc.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lines to requests. */
final class RequestParser {

  /** What the parser adds for programmers: where a container began, what could be enabled. */
  private static final String HINT = "( \\(start marker at |: enable `|; consider enabling).*";

  private static final List<String> KINDS = List.of("start", "stop", "list", "mark", "events");
  private static final List<String> UNTIL = List.of("ended", "sealed");
  private static final String INTERVAL_MS = "interval_ms";
  private static final String MONO_ORIGIN_NS = "mono_origin_ns";
  private static final String MONO_NS = "mono_ns";
  private static final String OUTPUT = "output";
  private static final String AFTER = "after";
  private static final String EPISODE = "episode";
  private static final String DETAIL = "detail";

  /** The kernel's own limit (PID_MAX_LIMIT). */
  private static final long PID_MAX = 4_194_304;

  private static final long INTERVAL_MS_MAX = 3_600_000;
  private static final int NAME_LENGTH_MAX = 64;
  private static final int DETAIL_LENGTH_MAX = 1024;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // An id is echoed as it was.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private RequestParser() {}

  /** One line without its newline. */
  static ParsedRequest parse(ByteBuffer line, ControlRequest.Received received) {
    try {
      // Strictly, and never as UTF-16, which the parser would guess from a NUL byte.
      String text = StandardCharsets.UTF_8.newDecoder().decode(line).toString();
      JsonNode tree = JSON.readTree(text);
      return tree instanceof ObjectNode request
          ? parse(request, received)
          : ParsedRequest.nonsense(text.isBlank() ? "an empty line" : "not a JSON object");
    } catch (CharacterCodingException wrong) {
      return ParsedRequest.nonsense("not UTF-8 text");
    } catch (JsonProcessingException wrong) {
      return ParsedRequest.nonsense("not JSON: " + what(wrong));
    }
  }

  private static String what(JsonProcessingException wrong) {
    String what = Mistake.shown(wrong.getOriginalMessage().replaceAll(HINT, ""));
    return wrong.getLocation() == null
        ? what
        : what + ", column " + wrong.getLocation().getColumnNr();
  }

  static ParsedRequest parse(ObjectNode object, ControlRequest.Received received) {
    RequestFields fields = new RequestFields(object);
    JsonNode id = null;
    try {
      id = fields.id();
      return ParsedRequest.of(request(fields, received), id);
    } catch (Mistake mistake) {
      return ParsedRequest.mistake(mistake, id);
    }
  }

  private static ControlRequest request(RequestFields fields, ControlRequest.Received received)
      throws Mistake {
    return switch (fields.word(RequestFields.DO, KINDS)) {
      case "start" -> start(fields, received);
      case "stop" -> stop(fields, received);
      case "mark" -> mark(fields, received);
      case "events" -> events(fields, received);
      default -> listAll(fields, received);
    };
  }

  private static ControlRequest start(RequestFields fields, ControlRequest.Received received)
      throws Mistake {
    fields.allowOnly("start", EPISODE, "pid", INTERVAL_MS, MONO_ORIGIN_NS, OUTPUT);
    return new ControlRequest.Start(
        received,
        fields.episode(),
        fields.number("pid", 1, PID_MAX),
        fields.numberOrNull(INTERVAL_MS, 1, INTERVAL_MS_MAX),
        fields.momentOrNull(MONO_ORIGIN_NS, received.monoNs()),
        fields.fileOrNull(OUTPUT));
  }

  private static ControlRequest stop(RequestFields fields, ControlRequest.Received received)
      throws Mistake {
    fields.allowOnly("stop", EPISODE, "wait");
    String until = fields.has("wait") ? fields.word("wait", UNTIL) : UNTIL.get(0);
    return new ControlRequest.Stop(
        received, fields.episode(), ControlRequest.Until.valueOf(until.toUpperCase(Locale.ROOT)));
  }

  private static ControlRequest listAll(RequestFields fields, ControlRequest.Received received)
      throws Mistake {
    fields.allowOnly("list");
    return new ControlRequest.ListAll(received);
  }

  private static ControlRequest events(RequestFields fields, ControlRequest.Received received)
      throws Mistake {
    fields.allowOnly("events", AFTER);
    return new ControlRequest.NextEvents(received, fields.numberOrNull(AFTER, 0, Long.MAX_VALUE));
  }

  private static ControlRequest mark(RequestFields fields, ControlRequest.Received received)
      throws Mistake {
    fields.allowOnly("mark", EPISODE, "name", DETAIL, MONO_NS);
    @Nullable Long monoNs = fields.momentOrNull(MONO_NS, received.monoNs());
    return new ControlRequest.Mark(
        received,
        fields.episode(),
        fields.line("name", 1, NAME_LENGTH_MAX),
        fields.lineOrNull(DETAIL, 0, DETAIL_LENGTH_MAX),
        monoNs == null ? received.monoNs() : monoNs);
  }
}
