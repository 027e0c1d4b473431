package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A manifest is never replaced by one that knows less, nor by that of another recording. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class KnownManifestIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final String episode = "known-" + UUID.randomUUID();

  @Test
  void shippedFromAnywhereElseItStays() throws Exception {
    Path rows = folder.resolve("host_proc.jsonl");
    collect("--output", rows.toString());
    JsonNode known = inKafka();
    assertEquals("sealed", known.get("state").asText());
    assertEquals("duration", known.get("end_reason").asText());

    Path copy = Files.copy(rows, Files.createDirectory(folder.resolve("copy")).resolve("rows"));
    Path link = Files.createSymbolicLink(folder.resolve("link.jsonl"), rows);
    Path hardLink = Files.createLink(folder.resolve("hard.jsonl"), rows);
    for (Path other : List.of(copy, link, hardLink)) {
      Hostproc run = ship(other);
      assertEquals(0, run.exitCode(), run.err());
      assertEquals(known, inKafka(), other.toString());
    }
    Hostproc stdin = shell(shipping("/dev/stdin") + " < " + rows);
    assertEquals(0, stdin.exitCode(), stdin.err());
    Hostproc skipping = ship(copy, "--skip-invalid");
    assertEquals(0, skipping.exitCode(), skipping.err());
    assertEquals(0, inKafka().get("lines_skipped").asLong());
    assertEquals(known.get("pid"), inKafka().get("pid"));
    assertEquals(
        inKafka(), JSON.readTree(folder.resolve("copy/rows.manifest.json").toFile()), "beside");
    assertFalse(Files.exists(folder.resolve("link.episode.json")), "it is the file's");

    Hostproc pipe = shell("cat " + rows + " | " + shipping("/dev/stdin"));
    assertEquals(1, pipe.exitCode());
    assertTrue(pipe.err().contains("/dev/stdin: is not a regular file"), pipe.err());
  }

  @Test
  void aRunAfterTheManifestWasLostGoesOnInTheKnownOne() throws Exception {
    Path rows = folder.resolve("host_proc.jsonl");
    collect("--output", rows.toString());
    JsonNode known = inKafka();
    Files.delete(folder.resolve("host_proc.episode.json"));
    collect("--output", rows.toString(), "--append-other-process");

    JsonNode both = inKafka();
    assertEquals("sealed", both.get("state").asText());
    assertEquals(2, both.get("runs").size());
    assertEquals(known.get("runs").get(0), both.get("runs").get(0));
    assertEquals(2, both.get("runs").get(1).get("number").asInt());
    assertEquals(known.get("rows"), both.get("runs").get(1).get("first_row"));
    assertEquals(known.get("started_wall_ns"), both.get("started_wall_ns"));
    assertEquals(both, JSON.readTree(folder.resolve("host_proc.episode.json").toFile()));
  }

  @Test
  void anotherRecordingUnderTheSameIdIsRefusedThoughTheTopicIsGone() throws Exception {
    Path rows = folder.resolve("host_proc.jsonl");
    collect("--output", rows.toString());
    JsonNode known = inKafka();
    TestTopics.delete("oracle.host-proc." + episode);
    Path other = folder.resolve("other/host_proc.jsonl");
    Hostproc collecting = collecting("--output", other.toString());

    assertEquals(1, collecting.exitCode());
    assertTrue(collecting.err().contains("another recording of " + episode), collecting.err());
    assertTrue(collecting.err().contains("choose another --episode"), collecting.err());
    assertEquals(known, inKafka());
    JsonNode beside = JSON.readTree(folder.resolve("other/host_proc.episode.json").toFile());
    assertEquals(1, beside.get("runs").size(), "nothing of the other one's");
    Hostproc shipping = ship(other);
    assertEquals(1, shipping.exitCode());
    assertTrue(shipping.err().contains("another recording of " + episode), shipping.err());
    assertEquals(known, inKafka());

    Hostproc own = ship(rows);
    assertEquals(0, own.exitCode(), own.err());
    assertEquals(known, inKafka());
  }

  @Test
  void rowsWhoseTopicsNameIsTakenAreShippedUnderTheNextOne() throws Exception {
    TestTopics.create("oracle.host-proc." + episode.replace('-', '_'), 1, Map.of());
    String taken = episode.replace('-', '.');
    Hostproc run =
        run("collect", kafka(), "--episode", taken, "--duration-s", "0.3", "--", "sleep", "9");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("collides with existing topic"), run.err());
    String next = run.err().replaceAll("(?s).*next               ", "").strip();
    Hostproc shipped = shell(next);
    assertEquals(0, shipped.exitCode(), next + shipped.err());
    Hostproc verified = shell(next.replace(" ship ", " verify ").replace(" --renamed", ""));
    assertEquals(0, verified.exitCode(), verified.out() + verified.err());
    JsonNode manifest =
        JSON.readTree(folder.resolve("episodes/" + taken + "/host_proc.episode.json").toFile());
    assertEquals(taken + "-2", manifest.get("episode_id").asText());
    assertEquals("oracle.host-proc." + taken + "-2", manifest.get("topic").asText());
    assertEquals("sealed", manifest.get("state").asText());
    assertEquals("duration", manifest.get("end_reason").asText());
    Hostproc again = shell(next.replace("-2", "-3"));
    assertEquals(1, again.exitCode(), "sealed rows keep their name");
  }

  @Test
  void aRetiredEpisodeStaysRetired() throws Exception {
    Path rows = folder.resolve("host_proc.jsonl");
    collect("--output", rows.toString());
    Path copy = Files.copy(rows, Files.createDirectory(folder.resolve("copy")).resolve("a.jsonl"));
    Hostproc retire =
        run("retire", "--episode", episode, "--file", rows.toString(), "--delete", kafka());
    assertEquals(0, retire.exitCode(), retire.err());
    for (Hostproc run :
        List.of(ship(copy), collecting("--output", folder.resolve("new.jsonl").toString()))) {
      assertEquals(1, run.exitCode());
      assertTrue(run.err().contains("retired"), run.err());
      assertEquals("retired", inKafka().get("state").asText());
    }
  }

  @Test
  void noTwoFilesShareAManifestAndAnothersIsNotOverwritten() throws Exception {
    run("collect", "--offline", "--output", "rows.jsonl");
    byte[] first = Files.readAllBytes(folder.resolve("rows.episode.json"));
    Hostproc second = run("collect", "--offline", "--output", "rows");
    assertEquals(0, second.exitCode(), second.err());
    assertArrayEquals(first, Files.readAllBytes(folder.resolve("rows.episode.json")));
    assertTrue(Files.exists(folder.resolve("rows.manifest.json")));

    Files.delete(folder.resolve("rows.jsonl"));
    for (String id : List.of(episode, "other")) {
      Hostproc third =
          Hostproc.run(
              folder,
              "collect",
              "--offline",
              "--output",
              "rows.jsonl",
              "--episode",
              id,
              "--",
              "touch",
              "started");
      assertEquals(1, third.exitCode());
      assertEquals(1, third.err().lines().count(), third.err());
      assertTrue(third.err().contains("rows.episode.json"), third.err());
      assertArrayEquals(first, Files.readAllBytes(folder.resolve("rows.episode.json")));
    }
    assertFalse(Files.exists(folder.resolve("started")));
    assertFalse(Files.exists(folder.resolve("rows.jsonl")));
    Hostproc named = run("collect", "--offline", "--output", "x.episode.json.tmp");
    assertEquals(2, named.exitCode());
  }

  private void collect(String... options) {
    Hostproc run = collecting(options);
    assertEquals(0, run.exitCode(), run.err());
  }

  private Hostproc collecting(String... options) {
    List<String> args = new ArrayList<>(List.of("collect", kafka()));
    args.addAll(Arrays.asList(options));
    return run(args.toArray(String[]::new));
  }

  /** With the episode, and a command to be sampled for a moment. */
  private Hostproc run(String... words) {
    List<String> args = new ArrayList<>(Arrays.asList(words));
    if (!args.contains("--episode")) {
      args.addAll(List.of("--episode", episode, "--interval-ms", "20", "--duration-s", "0.3"));
      args.addAll(List.of("--", "sleep", "9"));
    }
    return Hostproc.run(folder, args.toArray(String[]::new));
  }

  private Hostproc ship(Path file, String... options) {
    List<String> args = new ArrayList<>(List.of("ship", "--episode", episode, kafka()));
    args.add(file.toString());
    args.addAll(Arrays.asList(options));
    return Hostproc.call(args.toArray(String[]::new));
  }

  private String shipping(String file) {
    return Program.LAUNCHER + " ship --episode " + episode + " " + kafka() + " " + file;
  }

  private Hostproc shell(String script) {
    return Hostproc.startCommand(folder, List.of("sh", "-c", script));
  }

  private static String kafka() {
    return "--bootstrap-servers=" + TestBroker.address();
  }

  private JsonNode inKafka() throws IOException {
    return JSON.readTree(
        TestTopics.committed(TestBroker.address(), "oracle.episodes").stream()
            .filter(record -> episode.equals(new String(record.key())))
            .reduce((earlier, later) -> later)
            .orElseThrow()
            .value());
  }
}
