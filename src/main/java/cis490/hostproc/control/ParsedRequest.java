package cis490.hostproc.control;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What a line turned out to be.
 *
 * @param request null if there is a problem
 * @param id to be echoed; null if there is none
 * @param problem null if there is none
 * @param isNonsense whether it is not even a JSON object: who sends that means no agent
 */
record ParsedRequest(
    @Nullable ControlRequest request,
    @Nullable JsonNode id,
    @Nullable String problem,
    boolean isNonsense) {

  static ParsedRequest of(ControlRequest request, @Nullable JsonNode id) {
    return new ParsedRequest(request, id, null, false);
  }

  static ParsedRequest mistake(Mistake mistake, @Nullable JsonNode id) {
    return new ParsedRequest(null, id, mistake.getMessage(), false);
  }

  static ParsedRequest nonsense(String what) {
    String right = "; send one JSON object a line, such as {\"do\":\"list\"}";
    return new ParsedRequest(null, null, what + right, true);
  }
}
