package cis490.hostproc.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.EpisodeId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {

  private static final ControlRequest.Received NOW = new ControlRequest.Received(1000, 5000);
  private static final EpisodeId EPISODE = new EpisodeId("e");

  private static ParsedRequest parse(String line) {
    return RequestParser.parse(ByteBuffer.wrap(line.getBytes(UTF_8)), NOW);
  }

  /** With ' for ", so that it can be read. */
  private static ControlRequest request(String line) {
    ParsedRequest parsed = parse(line.replace('\'', '"'));
    assertNull(parsed.problem());
    return parsed.request();
  }

  @Test
  void aStartHasAllOrOnlyWhatItMust() {
    assertEquals(
        new ControlRequest.Start(NOW, EPISODE, 4711, null, null, null),
        request("{'do':'start','episode':'e','pid':4711}"));
    assertEquals(
        new ControlRequest.Start(NOW, EPISODE, 4194304, 3600000L, 1000L, Path.of("/d/ü.jsonl")),
        request(
            "{'output':'/d/ü.jsonl','mono_origin_ns':1000,'interval_ms':3600000,'pid':4194304,"
                + "'episode':'e','do':'start'}"));
  }

  @Test
  void aStopWaitsForTheEndUnlessItSaysMore() {
    ControlRequest ended = new ControlRequest.Stop(NOW, EPISODE, ControlRequest.Until.ENDED);
    assertEquals(ended, request("{'do':'stop','episode':'e'}"));
    assertEquals(ended, request("{'do':'stop','episode':'e','wait':'ended'}"));
    assertEquals(
        new ControlRequest.Stop(NOW, EPISODE, ControlRequest.Until.SEALED),
        request("{'do':'stop','episode':'e','wait':'sealed'}"));
  }

  @Test
  void eventsAreAskedForAfterANumberOrFromNowOn() {
    assertEquals(new ControlRequest.NextEvents(NOW, null), request("{'do':'events'}"));
    assertEquals(new ControlRequest.NextEvents(NOW, 7L), request("{'do':'events','after':7}"));
  }

  @Test
  void aListHasNothing() {
    assertEquals(new ControlRequest.ListAll(NOW), request(" {'do' : 'list'}\r"));
  }

  @Test
  void aMarkIsStampedWhenItCame() {
    ControlRequest.Mark mark =
        (ControlRequest.Mark) request("{'do':'mark','episode':'e','name':'armed'}");
    assertEquals(new ControlRequest.Mark(NOW, EPISODE, "armed", null, 1000), mark);
    assertEquals(5000, mark.wallNs());
  }

  @Test
  void aMarkIsStampedWhenTheCallerSays() {
    String names = "\uD83D\uDC1B".repeat(64);
    String detail = "d".repeat(1024);
    ControlRequest.Mark mark =
        (ControlRequest.Mark)
            request(
                "{'do':'mark','episode':'e','name':'%s','detail':'%s','mono_ns':400}"
                    .formatted(names, detail));
    assertEquals(new ControlRequest.Mark(NOW, EPISODE, names, detail, 400), mark);
    assertEquals(4400, mark.wallNs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\"", "\"\"", "1", "-7", "1.50", "18446744073709551616", "2.5E+30"})
  void anIdIsEchoedAsItWas(String id) {
    ParsedRequest parsed = parse("{\"do\":\"list\",\"id\":" + id + "}");
    assertEquals("{\"ok\":false,\"id\":" + id + ",\"error\":\"x\"}\n", failed(parsed));
    // A mistake has one as well.
    assertEquals(parsed.id(), parse("{\"do\":\"frob\",\"id\":" + id + "}").id());
  }

  private static String failed(ParsedRequest parsed) {
    return new String(Answers.failed(parsed.id(), "x"), UTF_8);
  }

  /** Each is one line that names the field. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | do is missing; give start, stop, list, mark, events",
        "{'do':'stpo'} | do: 'stpo' is not known; one of start, stop, list, mark",
        "{'do':1} | do: 1 is not a string; put it in quotes",
        "{'do':null} | do: null is not a string",
        "{'do':'list','episode':'e'} | 'episode' is not a field of list; it has do, id",
        "{'do':'stop','epsiode':'e'} | 'epsiode' is not a field of stop; it has do, id, episode, wait",
        "{'do':'stop','a\\u001b[31m':1} | 'a?[31m' is not a field of stop",
        "{'do':'list','id':null} | id: null is not a string or a number",
        "{'do':'list','id':[1]} | id: [1] is not a string or a number",
        "{'do':'list','id':'\\ud83d'} | id: '?' has half a character",
        "{'do':'stop'} | episode is missing; give an episode id",
        "{'do':'stop','episode':7} | episode: 7 is not a string",
        "{'do':'stop','episode':''} | episode: '' is not an episode id",
        "{'do':'stop','episode':'../e'} | episode: '../e' is not an episode id: a letter or digit, then",
        "{'do':'stop','episode':'e','wait':'soon'} | wait: 'soon' is not known; one of ended, sealed",
        "{'do':'start','episode':'e'} | pid is missing; give a number from 1 to 4194304",
        "{'do':'start','episode':'e','pid':'4711'} | pid: '4711' is not a whole number; give 1 to",
        "{'do':'start','episode':'e','pid':1.0} | pid: 1.0 is not a whole number",
        "{'do':'start','episode':'e','pid':true} | pid: true is not a whole number",
        "{'do':'start','episode':'e','pid':0} | pid: 0 is out of range; give 1 to 4194304",
        "{'do':'start','episode':'e','pid':4194305} | pid: 4194305 is out of range",
        "{'do':'start','episode':'e','pid':99999999999999999999} | pid: 99999999999999999999 is out of",
        "{'do':'start','episode':'e','pid':1,'interval_ms':0} | interval_ms: 0 is out of range; give 1 to 3600000",
        "{'do':'start','episode':'e','pid':1,'interval_ms':null} | interval_ms: null is not a whole number",
        "{'do':'start','episode':'e','pid':1,'mono_origin_ns':-1} | mono_origin_ns: -1 is out of range",
        "{'do':'start','episode':'e','pid':1,'mono_origin_ns':1001} | mono_origin_ns: 1001 is later than now, 1000; take it from CLOCK_MONOTONIC",
        "{'do':'start','episode':'e','pid':1,'output':'rows'} | output: 'rows' is not an absolute path",
        "{'do':'start','episode':'e','pid':1,'output':'/'} | output: '/' is not an absolute path of a file",
        "{'do':'start','episode':'e','pid':1,'output':'/\\u0000'} | output: '/?' is not an absolute path",
        "{'do':'start','episode':'e','pid':1,'output':null} | output: null is not a string",
        "{'do':'mark','episode':'e'} | name is missing; give 1 to 64 characters",
        "{'do':'mark','episode':'e','name':''} | name: has 0 characters; give 1 to 64",
        "{'do':'mark','episode':'e','name':'a\\nb'} | name: 'a?b' has a control character; leave it out",
        "{'do':'mark','episode':'e','name':'a','detail':'\\u0085'} | detail: '?' has a control character",
        "{'do':'mark','episode':'e','name':'a\\udc1b'} | name: 'a?' has half a character",
        "{'do':'mark','episode':'e','name':'a','mono_ns':1001} | mono_ns: 1001 is later than now",
      })
  void aMistakeNamesTheField(String line, String expected) {
    ParsedRequest parsed = parse(line.replace('\'', '"'));
    assertNull(parsed.request());
    assertFalse(parsed.isNonsense());
    assertTrue(
        parsed.problem().replace('"', '\'').startsWith(expected),
        () -> parsed.problem() + " for " + line);
    assertEquals(1, parsed.problem().lines().count());
  }

  @Test
  void whatIsTooLongIsNamed() {
    assertStarts(
        "name: has 65 characters",
        parse(
            "{\"do\":\"mark\",\"episode\":\"e\",\"name\":\"%s\"}"
                .formatted("\uD83D\uDC1B".repeat(65))));
    assertStarts(
        "detail: has 1,025 characters",
        parse(
            "{\"do\":\"mark\",\"episode\":\"e\",\"name\":\"n\",\"detail\":\"%s\"}"
                .formatted("d".repeat(1025))));
    assertStarts(
        "the episode id has 233 characters",
        parse("{\"do\":\"stop\",\"episode\":\"%s\"}".formatted("e".repeat(233))));
    assertStarts(
        "id: longer than 256", parse("{\"do\":\"list\",\"id\":\"" + "i".repeat(257) + "\"}"));
    assertStarts(
        "output: \"/ooo",
        parse(
            "{\"do\":\"start\",\"episode\":\"e\",\"pid\":1,\"output\":\"/%s\"}"
                .formatted("o".repeat(4095))));
  }

  private static void assertStarts(String expected, ParsedRequest parsed) {
    String problem = parsed.problem().replaceFirst("episode: ", "");
    assertTrue(problem.startsWith(expected), problem);
    assertTrue(problem.length() < 300, "a line that people read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~~ | an empty line",
        "~  ~ | an empty line",
        "7 | not a JSON object",
        "null | not a JSON object",
        "[{'do':'list'}] | not a JSON object",
        "GET / HTTP/1.1 | not JSON: Unrecognized token 'GET'",
        "{'do':'list' | not JSON: Unexpected end-of-input",
        "{'do':'list'}{'do':'list'} | not JSON: Trailing token",
        "{'do':'list','do':'stop'} | not JSON: Duplicate field 'do'",
        "{'do':'list',} | not JSON: Unexpected character",
        "{'do':NaN} | not JSON: Non-standard token 'NaN'",
        "\uFEFF{'do':'list'} | not JSON: Unexpected character",
      })
  void nonsenseIsToldFromAMistake(String line, String expected) {
    ParsedRequest parsed = parse(line.replace('\'', '"'));
    assertNull(parsed.request());
    assertTrue(parsed.isNonsense());
    assertTrue(
        parsed.problem().replace('"', '\'').startsWith(expected),
        () -> parsed.problem() + " for " + line);
    assertTrue(
        parsed.problem().endsWith("; send one JSON object a line, such as {\"do\":\"list\"}"));
    assertEquals(1, parsed.problem().lines().count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00ff", "\u0000{\u0000}", "\u00fe\u00ff\u0000{\u0000}"})
  void otherEncodingsAreNonsense(String bytes) {
    ByteBuffer line = ByteBuffer.wrap(bytes.getBytes(ISO_8859_1));
    assertTrue(RequestParser.parse(line, NOW).isNonsense());
  }

  @Test
  void deepNestingIsNonsense() {
    assertTrue(parse("{\"do\":" + "[".repeat(60_000)).isNonsense());
  }
}
