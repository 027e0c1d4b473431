package cis490.hostproc.episode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.Seed;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifest's one flat object: there and back, and what is no manifest. */
class ManifestTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> BEGINNING =
      List.of(
          "episode_id",
          "topic",
          "source",
          "available_in_deployment",
          "schema",
          "collector_version",
          "host_name",
          "boot_id",
          "pid",
          "command_name",
          "process_start_ticks",
          "clock_ticks_per_second",
          "page_size_bytes",
          "interval_ms",
          "origin_mono_ns",
          "started_wall_ns");

  private static final List<String> ENDING =
      List.of(
          "ended_wall_ns",
          "end_reason",
          "exit_code",
          "rows",
          "bytes",
          "ticks_missed",
          "ticks_malformed",
          "ticks_unwritten",
          "lateness_max_ns",
          "chain",
          "rows_acknowledged");

  @Test
  void fieldsAreFlatAndAlwaysInTheSameOrder() throws Exception {
    List<String> all = new ArrayList<>(BEGINNING);
    all.add("state");
    all.addAll(ENDING);
    for (Manifest manifest : List.of(Manifests.open(), Manifests.open().ended(Manifests.ENDING))) {
      JsonNode json = JSON.readTree(manifest.toJson());
      List<String> names = new ArrayList<>();
      json.fieldNames().forEachRemaining(names::add);
      assertEquals(all, names);
      json.forEach(value -> assertTrue(value.isValueNode()));
    }
  }

  @Test
  void itIsOneLine() {
    String json = new String(Manifests.open().toJson(), UTF_8);
    assertEquals(1, json.lines().count());
    assertFalse(json.endsWith("\n"));
  }

  @Test
  void anOpenOneSaysNothingOfTheEnd() throws Exception {
    JsonNode json = JSON.readTree(Manifests.open().toJson());
    assertEquals("open", json.get("state").textValue());
    for (String field : ENDING) {
      assertTrue(json.get(field).isNull(), field);
    }
    assertEquals("demo", json.get("episode_id").textValue());
    assertFalse(json.get("available_in_deployment").booleanValue());
    assertEquals(1_700_000_000_123_456_789L, json.get("started_wall_ns").longValue());
  }

  @Test
  void anEndedOneSaysAll() throws Exception {
    JsonNode json = JSON.readTree(Manifests.open().ended(Manifests.ENDING).toJson());
    assertEquals("ended", json.get("state").textValue());
    assertEquals("process_gone", json.get("end_reason").textValue());
    assertEquals(7, json.get("exit_code").intValue());
    assertEquals(600, json.get("rows").longValue());
    assertEquals("ab".repeat(32), json.get("chain").textValue());
  }

  @Test
  void itComesBackAsItWas() throws Exception {
    Manifest open = Manifests.open();
    assertEquals(open, Manifest.fromJson(open.toJson()));
    assertEquals(Manifest.Ending.NONE, Manifest.fromJson(open.toJson()).ending());
    Manifest ended = open.ended(Manifests.ENDING);
    assertEquals(ended, Manifest.fromJson(ended.toJson()));
  }

  @ParameterizedTest
  @EnumSource(EndReason.class)
  void everyReasonHasItsWordAndItsText(EndReason reason) throws Exception {
    Manifest ended =
        Manifests.open()
            .ended(
                new Manifest.Ending(
                    1L, reason, null, 0L, 0L, 0L, 0L, 0L, 0L, "ab".repeat(32), null));
    assertEquals(
        reason.name().toLowerCase(java.util.Locale.ROOT),
        JSON.readTree(ended.toJson()).get("end_reason").textValue());
    assertEquals(ended, Manifest.fromJson(ended.toJson()));
    assertFalse(reason.text().isBlank());
  }

  @Test
  void closingChangesTheChainAndWhatTheTopicTookAndNothingElse() {
    Manifest.Ending before = Manifests.ENDING.closed(null, 0L);
    assertEquals(0, before.rowsAcknowledged());
    assertNull(before.chain());
    assertEquals(600, before.rows());
    assertEquals(Manifests.ENDING, before.closed(Manifests.ENDING.chain(), 600L));
  }

  @Test
  void fieldsOfALaterVersionAreToleratedAndMissingOnesOfTheEndToo() throws Exception {
    ObjectNode json = (ObjectNode) JSON.readTree(Manifests.open().toJson());
    json.put("added_later", 1).putObject("nested").putArray("deep").add(1);
    json.remove(ENDING);
    assertEquals(Manifests.open(), Manifest.fromJson(JSON.writeValueAsBytes(json)));
  }

  @Test
  void aProcessIsItsPidAndStartWithinOneBoot() {
    Manifest.Beginning beginning = Manifests.open().beginning();
    String boot = beginning.bootId();
    assertTrue(beginning.isProcess(boot, 4_711, 123_456_789_012L));
    assertFalse(beginning.isProcess("another", 4_711, 123_456_789_012L));
    assertFalse(beginning.isProcess(null, 4_711, 123_456_789_012L));
    assertFalse(beginning.isProcess(boot, 4_712, 123_456_789_012L));
    assertFalse(beginning.isProcess(boot, 4_711, 123_456_789_013L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\n",
        "null",
        "1",
        "\"text\"",
        "[]",
        "{}",
        "{",
        "garbage",
        "{\"episode_id\": \"demo\"}",
        "{\"state\": \"open\"}",
        "{\"episode_id\": null, \"state\": \"open\"}",
        "{\"episode_id\": \"demo\", \"state\": null}",
        "{\"episode_id\": \"demo\", \"state\": \"half\\nopen\"}",
        "{\"episode_id\": \"demo\", \"state\": {}}",
        "{\"episode_id\": {}, \"state\": \"open\"}",
        "{\"episode_id\": \"demo\", \"state\": \"open\", \"pid\": \"x\\ny\"}",
        "{\"episode_id\": \"demo\", \"state\": \"open\", \"pid\": 1e99}",
        "{\"episode_id\": \"demo\", \"state\": \"ended\", \"end_reason\": \"a\\nb\"}",
        "{\"episode_id\": \"demo\", \"state\": \"ended\", \"rows\": []}"
      })
  void whatIsNoManifestIsOneLineOfError(String json) {
    assertOneLineOfError(json.getBytes(UTF_8));
  }

  @Test
  void cutAnywhereItIsNoManifest() {
    byte[] whole = Manifests.open().ended(Manifests.ENDING).toJson();
    for (int length = 0; length < whole.length; length++) {
      assertOneLineOfError(Arrays.copyOf(whole, length));
    }
  }

  private static void assertOneLineOfError(byte[] json) {
    var error = assertThrows(IOException.class, () -> Manifest.fromJson(json));
    assertSame(IOException.class, error.getClass(), "the message is ours");
    assertTrue(error.getMessage().startsWith("not a manifest: "), error.getMessage());
    assertEquals(1, error.getMessage().lines().count(), error.getMessage());
  }

  @Test
  void randomlyDamagedItIsAManifestOrAnErrorOfOneLine() {
    SplittableRandom random = Seed.random("ManifestTest");
    byte[] whole = Manifests.open().ended(Manifests.ENDING).toJson();
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = whole.clone();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        assertNotNull(Manifest.fromJson(damaged).beginning().episodeId());
      } catch (IOException error) {
        assertTrue(error.getMessage().startsWith("not a manifest: "), error.getMessage());
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
      }
    }
  }
}
