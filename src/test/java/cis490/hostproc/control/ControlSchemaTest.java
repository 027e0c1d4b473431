package cis490.hostproc.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.testkit.Schemas;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema, as the jar holds it, against what the code takes and answers. */
class ControlSchemaTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonNode SCHEMA = read();
  private static final Schema REQUEST = part("request");
  private static final Schema ANSWER = part("answer");

  private static JsonNode read() {
    try (InputStream in =
        ControlSchemaTest.class.getResourceAsStream(ControlRequest.SCHEMA_RESOURCE)) {
      return JSON.readTree(in);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** The schema without what it allows besides. */
  private static Schema part(String name) {
    ObjectNode part = SCHEMA.deepCopy();
    part.remove("anyOf");
    part.put("$id", ControlRequest.SCHEMA_ID + ":" + name);
    part.put("$ref", "#/$defs/" + name);
    return Schemas.REGISTRY.getSchema(part);
  }

  @Test
  void isAValidSchemaOf202012() {
    String dialect = "https://json-schema.org/draft/2020-12/schema";
    assertEquals(dialect, SCHEMA.get("$schema").textValue());
    assertEquals(
        List.of(), Schemas.REGISTRY.getSchema(SchemaLocation.of(dialect)).validate(SCHEMA));
    assertEquals(ControlRequest.SCHEMA_ID, SCHEMA.get("$id").textValue());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'do':'list'}",
        "{'do':'list','id':1.5}",
        "{'do':'list','id':null}",
        "{'do':'list','episode':'e'}",
        "{'do':'frob'}",
        "{'do':'events'}",
        "{'do':'events','after':0}",
        "{'do':'events','after':-1}",
        "{'do':'events','after':1.5}",
        "{'do':'events','episode':'e'}",
        "{}",
        "[]",
        "{'do':'start','episode':'e','pid':4711}",
        "{'do':'start','episode':'e','pid':1,'interval_ms':1,'mono_origin_ns':0,'output':'/a'}",
        "{'do':'start','episode':'e'}",
        "{'do':'start','pid':1}",
        "{'do':'start','episode':'e','pid':0}",
        "{'do':'start','episode':'e','pid':4194305}",
        "{'do':'start','episode':'e','pid':'1'}",
        "{'do':'start','episode':'.e','pid':1}",
        "{'do':'start','episode':'e','pid':1,'interval_ms':0}",
        "{'do':'start','episode':'e','pid':1,'interval_ms':3600001}",
        "{'do':'start','episode':'e','pid':1,'interval_ms':null}",
        "{'do':'start','episode':'e','pid':1,'mono_origin_ns':-1}",
        "{'do':'start','episode':'e','pid':1,'output':'a'}",
        "{'do':'start','episode':'e','pid':1,'wait':'ended'}",
        "{'do':'stop','episode':'e'}",
        "{'do':'stop','episode':'e','wait':'sealed','id':'x'}",
        "{'do':'stop','episode':'e','wait':'SEALED'}",
        "{'do':'mark','episode':'e','name':'n'}",
        "{'do':'mark','episode':'e','name':'n','detail':'','mono_ns':0}",
        "{'do':'mark','episode':'e','name':''}",
        "{'do':'mark','episode':'e','name':'\\t'}",
        "{'do':'mark','episode':'e','name':'n','detail':'\\u0085'}",
        "{'do':'mark','episode':'e','name':'n','mono_ns':'1'}",
        "{'do':'mark','episode':'e'}",
      })
  void schemaAndCodeTakeTheSame(String text) throws Exception {
    String line = text.replace('\'', '"');
    boolean isTaken =
        RequestParser.parse(
                    ByteBuffer.wrap(line.getBytes(UTF_8)), new ControlRequest.Received(1, 1))
                .problem()
            == null;
    assertEquals(isTaken, REQUEST.validate(JSON.readTree(line)).isEmpty(), line);
  }

  /** The lengths are the code's own. */
  @ParameterizedTest
  @ValueSource(strings = {"name 64", "detail 1024", "episode 232", "id 256", "output 4094"})
  void schemaAndCodeTakeTheSameLength(String limit) throws Exception {
    String name = limit.split(" ")[0];
    int most = Integer.parseInt(limit.split(" ")[1]);
    for (int length : new int[] {most, most + 1}) {
      ObjectNode request =
          (ObjectNode) JSON.readTree("{\"do\":\"mark\",\"episode\":\"e\",\"name\":\"n\"}");
      String value = "a".repeat(length);
      if (name.equals("output")) {
        request.put("do", "start").put("pid", 1).remove("name");
        value = "/" + value;
      }
      request.put(name, value);
      boolean isTaken = ControlRequest.problem(request) == null;
      assertEquals(length == most, isTaken, ControlRequest.problem(request));
      assertEquals(isTaken, REQUEST.validate(request).isEmpty(), "schema");
    }
  }

  @Test
  void answersAreOfTheSchema() throws Exception {
    JsonNode id = JSON.readTree("7");
    for (byte[] line :
        List.of(
            Answers.failed(null, "no"),
            Answers.failed(id, "a\nb"),
            Answers.of(id, TestAgent.body("x"), null),
            Answers.of(null, null, new FailedException("no such episode")),
            Answers.of(null, null, new FailedException("x".repeat(10_000))))) {
      assertTrue(new String(line, UTF_8).matches("[^\n]+\n"));
      assertEquals(List.of(), ANSWER.validate(JSON.readTree(line)), new String(line, UTF_8));
    }
    assertTrue(!ANSWER.validate(JSON.readTree("{\"ok\":true,\"error\":\"e\"}")).isEmpty());
  }
}
