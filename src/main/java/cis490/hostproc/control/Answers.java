package cis490.hostproc.control;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Text;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers as lines, newline included. */
final class Answers {

  static final String OK = "ok";
  static final String ERROR = "error";

  private static final Logger LOG = LoggerFactory.getLogger("hostproc");
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MESSAGE_LENGTH_MAX = 4096;

  private Answers() {}

  /** What a handler's future was completed with, one of the two. */
  static byte[] of(@Nullable JsonNode id, @Nullable ObjectNode body, @Nullable Throwable failure) {
    if (failure == null && body != null) {
      try {
        return line(beginning(id, true).setAll(body));
      } catch (JsonProcessingException | RuntimeException | Error wrong) {
        return unexpected(id, wrong);
      }
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof FailedException
        ? failed(id, String.valueOf(cause.getMessage()))
        : unexpected(id, cause == null ? new IllegalStateException("no answer") : cause);
  }

  private static byte[] unexpected(@Nullable JsonNode id, Throwable failure) {
    LOG.error("the control socket: a request failed", failure);
    return failed(id, "the agent failed: " + failure + "; its log says more");
  }

  static byte[] failed(@Nullable JsonNode id, String message) {
    String cut = message.substring(0, Math.min(message.length(), MESSAGE_LENGTH_MAX));
    try {
      return line(beginning(id, false).put(ERROR, Text.printable(cut)));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("text alone", impossible);
    }
  }

  private static ObjectNode beginning(@Nullable JsonNode id, boolean isOk) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put(OK, isOk);
    return id == null ? answer : answer.set(RequestFields.ID, id);
  }

  private static byte[] line(JsonNode answer) throws JsonProcessingException {
    byte[] json = JSON.writeValueAsBytes(answer);
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }
}
