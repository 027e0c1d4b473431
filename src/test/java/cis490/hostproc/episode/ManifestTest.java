package cis490.hostproc.episode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Seed;
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

/** The manifest's one object: there and back, from run to run, and what is no manifest. */
class ManifestTest {

  @Test
  void whatCanNotBeInAManifestIsNamed() {
    Manifest ended = Manifests.ended();
    assertNull(ended.contradiction());
    assertNull(Manifests.open().contradiction());
    assertNull(Manifests.goneOn(ended, 600).contradiction());
    Manifest open = Manifests.open().ended(Manifests.ENDING);
    assertNull(open.contradiction(), "a run that was killed is settled");
    Manifest gap = Manifests.goneOn(ended, 700).ended(Manifests.ENDING);
    assertEquals("run 2 begins at row 700, not 600", gap.contradiction());
    Manifest more =
        Manifests.open()
            .runEnded(new Run.End(1L, EndReason.DURATION, null, 599L), Manifests.TICKS)
            .ended(Manifests.ENDING);
    assertEquals("the last run ends at row 599, and the file at 600", more.contradiction());
    Manifest running =
        new Manifest(
            ended.beginning(),
            Manifest.State.SEALED,
            ended.ending(),
            ended.ticks(),
            Manifests.open().runs(),
            List.of());
    assertEquals("run 1 is open, and the episode has ended", running.contradiction());
  }

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
          "mono_offset_ns",
          "started_wall_ns");

  private static final List<String> ENDING =
      List.of(
          "ended_wall_ns",
          "end_reason",
          "exit_code",
          "rows",
          "lines_skipped",
          "bytes",
          "chain",
          "rows_acknowledged",
          "alteration");

  private static final List<String> TICKS =
      List.of("ticks_missed", "ticks_malformed", "ticks_unwritten", "lateness_max_ns");

  private static final List<String> RUN =
      List.of(
          "number",
          "collector_version",
          "host_name",
          "boot_id",
          "pid",
          "command_name",
          "process_start_ticks",
          "interval_ms",
          "origin_mono_ns",
          "mono_offset_ns",
          "started_wall_ns",
          "first_row",
          "torn_bytes",
          "ended_wall_ns",
          "end_reason",
          "exit_code",
          "rows");

  @Test
  void fieldsAreFlatButForTheListsAndAlwaysInTheSameOrder() throws Exception {
    List<String> all = new ArrayList<>(BEGINNING);
    all.add("state");
    all.addAll(ENDING);
    all.addAll(TICKS);
    all.add("runs");
    all.add("marks");
    List<String> allOfARun = new ArrayList<>(RUN);
    allOfARun.addAll(TICKS);
    for (Manifest manifest : List.of(Manifests.open(), Manifests.ended(), Manifests.imported())) {
      ObjectNode json = json(manifest);
      assertEquals(all, names(json));
      for (JsonNode run : json.remove("runs")) {
        assertEquals(allOfARun, names(run));
        run.forEach(value -> assertTrue(value.isValueNode()));
      }
      assertTrue(json.remove("marks").isArray());
      json.forEach(value -> assertTrue(value.isValueNode()));
    }
  }

  @Test
  void marksStandInTheOrderOfTheirWallClock() throws Exception {
    Mark late = new Mark("infecting", "dropper started", 2_000, 12_000);
    Mark early = new Mark("armed", null, -5, 10_000);
    Manifest marked = Manifests.open().marked(late).marked(early);
    assertEquals(List.of(early, late), marked.marks());
    assertEquals(marked, Manifest.fromJson(marked.toJson()));
    JsonNode first = json(marked).get("marks").get(0);
    assertEquals(List.of("name", "detail", "t_mono_ns", "t_wall_ns"), names((ObjectNode) first));
    assertTrue(first.get("detail").isNull());
  }

  /** Kafka's may have marks of an earlier run, the file's those of this one. */
  @Test
  void marksOfBothAreKeptEachOnce() {
    Mark one = new Mark("armed", null, 1, 10);
    Mark two = new Mark("infecting", null, 2, 20);
    Manifest known = Manifests.open().marked(one);
    Manifest ours = Manifests.open().marked(two).marked(one);
    assertEquals(List.of(one, two), ours.goingOnAfter(known).marks());
    assertEquals(List.of(one, two), ours.keeping(known).marks());
  }

  @Test
  void marksHaveALimit() {
    Manifest full = Manifests.open();
    for (int i = 0; i < Manifest.MARKS_MAX; i++) {
      full = full.marked(new Mark("m", null, i, i));
    }
    Manifest most = full;
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class, () -> most.marked(new Mark("one more", null, 0, 0)));
    assertEquals("has 1000 marks already", refused.getMessage());
  }

  @Test
  void itIsOneLine() {
    String json = new String(Manifests.open().toJson(), UTF_8);
    assertEquals(1, json.lines().count());
    assertFalse(json.endsWith("\n"));
  }

  @Test
  void anOpenOneSaysNothingOfTheEnd() throws Exception {
    JsonNode json = json(Manifests.open());
    assertEquals("open", json.get("state").textValue());
    for (String field : ENDING) {
      assertTrue(json.get(field).isNull(), field);
    }
    for (String field : TICKS) {
      assertEquals(0, json.get(field).longValue(), field);
      assertTrue(json.at("/runs/0/" + field).isNull(), field);
    }
    for (String field : List.of("ended_wall_ns", "end_reason", "exit_code", "rows")) {
      assertTrue(json.at("/runs/0/" + field).isNull(), field);
    }
    assertEquals("demo", json.get("episode_id").textValue());
    assertFalse(json.get("available_in_deployment").booleanValue());
    assertEquals(1_700_000_000_123_456_789L, json.get("started_wall_ns").longValue());
    assertEquals(1, json.at("/runs/0/number").longValue());
    assertEquals(17, json.at("/runs/0/torn_bytes").longValue());
  }

  @Test
  void anEndedOneSaysAll() throws Exception {
    JsonNode json = json(Manifests.ended());
    assertEquals("ended", json.get("state").textValue());
    assertEquals("process_gone", json.get("end_reason").textValue());
    assertEquals(7, json.get("exit_code").intValue());
    assertEquals(600, json.get("rows").longValue());
    assertEquals("ab".repeat(32), json.get("chain").textValue());
    assertEquals(2, json.get("ticks_malformed").longValue());
    assertEquals(600, json.at("/runs/0/rows").longValue());
    assertEquals("process_gone", json.at("/runs/0/end_reason").textValue());
    assertEquals(456_789, json.at("/runs/0/lateness_max_ns").longValue());
  }

  @Test
  void anImportedOneKnowsNoProcessAndNoRun() throws Exception {
    JsonNode json = json(Manifests.imported());
    for (String field : BEGINNING.subList(5, BEGINNING.size() - 1)) {
      assertTrue(json.get(field).isNull(), field);
    }
    TICKS.forEach(field -> assertTrue(json.get(field).isNull(), field));
    assertEquals(1_600_000_000_000_000_000L, json.get("started_wall_ns").longValue());
    assertEquals("oracle.host-proc.demo", json.get("topic").textValue());
    assertEquals("open", json.get("state").textValue());
    assertTrue(json.get("runs").isEmpty());
  }

  @Test
  void itComesBackAsItWas() throws Exception {
    Manifest ended = Manifests.ended();
    Manifest sealed = ended.sealed("cd".repeat(32), 600);
    Manifest killed = Manifests.goneOn(Manifests.goneOn(sealed, 600), 700);
    for (Manifest each : List.of(Manifests.open(), ended, sealed, killed, Manifests.imported())) {
      assertEquals(each, Manifest.fromJson(each.toJson()));
    }
    Manifest open = Manifest.fromJson(Manifests.open().toJson());
    assertEquals(Manifest.Ending.NONE, open.ending());
    assertEquals(Run.End.NONE, open.runs().get(0).end());
  }

  @ParameterizedTest
  @EnumSource(EndReason.class)
  void everyReasonHasItsWordAndItsText(EndReason reason) throws Exception {
    Manifest ended =
        Manifests.imported()
            .ended(new Manifest.Ending(1L, reason, null, 0L, null, 0L, "ab".repeat(32), null));
    assertEquals(
        reason.name().toLowerCase(java.util.Locale.ROOT),
        json(ended).get("end_reason").textValue());
    assertEquals(ended, Manifest.fromJson(ended.toJson()));
    assertFalse(reason.text().isBlank());
  }

  @Test
  void closingAndSealingChangeTheChainAndWhatTheTopicTookAndNothingElse() {
    Manifest before = Manifests.ended();
    Manifest closed = before.closed(null, 0L);
    assertEquals(Manifest.State.ENDED, closed.state());
    assertEquals(0, closed.ending().rowsAcknowledged());
    assertNull(closed.ending().chain());
    assertEquals(600, closed.ending().rows());
    assertEquals(before, closed.closed(Manifests.ENDING.chain(), 600L));

    Manifest sealed = closed.sealed(Manifests.ENDING.chain(), 600);
    assertEquals(Manifest.State.SEALED, sealed.state());
    assertEquals(before, sealed.closed(Manifests.ENDING.chain(), 600L));
  }

  @Test
  void aFurtherRunOpensItAgainAndAddsToTheTotals() {
    Manifest again = Manifests.goneOn(Manifests.ended().sealed("ab".repeat(32), 600), 600);
    assertEquals(Manifest.State.OPEN, again.state());
    assertEquals(Manifest.Ending.NONE, again.ending());
    assertEquals(Manifests.TICKS, again.ticks(), "what is known so far");
    assertEquals(
        Manifests.open().beginning(), again.beginning(), "the episode's start is the first run's");
    assertEquals(List.of(1L, 2L), again.runs().stream().map(Run::number).toList());
    assertEquals(Manifests.RUN_END, again.runs().get(0).end());
    assertEquals(Manifests.start(600), again.runs().get(1).start());
    assertEquals(Run.End.NONE, again.runs().get(1).end());

    Ticks more = new Ticks(10L, 20L, 30L, 5L);
    Run.End end = new Run.End(1L, EndReason.SIGNAL, null, 11L);
    Manifest ended = again.runEnded(end, more).ended(Manifests.ENDING);
    assertEquals(new Ticks(11L, 22L, 33L, 456_789L), ended.ticks());
    assertEquals(more, ended.runs().get(1).ticks());
    assertEquals(end, ended.runs().get(1).end());
    assertEquals(again.runs().get(0), ended.runs().get(0));
  }

  @Test
  void aRunThatWasKilledIsKnownByItsRowsAlone() {
    Manifest third = Manifests.goneOn(Manifests.goneOn(Manifests.ended(), 600), 750);
    Run killed = third.runs().get(1);
    assertEquals(new Run.End(null, EndReason.UNKNOWN, null, 150L), killed.end());
    assertEquals(Ticks.UNKNOWN, killed.ticks());
    assertEquals(Manifests.TICKS, third.ticks());
    assertEquals(Run.End.NONE, third.runs().get(2).end());

    Manifest cut = Manifests.goneOn(third, 740);
    assertEquals(0, cut.runs().get(2).end().rows(), "a power cut took more than its rows");
  }

  @Test
  void anEndThatOthersFindSettlesTheRunThatWasKilled() {
    Manifest.Ending found =
        new Manifest.Ending(null, EndReason.UNKNOWN, null, 640L, 3L, 9L, null, null);
    Manifest ended = Manifests.goneOn(Manifests.ended(), 600).ended(found);
    assertEquals(Manifest.State.ENDED, ended.state());
    assertEquals(
        new Run.End(null, EndReason.UNKNOWN, null, 43L),
        ended.runs().get(1).end(),
        "all of its lines, the skipped ones too");
    assertEquals(ended.runs(), ended.ended(found).runs(), "once");
  }

  @Test
  void theLastHundredRunsAreKeptAndTheTotalsOfAll() throws Exception {
    Manifest manifest = Manifests.ended();
    for (int run = 2; run <= 250; run++) {
      manifest =
          Manifests.goneOn(manifest, 600)
              .runEnded(Manifests.RUN_END, Manifests.TICKS)
              .ended(Manifests.ENDING);
    }
    assertEquals(100, manifest.runs().size());
    assertEquals(151, manifest.runs().get(0).number());
    assertEquals(250, manifest.runs().get(99).number());
    assertEquals(new Ticks(250L, 500L, 750L, 456_789L), manifest.ticks());
    assertEquals(Manifests.open().beginning(), manifest.beginning());
    assertEquals(manifest, Manifest.fromJson(manifest.toJson()));
  }

  @Test
  void rowsOfSomethingElseGoOnWithAFirstRun() {
    Manifest manifest = Manifests.goneOn(Manifests.imported(), 50);
    assertEquals(Ticks.NONE, manifest.ticks());
    assertEquals(4_711, manifest.beginning().pid());
    assertEquals(1_600_000_000_000_000_000L, manifest.beginning().startedWallNs());
    assertEquals(1, manifest.runs().get(0).number());
    assertEquals(50, manifest.runs().get(0).start().firstRow());
  }

  /** As version 0.1.0 wrote it, before there were runs. */
  @Test
  void aManifestOfTheVersionBeforeIsReadAndGoneOnWith() throws Exception {
    String old =
        "{\"episode_id\":\"demo\",\"topic\":\"oracle.host-proc.demo\",\"source\":\"host_proc\","
            + "\"available_in_deployment\":false,"
            + "\"schema\":\"urn:cis490:hostproc:host_proc.row:1\","
            + "\"collector_version\":\"0.1.0\",\"host_name\":\"lab-7\","
            + "\"boot_id\":\"11111111-2222-3333-4444-555555555555\",\"pid\":4711,"
            + "\"command_name\":\"qemu\",\"process_start_ticks\":123456789012,"
            + "\"clock_ticks_per_second\":100,\"page_size_bytes\":4096,\"interval_ms\":100,"
            + "\"origin_mono_ns\":987654321098765,\"started_wall_ns\":1700000000123456789,"
            + "\"state\":\"ended\",\"ended_wall_ns\":1700000060000000000,"
            + "\"end_reason\":\"signal\",\"exit_code\":null,\"rows\":600,\"bytes\":204000,"
            + "\"ticks_missed\":1,\"ticks_malformed\":2,\"ticks_unwritten\":3,"
            + "\"lateness_max_ns\":456789,\"chain\":null,\"rows_acknowledged\":null}\n";
    Manifest manifest = Manifest.fromJson(old.getBytes(UTF_8));
    assertEquals(List.of(), manifest.runs());
    assertEquals(Manifests.TICKS, manifest.ticks());
    assertEquals(600, manifest.ending().rows());
    assertNull(manifest.ending().linesSkipped());
    assertTrue(
        manifest
            .beginning()
            .isProcess("11111111-2222-3333-4444-555555555555", 4_711, 123_456_789_012L));

    Manifest again = Manifests.goneOn(manifest, 600);
    assertEquals(Manifests.TICKS, again.ticks());
    assertEquals(1, again.runs().get(0).number());
    assertEquals(600, again.runs().get(0).start().firstRow());
  }

  @Test
  void fieldsOfALaterVersionAreToleratedAndMissingOnesOfTheEndToo() throws Exception {
    ObjectNode json = json(Manifests.open());
    json.put("added_later", 1).putObject("nested").putArray("deep").add(1);
    json.withArray("runs").forEach(run -> ((ObjectNode) run).put("added_later", 1));
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
    assertFalse(Manifests.imported().beginning().isProcess(boot, 4_711, 123_456_789_012L));
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
        "{\"episode_id\": \"demo\", \"state\": \"ended\", \"rows\": []}",
        "{\"episode_id\": \"demo\", \"state\": \"open\", \"runs\": 1}",
        "{\"episode_id\": \"demo\", \"state\": \"open\", \"runs\": {}}",
        "{\"episode_id\": \"demo\", \"state\": \"open\", \"runs\": [1]}",
        "{\"episode_id\": \"demo\", \"state\": \"open\", \"runs\": [{\"pid\": \"x\\ny\"}]}",
        "{\"episode_id\": \"demo\", \"state\": \"open\"} x",
        "{\"episode_id\": \"demo\", \"state\": \"open\"}\n{}"
      })
  void whatIsNoManifestIsOneLineOfError(String json) {
    assertOneLineOfError(json.getBytes(UTF_8));
  }

  @Test
  void cutAnywhereItIsNoManifest() {
    byte[] whole = Manifests.ended().toJson();
    for (int length = 0; length < whole.length; length++) {
      assertOneLineOfError(Arrays.copyOf(whole, length));
    }
  }

  private static ObjectNode json(Manifest manifest) throws IOException {
    return (ObjectNode) JSON.readTree(manifest.toJson());
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
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
    byte[] whole = Manifests.ended().toJson();
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
