package cis490.hostproc.row;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.check.RowCheck;
import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.NoSuchProcessException;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.testkit.Fixtures;
import cis490.hostproc.testkit.Tool;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fixture gives the row that the Python reference makes of it, save for the differences that
 * are named here.
 */
class ReferenceTest {

  /** Where the reference makes up a number, or samples the dead: what is said instead. */
  private static final Map<String, String> DIFFERENCES =
      Map.of(
          "io-cut",
          "io: does not end in a newline",
          "io-number-with-underscore",
          "io: read_bytes is not an unsigned 64-bit number",
          "rss-in-bytes-beyond-64-bits",
          "stat: rss (field 24) in bytes is beyond 64 bits",
          "stat-cut",
          "stat: does not end in a newline",
          "stat-number-beyond-64-bits",
          "stat: vsize (field 23) is not an unsigned 64-bit number",
          "stat-number-negative",
          "stat: minflt (field 10) is not an unsigned 64-bit number",
          "status-cut",
          "status: does not end in a newline",
          "zombie",
          "process 4242 is dead (a zombie)");

  /** Where both have no row: what is said. */
  private static final Map<String, String> NO_ROW =
      Map.of(
          "stat-missing", "process 4242 is not there",
          "stat-empty", "stat: does not end in a newline");

  /** Where the reference counts 0 of what the kernel does not give. */
  private static final String WITHOUT_SWITCHES = "status-without-switches";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A line of golden.jsonl. */
  private record Golden(String fixture, String line) {

    JsonNode json() throws IOException {
      return JSON.readTree(line);
    }

    /** The bytes that json.dumps wrote for the row alone: the last member of its line. */
    String row() {
      String before = "{\"case\": \"" + fixture + "\", \"pid\": " + Fixtures.PID + ", \"row\": ";
      assertTrue(line.startsWith(before) && line.endsWith("}}"), line);
      return line.substring(before.length(), line.length() - 1);
    }

    @Override
    public String toString() {
      return fixture;
    }
  }

  @ParameterizedTest
  @MethodSource("agreed")
  void eachNumberIsTheReferences(Golden golden) throws Exception {
    JsonNode row = golden.json().get("row");
    try (ProcessFiles files = ProcessFiles.open(Fixtures.procRoot(golden.fixture), Fixtures.PID)) {
      assertEquals(ProcessFiles.Found.ALIVE, files.read());
      Map<String, BigInteger> ours = new LinkedHashMap<>();
      ours.put("cpu_user_jiffies", unsigned(files.stat().userJiffies()));
      ours.put("cpu_sys_jiffies", unsigned(files.stat().sysJiffies()));
      ours.put("rss_bytes", unsigned(files.stat().rssBytes(Fixtures.PAGE_SIZE_BYTES)));
      ours.put("vsize_bytes", unsigned(files.stat().vsizeBytes()));
      boolean io = files.ioPresent();
      ours.put("io_read_bytes", io ? unsigned(files.io().readBytes()) : null);
      ours.put("io_write_bytes", io ? unsigned(files.io().writeBytes()) : null);
      boolean status = files.statusPresent();
      ours.put("voluntary_ctxsw", status ? unsigned(files.status().voluntarySwitches()) : null);
      ours.put("involuntary_ctxsw", status ? unsigned(files.status().involuntarySwitches()) : null);
      ours.put("minor_faults", unsigned(files.stat().minorFaults()));
      ours.put("major_faults", unsigned(files.stat().majorFaults()));
      Map<String, BigInteger> theirs = new LinkedHashMap<>();
      row.properties().stream()
          .skip(4) // Two times and two constants.
          .forEach(
              field ->
                  theirs.put(
                      field.getKey(),
                      field.getValue().isNull() ? null : field.getValue().bigIntegerValue()));
      assertEquals(new ArrayList<>(theirs.entrySet()), new ArrayList<>(ours.entrySet()));
    }
  }

  @ParameterizedTest
  @MethodSource("agreed")
  void theLineIsByteForByteWhatPythonWrites(Golden golden) throws Exception {
    assertEquals(golden.row() + "\n", ourLine(golden));
  }

  @ParameterizedTest
  @MethodSource("agreed")
  void theReferencesLineIsARow(Golden golden) {
    assertNull(new RowCheck().problem(golden.row().getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @MethodSource("different")
  void theReferenceMakesARowWhereThisCollectorNamesWhatIsWrong(Golden golden) throws Exception {
    assertTrue(golden.json().get("row").isObject());
    assertRefused(golden, DIFFERENCES.get(golden.fixture));
  }

  @Test
  void whatTheKernelDoesNotGiveIsNullAndNoZero() throws Exception {
    Golden golden =
        golden().filter(line -> line.fixture.equals(WITHOUT_SWITCHES)).findFirst().orElseThrow();
    String zeros = "\"voluntary_ctxsw\": 0, \"involuntary_ctxsw\": 0";
    assertTrue(golden.row().contains(zeros), golden.row());
    assertEquals(golden.row().replace(zeros, zeros.replace("0", "null")) + "\n", ourLine(golden));
  }

  @ParameterizedTest
  @MethodSource("withoutRow")
  void neitherMakesARowOfNothing(Golden golden) throws Exception {
    assertTrue(golden.json().path("row").isNull() || golden.json().has("error"), golden.line);
    assertRefused(golden, NO_ROW.get(golden.fixture));
  }

  private static void assertRefused(Golden golden, String why) {
    var refusal = assertThrows(Exception.class, () -> ourLine(golden));
    assertTrue(
        refusal instanceof MalformedKernelTextException
            || refusal instanceof NoSuchProcessException,
        refusal::toString);
    assertTrue(refusal.getMessage().startsWith(why), refusal.getMessage());
  }

  @Test
  void everyFixtureHasItsGoldenLineAndEveryDifferenceItsFixture() throws IOException {
    TreeSet<String> fixtures = new TreeSet<>();
    try (var folders = Files.newDirectoryStream(Fixtures.procRoots())) {
      folders.forEach(folder -> fixtures.add(folder.getFileName().toString()));
    }
    TreeSet<String> golden = new TreeSet<>();
    golden().forEach(line -> golden.add(line.fixture));
    assertEquals(fixtures, golden);
    assertTrue(fixtures.containsAll(DIFFERENCES.keySet()));
    assertTrue(fixtures.containsAll(NO_ROW.keySet()));
    assertNotEquals(0, agreed().count());
  }

  @Test
  void theGoldenFileIsWhatTheReferencePrintsNow() throws IOException, InterruptedException {
    Tool.require("python3", "--version");
    byte[] printed =
        Tool.output(
            new byte[0],
            "python3",
            Fixtures.reference().resolve("print_golden.py").toString(),
            Fixtures.procRoots().toString());
    assertEquals(
        new String(Files.readAllBytes(goldenFile()), StandardCharsets.UTF_8),
        new String(printed, StandardCharsets.UTF_8));
  }

  @Test
  void theFixturesAreWhatTheirScriptWrites(@TempDir Path written)
      throws IOException, InterruptedException {
    Tool.require("python3", "--version");
    Tool.output(
        new byte[0],
        "python3",
        Fixtures.reference().resolve("make_fixtures.py").toString(),
        written.toString());
    assertEquals(files(written), files(Fixtures.procRoots()));
    for (String file : files(written)) {
      assertArrayEquals(
          Files.readAllBytes(written.resolve(file)),
          Files.readAllBytes(Fixtures.procRoots().resolve(file)),
          file);
    }
  }

  /** The line with the golden row's two times, which no two samplers share. */
  private static String ourLine(Golden golden) throws Exception {
    JsonNode times = golden.json().get("row");
    try (ProcessFiles files = ProcessFiles.open(Fixtures.procRoot(golden.fixture), Fixtures.PID)) {
      assertEquals(ProcessFiles.Found.ALIVE, files.read());
      Row row = new Row();
      row.take(files, Fixtures.PAGE_SIZE_BYTES);
      row.at(times.get("t_mono_ns").longValue(), times.get("t_wall_ns").longValue());
      ByteBuffer line = new RowEncoder().encode(row);
      byte[] bytes = new byte[line.remaining()];
      line.get(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static Stream<Golden> agreed() throws IOException {
    return golden()
        .filter(
            line ->
                !DIFFERENCES.containsKey(line.fixture)
                    && !NO_ROW.containsKey(line.fixture)
                    && !line.fixture.equals(WITHOUT_SWITCHES));
  }

  private static Stream<Golden> different() throws IOException {
    return golden().filter(line -> DIFFERENCES.containsKey(line.fixture));
  }

  private static Stream<Golden> withoutRow() throws IOException {
    return golden().filter(line -> NO_ROW.containsKey(line.fixture));
  }

  private static Stream<Golden> golden() throws IOException {
    List<Golden> lines = new ArrayList<>();
    for (String line : Files.readAllLines(goldenFile())) {
      lines.add(new Golden(JSON.readTree(line).get("case").textValue(), line));
    }
    return lines.stream();
  }

  private static Path goldenFile() {
    return Fixtures.reference().resolve("golden.jsonl");
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }
}
