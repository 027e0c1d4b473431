package cis490.hostproc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Run;
import cis490.hostproc.episode.Ticks;
import cis490.hostproc.proc.Auxv;
import cis490.hostproc.proc.Host;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.proc.TimeNamespace;
import cis490.hostproc.row.Row;
import cis490.hostproc.row.RowEncoder;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.testkit.Schemas;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schemas, as the jar holds them; those of rows and manifests against what the code writes. */
class SchemasTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final BigInteger UNSIGNED_MAX = new BigInteger("18446744073709551615");
  private static final BigInteger SIGNED_MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final long PID = 4711;
  private static final EpisodeId EPISODE_ID = new EpisodeId("demo-1.2_3");

  private static final JsonNode ROW_SCHEMA = read(RowFormat.SCHEMA_RESOURCE);
  private static final JsonNode EPISODE_SCHEMA = read(Manifest.SCHEMA_RESOURCE);
  private static final JsonNode AGENT_SCHEMA = read(AgentConfig.SCHEMA_RESOURCE);
  private static final JsonNode RUN_SCHEMA = EPISODE_SCHEMA.at("/properties/runs/items");
  private static final Schema ROW = Schemas.REGISTRY.getSchema(ROW_SCHEMA);
  private static final Schema EPISODE = Schemas.REGISTRY.getSchema(EPISODE_SCHEMA);

  /** What only the host can see; the rest of a row are the clocks and two constants. */
  private static final Set<String> ORACLE_ONLY_IN_ROW =
      Set.of(
          "cpu_user_jiffies",
          "cpu_sys_jiffies",
          "rss_bytes",
          "vsize_bytes",
          "io_read_bytes",
          "io_write_bytes",
          "voluntary_ctxsw",
          "involuntary_ctxsw",
          "minor_faults",
          "major_faults");

  private static final Set<String> NULLABLE_IN_ROW =
      Set.of("io_read_bytes", "io_write_bytes", "voluntary_ctxsw", "involuntary_ctxsw");

  private static final Set<String> CONSTANT = Set.of("source", "available_in_deployment");

  @TempDir private Path procRoot;

  static List<String> rowFields() {
    return names(ROW_SCHEMA.get("properties"));
  }

  static List<String> rowNumbers() {
    List<String> numbers = new ArrayList<>(rowFields());
    numbers.removeAll(CONSTANT);
    return numbers;
  }

  static List<String> episodeFields() {
    return names(EPISODE_SCHEMA.get("properties"));
  }

  static List<JsonNode> schemas() {
    return List.of(ROW_SCHEMA, EPISODE_SCHEMA, AGENT_SCHEMA);
  }

  /** The schemas of what the code writes, and those that lie in them. */
  static List<JsonNode> objects() {
    return List.of(ROW_SCHEMA, EPISODE_SCHEMA, RUN_SCHEMA);
  }

  static List<String> runFields() {
    return names(RUN_SCHEMA.get("properties"));
  }

  // The schemas themselves.

  @Test
  void namesAreThoseOfTheCode() {
    assertEquals(RowFormat.SCHEMA_ID, ROW_SCHEMA.get("$id").textValue());
    assertEquals(Manifest.SCHEMA_ID, EPISODE_SCHEMA.get("$id").textValue());
    assertEquals(AgentConfig.SCHEMA_ID, AGENT_SCHEMA.get("$id").textValue());
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void isAValidSchemaOf202012(JsonNode schema) {
    String dialect = "https://json-schema.org/draft/2020-12/schema";
    assertEquals(dialect, schema.get("$schema").textValue());
    assertEquals(
        List.of(),
        Schemas.REGISTRY.getSchema(SchemaLocation.of(dialect)).validate(schema),
        "meta-schema");
  }

  @ParameterizedTest
  @MethodSource("objects")
  void takesAllOfItsFieldsAndNoOther(JsonNode schema) {
    assertEquals(names(schema.get("properties")), texts(schema.get("required")));
    assertEquals(BooleanNode.FALSE, schema.get("additionalProperties"));
    assertEquals("object", schema.get("type").textValue());
  }

  @ParameterizedTest
  @MethodSource("objects")
  void everyFieldSaysWhatItIs(JsonNode schema) {
    assertEquals(BooleanNode.TRUE, schema.get("x-oracle-only"));
    assertFalse(schema.path("title").asText().isBlank(), "title");
    assertFalse(schema.path("description").asText().isBlank(), "description");
    for (String name : names(schema.get("properties"))) {
      JsonNode field = schema.at("/properties/" + name);
      assertFalse(field.path("title").asText().isBlank(), name + ": title");
      assertFalse(field.path("description").asText().isBlank(), name + ": description");
      assertTrue(field.path("x-oracle-only").isBoolean(), name + ": x-oracle-only");
      assertTrue(field.has("x-kernel-source"), name + ": x-kernel-source");
      if (types(field).contains("integer")) {
        assertFalse(field.path("x-unit").asText().isBlank(), name + ": x-unit");
        assertTrue(field.path("minimum").isIntegralNumber(), name + ": minimum");
        assertTrue(field.path("maximum").isIntegralNumber(), name + ": maximum");
      }
      if (types(field).contains("null")) {
        assertTrue(field.get("description").textValue().contains("Null "), name + ": null when?");
      }
    }
  }

  @Test
  void rowFieldsHaveAKernelSourceUnlessConstant() {
    for (String name : rowFields()) {
      JsonNode source = ROW_SCHEMA.at("/properties/" + name + "/x-kernel-source");
      assertEquals(CONSTANT.contains(name), source.isNull(), name);
      assertTrue(source.isNull() || !source.textValue().isBlank(), name);
    }
  }

  @Test
  void theOracleOnlyFieldsOfARowCanBeFilteredByMachine() {
    Set<String> marked = new TreeSet<>(rowFields());
    marked.removeIf(
        name -> !ROW_SCHEMA.at("/properties/" + name + "/x-oracle-only").booleanValue());
    assertEquals(new TreeSet<>(ORACLE_ONLY_IN_ROW), marked);
  }

  @Test
  void kernelNumbersReachAllUnsigned64Bits() {
    for (String name : rowNumbers()) {
      JsonNode field = ROW_SCHEMA.at("/properties/" + name);
      BigInteger max = ORACLE_ONLY_IN_ROW.contains(name) ? UNSIGNED_MAX : SIGNED_MAX;
      assertEquals(BigInteger.ZERO, field.get("minimum").bigIntegerValue(), name);
      assertEquals(max, field.get("maximum").bigIntegerValue(), name);
      assertEquals(NULLABLE_IN_ROW.contains(name), types(field).contains("null"), name);
    }
  }

  // Rows.

  @Test
  void aRealRowIsValid() throws Exception {
    assertEquals(List.of(), ROW.validate(realRow()));
  }

  @Test
  void fieldsComeInTheOrderOfTheSchema() throws Exception {
    assertEquals(rowFields(), names(realRow()));
    assertEquals(14, rowFields().size());
  }

  @Test
  void theLargestNumbersAreValid() throws Exception {
    String max = UNSIGNED_MAX.toString();
    fixture(stat(max), "read_bytes: " + max + "\nwrite_bytes: " + max + "\n", status(max));
    ObjectNode row = rowOf(procRoot, PID, 1, Long.MAX_VALUE, Long.MAX_VALUE);
    for (String name : ORACLE_ONLY_IN_ROW) {
      assertEquals(UNSIGNED_MAX, row.get(name).bigIntegerValue(), name);
    }
    assertEquals(List.of(), ROW.validate(row));
  }

  @Test
  void zeroIsValid() throws Exception {
    fixture(stat("0"), "read_bytes: 0\nwrite_bytes: 0\n", status("0"));
    assertEquals(List.of(), ROW.validate(rowOf(procRoot, PID, 4096, 0, 0)));
  }

  @Test
  void nullsOfUnreadableFilesAreValid() throws Exception {
    fixture(stat("7"), null, null);
    ObjectNode row = rowOf(procRoot, PID, 4096, 1, 1);
    for (String name : NULLABLE_IN_ROW) {
      assertTrue(row.get(name).isNull(), name);
    }
    assertEquals(List.of(), ROW.validate(row));
  }

  @ParameterizedTest
  @MethodSource("rowFields")
  void aMissingFieldIsRefused(String name) throws Exception {
    ObjectNode row = realRow();
    row.remove(name);
    assertEquals(Set.of("required"), refusals(ROW, row));
  }

  @ParameterizedTest
  @MethodSource("rowFields")
  void aRenamedFieldIsRefused(String name) throws Exception {
    ObjectNode row = realRow();
    row.set(name + "_", row.remove(name));
    assertEquals(Set.of("required", "additionalProperties"), refusals(ROW, row));
  }

  @Test
  void anAddedFieldIsRefused() throws Exception {
    assertEquals(
        Set.of("additionalProperties"), refusals(ROW, realRow().put("episode_id", "demo")));
  }

  @ParameterizedTest
  @MethodSource("rowNumbers")
  void aNumberOutOfItsRangeIsRefused(String name) throws Exception {
    BigInteger max = ORACLE_ONLY_IN_ROW.contains(name) ? UNSIGNED_MAX : SIGNED_MAX;
    JsonNode above = BigIntegerNode.valueOf(max.add(BigInteger.ONE));
    assertEquals(Set.of("minimum"), refusals(ROW, realRow().set(name, IntNode.valueOf(-1))));
    assertEquals(Set.of("maximum"), refusals(ROW, realRow().set(name, above)));
  }

  @ParameterizedTest
  @MethodSource("rowNumbers")
  void whatIsNoIntegerIsRefused(String name) throws Exception {
    List<JsonNode> others =
        List.of(
            DecimalNode.valueOf(new BigDecimal("1.5")), TextNode.valueOf("1"), BooleanNode.TRUE);
    for (JsonNode other : others) {
      assertEquals(Set.of("type"), refusals(ROW, realRow().set(name, other)), other.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("rowFields")
  void nullIsRefusedWhereTheFileMustBeReadable(String name) throws Exception {
    boolean refused = !refusals(ROW, realRow().set(name, NullNode.instance)).isEmpty();
    assertEquals(!NULLABLE_IN_ROW.contains(name), refused);
  }

  @Test
  void availableInDeploymentIsRefused() throws Exception {
    ObjectNode row = realRow().put("available_in_deployment", true);
    assertEquals(Set.of("const"), refusals(ROW, row));
  }

  @ParameterizedTest
  @ValueSource(strings = {"guest_proc", "HOST_PROC", "host_proc ", ""})
  void anotherSourceIsRefused(String source) throws Exception {
    assertEquals(Set.of("const"), refusals(ROW, realRow().put("source", source)));
  }

  // Manifests.

  @Test
  void anOpenManifestIsValid() throws Exception {
    assertEquals(List.of(), EPISODE.validate(json(open())));
  }

  @ParameterizedTest
  @EnumSource
  void anEndedManifestIsValid(EndReason reason) throws Exception {
    assertEquals(List.of(), EPISODE.validate(ended(reason, 143, 100L)));
  }

  @Test
  void anEndedManifestNeedsNoExitCodeAndNoTopicAndNoChain() throws Exception {
    assertEquals(List.of(), EPISODE.validate(ended(EndReason.SIGNAL, null, null)));
    assertEquals(List.of(), EPISODE.validate(ended(EndReason.SIGNAL, null, null).putNull("chain")));
  }

  @Test
  void aSealedManifestIsValid() throws Exception {
    assertEquals(List.of(), EPISODE.validate(sealed()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"chain", "rows_acknowledged"})
  void aSealedManifestKnowsWhatTheTopicHolds(String name) throws Exception {
    assertEquals(Set.of("not"), refusals(EPISODE, sealed().putNull(name)));
  }

  @Test
  void manifestsOfAllRunsAreValid() throws Exception {
    Manifest killed = goingOn(goingOn(open()));
    assertEquals(List.of(), EPISODE.validate(json(killed)));
    Manifest found = killed.ended(ending(EndReason.UNKNOWN, null, null));
    assertEquals(List.of(), EPISODE.validate(json(found)));
    Manifest many = open();
    for (int run = 0; run < 2 * Manifest.RUNS_MAX; run++) {
      many = goingOn(many);
    }
    ObjectNode most = json(many);
    assertEquals(List.of(), EPISODE.validate(most));
    most.withArray("runs").add(most.at("/runs/0"));
    assertEquals(Set.of("maxItems"), refusals(EPISODE, most));
  }

  @Test
  void anImportedManifestIsValid() throws Exception {
    Manifest imported = imported(1L);
    assertEquals(List.of(), EPISODE.validate(json(imported)));
    Manifest.Ending nothing =
        new Manifest.Ending(null, EndReason.UNKNOWN, null, 0L, 1L, 0L, null, null);
    Manifest empty = imported(null).ended(nothing).sealed("00".repeat(32), 0);
    assertEquals(List.of(), EPISODE.validate(json(empty)));
    assertEquals(List.of(), EPISODE.validate(json(goingOn(imported))));
  }

  @Test
  void whatIsSampledHasAProcessAndWhatIsImportedHasNone() throws Exception {
    ObjectNode imported = json(imported(1L));
    ObjectNode open = json(open());
    for (String name : episodeFields()) {
      if (imported.get(name).isNull() && !open.get(name).isNull()) {
        JsonNode value = open.get(name);
        assertFalse(refusals(EPISODE, imported.deepCopy().set(name, value)).isEmpty(), name);
      }
    }
    assertEquals(
        Set.of("maxItems"), refusals(EPISODE, imported.deepCopy().set("runs", open.get("runs"))));
    for (String name : List.of("host_name", "pid", "interval_ms", "started_wall_ns")) {
      assertEquals(Set.of("not"), refusals(EPISODE, open.deepCopy().putNull(name)), name);
    }
  }

  @Test
  void manifestFieldsAreThoseOfTheSchemaInItsOrder() throws Exception {
    for (ObjectNode manifest :
        List.of(json(open()), ended(EndReason.DURATION, 0, 100L), json(imported(null)))) {
      assertEquals(episodeFields(), names(manifest));
      manifest.get("runs").forEach(run -> assertEquals(runFields(), names(run)));
    }
  }

  @Test
  void theStatesAndTheEndReasonsAreThoseOfTheCode() throws Exception {
    Set<String> written = new TreeSet<>();
    for (EndReason reason : EndReason.values()) {
      written.add(ended(reason, 0, 0L).get("end_reason").textValue());
    }
    for (String enumeration : List.of("end_reason", "runs/items/properties/end_reason")) {
      Set<String> known =
          new TreeSet<>(texts(EPISODE_SCHEMA.at("/properties/" + enumeration + "/enum")));
      assertTrue(known.remove("null"), "null while open");
      assertEquals(known, written);
    }
    assertEquals(
        List.of("open", "ended", "sealed", "retired"),
        texts(EPISODE_SCHEMA.at("/properties/state/enum")));
    assertEquals(4, Manifest.State.values().length);
    assertEquals(Manifest.RUNS_MAX, EPISODE_SCHEMA.at("/properties/runs/maxItems").intValue());
  }

  @Test
  void theLongestEpisodeIdIsValidAndALongerOneIsRefused() throws Exception {
    String longest = "e".repeat(EPISODE_SCHEMA.at("/properties/episode_id/maxLength").intValue());
    ObjectNode manifest = json(Manifest.open(beginning(new EpisodeId(longest)), run(0)));
    assertEquals(List.of(), EPISODE.validate(manifest));
    assertEquals(Set.of("maxLength"), refusals(EPISODE, manifest.put("episode_id", longest + "e")));
  }

  @ParameterizedTest
  @MethodSource("episodeFields")
  void aMissingManifestFieldIsRefused(String name) throws Exception {
    ObjectNode manifest = ended(EndReason.DURATION, 0, 100L);
    manifest.remove(name);
    assertEquals(Set.of("required"), refusals(EPISODE, manifest));
  }

  @Test
  void anAddedManifestFieldIsRefused() throws Exception {
    ObjectNode manifest = ended(EndReason.DURATION, 0, 100L).put("label", "malware");
    assertEquals(Set.of("additionalProperties"), refusals(EPISODE, manifest));
  }

  @Test
  void manifestConstantsAreFixed() throws Exception {
    for (String name : List.of("source", "schema")) {
      ObjectNode manifest = ended(EndReason.DURATION, 0, 100L).put(name, "other");
      assertEquals(Set.of("const"), refusals(EPISODE, manifest), name);
    }
    ObjectNode leaked = ended(EndReason.DURATION, 0, 100L).put("available_in_deployment", true);
    assertEquals(Set.of("const"), refusals(EPISODE, leaked));
  }

  @ParameterizedTest
  @MethodSource("runFields")
  void aMissingFieldOfARunIsRefused(String name) throws Exception {
    ObjectNode manifest = ended(EndReason.DURATION, 0, 100L);
    ((ObjectNode) manifest.at("/runs/0")).remove(name);
    assertEquals(Set.of("required"), refusals(EPISODE, manifest));
  }

  @Test
  void anAddedFieldOfARunIsRefused() throws Exception {
    ObjectNode manifest = ended(EndReason.DURATION, 0, 100L);
    ((ObjectNode) manifest.at("/runs/0")).put("label", "malware");
    assertEquals(Set.of("additionalProperties"), refusals(EPISODE, manifest));
  }

  @Test
  void anOpenManifestKnowsNothingOfItsEnd() throws Exception {
    ObjectNode ended = ended(EndReason.DURATION, 0, 100L).put("lines_skipped", 1);
    for (String name :
        List.of(
            "ended_wall_ns",
            "end_reason",
            "exit_code",
            "rows",
            "lines_skipped",
            "bytes",
            "chain",
            "rows_acknowledged")) {
      ObjectNode open = json(open()).set(name, ended.get(name));
      assertTrue(refusals(EPISODE, open).contains("type"), name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ended_wall_ns", "end_reason", "rows", "bytes"})
  void anEndedManifestKnowsItsEnd(String name) throws Exception {
    ObjectNode manifest = ended(EndReason.DURATION, 0, 100L).putNull(name);
    assertEquals(Set.of("not"), refusals(EPISODE, manifest));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ended_wall_ns",
        "exit_code",
        "rows",
        "ticks_missed",
        "ticks_malformed",
        "ticks_unwritten",
        "lateness_max_ns"
      })
  void aRunKnowsItsEndAllAtOnce(String name) throws Exception {
    ObjectNode ended = ended(EndReason.DURATION, 0, 100L);
    ObjectNode open = json(goingOn(open()));
    JsonNode value = ended.at("/runs/0/" + name);
    ((ObjectNode) open.at("/runs/1")).set(name, value);
    assertEquals(Set.of("type"), refusals(EPISODE, open), "open");

    if (!name.equals("rows")) {
      ObjectNode killed = json(goingOn(open()));
      ((ObjectNode) killed.at("/runs/0")).set(name, value);
      assertEquals(Set.of("type"), refusals(EPISODE, killed), "killed");
    }
    if (!name.equals("exit_code")) {
      ((ObjectNode) ended.at("/runs/0")).putNull(name);
      assertEquals(Set.of("not"), refusals(EPISODE, ended), "ended");
    }
  }

  @Test
  void manifestNumbersOutOfTheirRangeAreRefused() throws Exception {
    for (String name : episodeFields()) {
      assertRangeIsHeld(EPISODE_SCHEMA, name, "");
    }
    for (String name : runFields()) {
      assertRangeIsHeld(RUN_SCHEMA, name, "/runs/0");
    }
  }

  private static void assertRangeIsHeld(JsonNode schema, String name, String place)
      throws IOException {
    JsonNode field = schema.at("/properties/" + name);
    if (!types(field).contains("integer")) {
      return;
    }
    BigInteger above = field.get("maximum").bigIntegerValue().add(BigInteger.ONE);
    JsonNode below = LongNode.valueOf(field.get("minimum").longValue() - 1);
    ObjectNode manifest = ended(EndReason.DURATION, 0, 100L);
    ObjectNode object = (ObjectNode) manifest.at(place);
    object.set(name, BigIntegerNode.valueOf(above));
    assertEquals(Set.of("maximum"), refusals(EPISODE, manifest), name);
    object.set(name, below);
    assertEquals(Set.of("minimum"), refusals(EPISODE, manifest), name);
  }

  private static Manifest.Beginning beginning(EpisodeId episode) throws IOException {
    Auxv units = Auxv.ofThisKernel();
    return Manifest.Beginning.of(
        episode,
        RowFormat.SOURCE,
        RowFormat.AVAILABLE_IN_DEPLOYMENT,
        RowFormat.SCHEMA_ID,
        run(0),
        units.clockTicksPerSecond(),
        units.pageSizeBytes());
  }

  private static Run.Start run(long firstRow) throws IOException {
    Host host = Host.read(Path.of("/proc"));
    return new Run.Start(
        "0.1.0",
        host.name(),
        host.bootId(),
        PID,
        "qemu-system-x86",
        123_456,
        100,
        System.nanoTime(),
        TimeNamespace.monotonicOffsetNs(),
        System.currentTimeMillis() * 1_000_000,
        firstRow,
        0);
  }

  private static Manifest open() throws IOException {
    return Manifest.open(beginning(EPISODE_ID), run(0));
  }

  private static Manifest goingOn(Manifest before) throws IOException {
    return before.goingOn(beginning(EPISODE_ID), run(100));
  }

  private static Manifest imported(Long startedWallNs) {
    return Manifest.imported(
        Manifest.Beginning.imported(
            EPISODE_ID,
            RowFormat.SOURCE,
            RowFormat.AVAILABLE_IN_DEPLOYMENT,
            RowFormat.SCHEMA_ID,
            startedWallNs));
  }

  private static Manifest.Ending ending(EndReason reason, Integer exitCode, Long acknowledged) {
    return new Manifest.Ending(
        System.currentTimeMillis() * 1_000_000,
        reason,
        exitCode,
        100L,
        null,
        42_000L,
        "0123456789abcdef".repeat(4),
        acknowledged);
  }

  /** The episode with its reason; its run ends because the duration was over. */
  private static ObjectNode ended(EndReason reason, Integer exitCode, Long acknowledged)
      throws IOException {
    Run.End end =
        new Run.End(System.currentTimeMillis() * 1_000_000, EndReason.DURATION, 143, 100L);
    return json(
        open()
            .runEnded(end, new Ticks(1L, 0L, 0L, 250_000L))
            .ended(ending(reason, exitCode, acknowledged)));
  }

  private static ObjectNode sealed() throws IOException {
    return json(
        Manifest.fromJson(JSON.writeValueAsBytes(ended(EndReason.DURATION, 0, 100L)))
            .sealed("0123456789abcdef".repeat(4), 100));
  }

  private static ObjectNode json(Manifest manifest) throws IOException {
    return (ObjectNode) JSON.readTree(manifest.toJson());
  }

  private static ObjectNode realRow() throws Exception {
    return rowOf(
        Path.of("/proc"),
        ProcessHandle.current().pid(),
        Auxv.ofThisKernel().pageSizeBytes(),
        100_000_000,
        System.currentTimeMillis() * 1_000_000);
  }

  /** Read, taken over and encoded as the sampling loop does it. */
  private static ObjectNode rowOf(
      Path procRoot, long pid, long pageSizeBytes, long tMonoNs, long tWallNs) throws Exception {
    try (ProcessFiles files = ProcessFiles.open(procRoot, pid)) {
      assertEquals(ProcessFiles.Found.ALIVE, files.read());
      Row row = new Row();
      row.take(files, pageSizeBytes);
      row.at(tMonoNs, tWallNs);
      return (ObjectNode) JSON.readTree(UTF_8.decode(new RowEncoder().encode(row)).toString());
    }
  }

  /** A process whose files say what they are told; null leaves a file out. */
  private void fixture(String stat, String io, String status) throws IOException {
    Path process = Files.createDirectory(procRoot.resolve(Long.toString(PID)));
    Files.writeString(process.resolve("stat"), stat);
    if (io != null) {
      Files.writeString(process.resolve("io"), io);
    }
    if (status != null) {
      Files.writeString(process.resolve("status"), status);
    }
  }

  /** Fields 10, 12, 14, 15, 23 and 24 are the number; one thread, start time 1. */
  private static String stat(String n) {
    return String.format(
        "%d (qemu) S 1 1 1 0 -1 0 %s 0 %s 0 %s %s 0 0 20 0 1 0 1 %s %s 0%n", PID, n, n, n, n, n, n);
  }

  private static String status(String n) {
    return "Name:\tqemu\nvoluntary_ctxt_switches:\t"
        + n
        + "\nnonvoluntary_ctxt_switches:\t"
        + n
        + "\n";
  }

  /** The keywords that refuse a document, so that it can't be refused for another reason. */
  private static Set<String> refusals(Schema schema, JsonNode document) {
    Set<String> keywords = new TreeSet<>();
    for (Error error : schema.validate(document)) {
      keywords.add(error.getKeyword());
    }
    return keywords;
  }

  private static JsonNode read(String resource) {
    try (InputStream in = SchemasTest.class.getResourceAsStream(resource)) {
      assertNotNull(in, resource);
      return JSON.readTree(in);
    } catch (IOException unreadable) {
      throw new AssertionError(resource, unreadable);
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }

  private static List<String> types(JsonNode field) {
    JsonNode type = field.get("type");
    return type.isArray() ? texts(type) : List.of(type.textValue());
  }
}
