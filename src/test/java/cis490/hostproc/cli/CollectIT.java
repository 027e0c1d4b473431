package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.ship.RowCounter;
import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Tool;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code hostproc collect} as its users run it: real processes, a real broker, the built jar. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CollectIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final String episode = "it-" + UUID.randomUUID();
  private Path rows;
  private Path manifest;
  private Process target;

  @BeforeEach
  void startTarget() throws IOException {
    rows = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    manifest = folder.resolve("episodes/" + episode + "/host_proc.episode.json");
    target = Hostproc.target();
  }

  @Test
  void aWholeDurationEndsWithTopicEqualToFile() throws Exception {
    Hostproc run = collectTarget("--duration-s", "2", "--interval-ms", "20");

    assertEquals(0, run.exitCode(), run.err());
    assertTopicEqualsFile();
    JsonNode told = manifest();
    assertEquals("duration", told.get("end_reason").asText());
    assertEquals("sealed", told.get("state").asText());
    assertEquals(
        100,
        told.get("rows").asLong() + told.get("ticks_missed").asLong(),
        "rows and missed ticks are the ticks that were due");
    assertEquals(told.get("rows").asLong(), told.get("rows_acknowledged").asLong());
    assertEquals(Files.size(rows), told.get("bytes").asLong());
    assertEquals(target.pid(), told.get("pid").asLong());
    assertEquals("sleep", told.get("command_name").asText());
    assertEquals(1, told.get("runs").size());
    assertEquals(told.get("rows"), told.at("/runs/0/rows"));
    assertEquals(told.get("ticks_missed"), told.at("/runs/0/ticks_missed"));
    assertEquals(told.get("ended_wall_ns"), told.at("/runs/0/ended_wall_ns"));
    assertEquals(told.get("origin_mono_ns"), told.at("/runs/0/origin_mono_ns"));
    assertTrue(run.err().contains("topic equals file  yes"), run.err());
    assertTrue(run.err().contains(" consume --episode " + episode), run.err());
    assertEquals("", run.out());
  }

  @Test
  void theManifestInKafkaIsTheOneBesideTheFile() throws Exception {
    collectTarget("--duration-s", "0.5").exitCode();

    byte[] last =
        TestTopics.committed(TestBroker.address(), "oracle.episodes").stream()
            .filter(record -> episode.equals(new String(record.key())))
            .reduce((earlier, later) -> later)
            .orElseThrow()
            .value();
    assertEquals(manifest(), JSON.readTree(last));
  }

  @Test
  void summaryAsJsonIsOneLineOnStdout() throws Exception {
    Hostproc run = collectTarget("--duration-s", "0.5", "--summary", "json");

    assertEquals(0, run.exitCode(), run.err());
    assertEquals(1, run.out().lines().count());
    JsonNode summary = JSON.readTree(run.out());
    assertEquals(episode, summary.get("episode_id").asText());
    assertTrue(summary.get("topic_equals_file").asBoolean());
    assertEquals(Hostproc.lines(rows), summary.get("rows").asLong());
    assertTrue(summary.get("run_lateness_p50_ns").asLong() > 0);
    assertEquals(summary.get("lateness_max_ns"), summary.get("run_lateness_max_ns"));
    assertTrue(summary.get("commits").asLong() > 0);
  }

  @Test
  void endsWhenTheTargetIsKilled() throws Exception {
    Hostproc run = startCollectTarget();
    run.awaitLines(rows, 3);
    target.destroyForcibly();

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("process_gone", manifest().get("end_reason").asText());
    assertFalse(run.err().contains("WARN"), run.err());
    assertTopicEqualsFile();
  }

  @Test
  void endsWhenTheTargetIsAZombie() throws Exception {
    // exec: the parent becomes a program that never waits for its child.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 600 & echo $!; exec sleep 600").start();
    try {
      long child = Long.parseLong(parent.inputReader().readLine());
      Hostproc run = start("--pid", Long.toString(child), "--offline");
      run.awaitLines(rows, 3);
      Hostproc.signal(child, "KILL");

      assertEquals(0, run.exitCode(), run.err());
      assertEquals("process_zombie", manifest().get("end_reason").asText());
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void answersSigtermAtAnyInterval() throws Exception {
    Hostproc run = startCollectTarget("--interval-ms", "3600000");
    run.awaitLines(rows, 1);
    run.terminate();

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("signal", manifest().get("end_reason").asText());
    assertTrue(run.err().contains("stopped by a signal"), run.err());
    assertTopicEqualsFile();
    assertTrue(target.isAlive(), "a process that was there before is left alone");
  }

  @Test
  void answersSigintToo() throws Exception {
    Hostproc run = startCollectTarget();
    run.awaitLines(rows, 3);
    run.signal("INT");

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("signal", manifest().get("end_reason").asText());
  }

  @Test
  void aTargetThatNeverExistedIsOneLineAndNoFile() {
    Hostproc run = start("--pid", "4194304", "--offline");

    assertEquals(1, run.exitCode());
    assertOneLine(run, "process 4194304 is not there");
    assertFalse(Files.exists(folder.resolve("episodes")));
  }

  @Test
  void whatACommandLeavesRunningIsNamed() throws Exception {
    Path pids = folder.resolve("pids");
    String script = "sleep 1000 & echo $! > " + pids + "; exec sleep 1000";
    Hostproc run = start("--offline", "--duration-s", "0.5", "--", "sh", "-c", script);
    try {
      assertEquals(0, run.exitCode(), run.err());
      String left = Files.readString(pids).strip() + " (sleep)";
      assertTrue(run.err().contains("processes of it still run: " + left), run.err());
    } finally {
      ProcessHandle.of(Long.parseLong(Files.readString(pids).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** As a daemon does: it ends in a session of its own, with another parent, under its name. */
  @Test
  void aDaemonOfTheCommandsNameIsNamed() throws Exception {
    assertDaemonIsNamed("vmdaemon", "env -i ");
  }

  /** A script that starts it has its own name, and hands its environment on. */
  @Test
  void aDaemonOfAnotherNameWithTheCommandsEnvironmentIsNamed() throws Exception {
    assertDaemonIsNamed("emulator", "");
  }

  @Test
  void aDaemonOfAnotherNameAndAnotherEnvironmentIsNobodysOrSomebodyElses() throws Exception {
    AssertionError notNamed =
        assertThrows(AssertionError.class, () -> assertDaemonIsNamed("emulator", "env -i "));
    assertFalse(notNamed.getMessage().contains("still run"), notNamed.getMessage());
  }

  private void assertDaemonIsNamed(String name, String environment) throws Exception {
    Tool.require("setsid", "--version");
    Path daemon = folder.resolve(name);
    Files.copy(Path.of("/bin/sleep"), daemon);
    Files.setPosixFilePermissions(daemon, PosixFilePermissions.fromString("rwx------"));
    Path starter = Files.createDirectory(folder.resolve("bin")).resolve("vmdaemon");
    Path pids = folder.resolve("pids");
    Files.writeString(
        starter,
        "#!/bin/sh\ncd /\n"
            + environment
            + "setsid -f sh -c 'echo $$ > "
            + pids
            + "; exec "
            + daemon
            + " 1000'"
            + " > /dev/null 2>&1\nuntil [ -s "
            + pids
            + " ]; do :; done\n");
    Files.setPosixFilePermissions(starter, PosixFilePermissions.fromString("rwx------"));
    Hostproc run = start("--offline", "--", starter.toString());
    try {
      assertEquals(0, run.exitCode(), run.err());
      String named = Files.readString(pids).strip() + " (" + name + ")";
      assertTrue(run.err().contains(named), run.err());
    } finally {
      ProcessHandle.of(Long.parseLong(Files.readString(pids).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** A JVM has many; the kernel opens their files as it does a process's. */
  @Test
  void aThreadsIdIsRefusedAndTheProcessNamed() throws Exception {
    long self = ProcessHandle.current().pid();
    long thread;
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      thread =
          threads
              .mapToLong(each -> Long.parseLong(each.getFileName().toString()))
              .filter(each -> each != self)
              .findFirst()
              .orElseThrow();
    }
    Hostproc run = start("--pid", Long.toString(thread), "--offline");

    assertEquals(1, run.exitCode());
    assertOneLine(
        run, "process " + thread + " is a thread of process " + self + " (java), which can be");
    assertFalse(Files.exists(folder.resolve("episodes")));
  }

  /** There the number is another process's, or nobody's. */
  @Test
  void aCommandUnderTheProcOfAnotherPidNamespaceIsRefused() throws Exception {
    Tool.requireRoot();
    Tool.require("unshare", "--version");
    Path proc = Files.createDirectory(folder.resolve("proc"));
    // Mounted from within, in a mount namespace that this process sees into by its root.
    Process other =
        new ProcessBuilder(
                "unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", "sleep 1000 & wait")
            .start();
    try {
      Path root = Path.of("/proc", Long.toString(awaitChild(other.pid())), "root", "proc");
      Files.delete(proc);
      Files.createSymbolicLink(proc, root);
      Path never = folder.resolve("never");
      Hostproc run = start("--offline", "--proc-root", proc.toString(), "--", "touch", never + "");

      assertEquals(1, run.exitCode(), run.err());
      assertTrue(run.err().contains("is not the command that was started"), run.err());
      assertFalse(Files.exists(never));
      assertTrue(Files.notExists(rows) || Files.size(rows) == 0);
    } finally {
      other.descendants().forEach(ProcessHandle::destroyForcibly);
      other.destroyForcibly();
    }
  }

  /** Of unshare; it has mounted what it was to mount once it runs its command. */
  private static long awaitChild(long parent) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < deadlineNs) {
      Optional<ProcessHandle> shell = ProcessHandle.of(parent).orElseThrow().children().findFirst();
      if (shell.isPresent() && shell.get().children().findAny().isPresent()) {
        return shell.get().pid();
      }
      LockSupport.parkNanos(1_000_000);
    }
    throw new AssertionError("unshare has no child");
  }

  @Test
  void anotherUsersProcessHasNullsAndOneWarning() throws Exception {
    Tool.requireRoot();
    Tool.require("setpriv", "--version");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Hostproc run =
        Hostproc.startBehind(
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
            folder,
            "collect",
            "--episode",
            episode,
            "--pid",
            Long.toString(target.pid()),
            "--offline",
            "--duration-s",
            "1");

    assertEquals(0, run.exitCode(), run.err());
    JsonNode row = JSON.readTree(Files.readAllLines(rows).get(0));
    assertTrue(row.get("io_read_bytes").isNull());
    assertTrue(row.get("io_write_bytes").isNull());
    assertTrue(row.get("voluntary_ctxsw").isIntegralNumber());
    assertEquals(1, run.err().lines().filter(line -> line.contains("WARN")).count(), run.err());
    assertTrue(run.err().contains("io_read_bytes and io_write_bytes are null"), run.err());
    assertTrue(run.err().contains("/io: permission denied"), run.err());
  }

  @Test
  void aFolderThatCantBeMadeIsOneLine() throws Exception {
    Path notAFolder = Files.createFile(folder.resolve("file"));
    Hostproc run = startCollectTarget("--output", notAFolder.resolve("rows.jsonl").toString());

    assertEquals(1, run.exitCode());
    assertOneLine(run, notAFolder.toString());
  }

  @Test
  void aSecondCollectorIsRefusedAndHarmsNothing() throws Exception {
    Hostproc first = startCollectTarget();
    first.awaitLines(rows, 3);

    Hostproc second = startCollectTarget();
    assertEquals(1, second.exitCode());
    assertOneLine(second, "host_proc.jsonl is being written by another collector");

    long before = Hostproc.lines(rows);
    first.awaitLines(rows, before + 3);
    first.terminate();
    assertEquals(0, first.exitCode(), first.err());
    assertTopicEqualsFile();
  }

  @Test
  void withoutABrokerTheFileIsCompleteAndTheExitCodeSaysSo() throws Exception {
    Hostproc run =
        start(
            "--pid",
            Long.toString(target.pid()),
            "--bootstrap-servers",
            "127.0.0.1:1",
            "--duration-s",
            "1",
            "--flush-timeout-s",
            "1");

    assertEquals(1, run.exitCode());
    assertEquals(10, manifest().get("rows").asLong() + manifest().get("ticks_missed").asLong());
    assertEquals(0, manifest().get("rows_acknowledged").asLong());
    assertEquals("ended", manifest().get("state").asText());
    assertEquals(64, manifest().get("chain").asText().length());
    assertTrue(run.err().contains("not shipped, they are safe in the file"), run.err());
    assertTrue(run.err().contains("127.0.0.1:1"), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
  }

  @Test
  void aRestartGoesOnInTheSameFileAndTopic() throws Exception {
    Hostproc killed = startCollectTarget();
    killed.awaitLines(rows, 5);
    killed.kill();
    killed.exitCode();
    byte[] before = Files.readAllBytes(rows);
    Files.writeString(rows, "{\"t_mono_ns\": 12", StandardOpenOption.APPEND);

    Hostproc again = collectTarget("--duration-s", "1");

    assertEquals(0, again.exitCode(), again.err());
    assertTrue(again.err().contains("cut a torn last row, 16 bytes"), again.err());
    byte[] after = Files.readAllBytes(rows);
    assertArrayEquals(before, java.util.Arrays.copyOf(after, before.length));
    assertTopicEqualsFile();
    assertTimesRise();
  }

  @Test
  void aRunThatWasKilledIsFoundByTheNextOne() throws Exception {
    Hostproc killed = startCollectTarget();
    killed.awaitLines(rows, 5);
    killed.kill();
    killed.exitCode();
    long killedRows = Hostproc.lines(rows);
    assertEquals("open", manifest().get("state").asText());
    Files.writeString(rows, "{\"t_mono_ns\": 12", StandardOpenOption.APPEND);

    assertEquals(0, collectTarget("--duration-s", "1").exitCode());

    JsonNode told = manifest();
    assertEquals("sealed", told.get("state").asText());
    assertEquals(2, told.get("runs").size());
    JsonNode first = told.at("/runs/0");
    assertEquals(1, first.get("number").asLong());
    assertEquals(0, first.get("first_row").asLong());
    assertEquals(killedRows, first.get("rows").asLong());
    assertEquals("unknown", first.get("end_reason").asText());
    assertTrue(first.get("ended_wall_ns").isNull());
    assertTrue(first.get("ticks_missed").isNull());
    JsonNode second = told.at("/runs/1");
    assertEquals(2, second.get("number").asLong());
    assertEquals(killedRows, second.get("first_row").asLong());
    assertEquals(16, second.get("torn_bytes").asLong());
    assertEquals(told.get("rows").asLong() - killedRows, second.get("rows").asLong());
    assertEquals("duration", second.get("end_reason").asText());
    assertEquals(first.get("origin_mono_ns"), second.get("origin_mono_ns"));
    assertEquals(first.get("started_wall_ns"), told.get("started_wall_ns"));
  }

  @Test
  void totalsAddUpOverRunsAndASealedEpisodeOpensAgain() throws Exception {
    collectTarget("--duration-s", "0.5").exitCode();
    JsonNode once = manifest();
    assertEquals("sealed", once.get("state").asText());

    Hostproc again = startCollectTarget();
    again.awaitLines(rows, once.get("rows").asLong() + 2);
    assertEquals("open", manifest().get("state").asText());
    assertEquals(once.get("ticks_missed"), manifest().get("ticks_missed"), "so far");
    assertTrue(manifest().get("rows").isNull());
    again.signal("STOP");
    long stoppedNs = System.nanoTime();
    again.await(() -> System.nanoTime() - stoppedNs > 1_000_000_000);
    again.signal("CONT");
    again.terminate();
    assertEquals(0, again.exitCode(), again.err());

    JsonNode twice = manifest();
    assertEquals("sealed", twice.get("state").asText());
    assertEquals("signal", twice.get("end_reason").asText());
    assertEquals(once.get("runs").get(0), twice.get("runs").get(0));
    for (String count : List.of("rows", "ticks_missed", "ticks_malformed", "ticks_unwritten")) {
      assertEquals(
          twice.at("/runs/0/" + count).asLong() + twice.at("/runs/1/" + count).asLong(),
          twice.get(count).asLong(),
          count);
    }
    assertTrue(twice.at("/runs/1/ticks_missed").asLong() >= 5, twice.toString());
    assertEquals(
        Math.max(
            twice.at("/runs/0/lateness_max_ns").asLong(),
            twice.at("/runs/1/lateness_max_ns").asLong()),
        twice.get("lateness_max_ns").asLong());
    assertTopicEqualsFile();
  }

  @Test
  void anotherProcessInTheSameFileIsRefusedUnlessToldOtherwise() throws Exception {
    collectTarget("--duration-s", "0.5").exitCode();
    byte[] before = Files.readAllBytes(rows);
    Process other = Hostproc.target();
    try {
      String pid = Long.toString(other.pid());
      Hostproc refused = start("--pid", pid, "--offline", "--duration-s", "1");
      assertEquals(1, refused.exitCode());
      assertOneLine(refused, "--append-other-process");
      assertArrayEquals(before, Files.readAllBytes(rows));

      Hostproc told =
          start("--pid", pid, "--offline", "--duration-s", "1", "--append-other-process");
      assertEquals(0, told.exitCode(), told.err());
      assertTrue(Files.size(rows) > before.length);

      JsonNode both = manifest();
      assertEquals("ended", both.get("state").asText(), "offline, so nobody looked at the topic");
      assertEquals(target.pid(), both.at("/runs/0/pid").asLong());
      assertEquals(other.pid(), both.at("/runs/1/pid").asLong());
      assertEquals(2, both.at("/runs/1/number").asLong());
      assertEquals(other.pid(), both.get("pid").asLong(), "the process sampled last");
      assertEquals(both.at("/runs/1/origin_mono_ns"), both.get("origin_mono_ns"));
      assertNotEquals(both.at("/runs/0/origin_mono_ns"), both.get("origin_mono_ns"));
      assertEquals(both.at("/runs/0/started_wall_ns"), both.get("started_wall_ns"));

      Hostproc back = collectTarget("--duration-s", "1");
      assertEquals(1, back.exitCode());
      assertOneLine(back, "of another process");
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aRunThatWasKilledAtItsFirstRowCanGoOn() throws Exception {
    String pid = Long.toString(target.pid());
    for (int round = 1; round <= 5; round++) {
      long before = Hostproc.lines(rows);
      Hostproc killed = start("--pid", pid, "--offline", "--interval-ms", "1");
      killed.awaitLines(rows, before + 1);
      killed.kill();
      killed.exitCode();
    }
    Hostproc last = start("--pid", pid, "--offline", "--interval-ms", "1", "--duration-s", "0.2");

    assertEquals(0, last.exitCode(), last.err());
    assertTimesRise();
  }

  @Test
  void aFileThatSomebodyElseAlteredIsNoSuccess() throws Exception {
    Hostproc run = startCollectTarget();
    run.awaitLines(rows, 5);
    Files.move(rows, rows.resolveSibling("elsewhere"));
    run.terminate();

    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("was altered by somebody else"), run.err());
    assertEquals("ended", manifest().get("state").asText(), "not sealed: that file is elsewhere");
    assertFalse(statesInKafka().contains("sealed"));
  }

  /** What is done to a file; the text that is told of it; whether rows go on. */
  private record Alteration(String name, Written by, String told, boolean goesOn) {}

  @FunctionalInterface
  private interface Written {
    void to(RandomAccessFile file) throws IOException;
  }

  private static final List<Alteration> ALTERATIONS =
      List.of(
          new Alteration(
              "nul", file -> write(file, 500, "\0".repeat(60)), "are not what they were", true),
          new Alteration("digit", file -> write(file, 20, "x"), "are not what they were", true),
          new Alteration("refilled", CollectIT::cutAndRefill, "are not what they were", true),
          new Alteration(
              "line", file -> write(file, file.length(), "{}\n"), " bytes instead of ", false),
          new Alteration("cut", file -> file.setLength(400), "it has 400 bytes instead", false));

  private static void write(RandomAccessFile file, long position, String text) throws IOException {
    file.seek(position);
    file.write(text.getBytes(UTF_8));
  }

  private static void cutAndRefill(RandomAccessFile file) throws IOException {
    long length = file.length();
    file.setLength(500);
    file.setLength(length);
  }

  /** All at the same time, so that the looks of a second are waited for once. */
  @Test
  void whateverSomebodyElseWritesIntoTheFileIsSaidAtOnceAndLeftAsItIs() throws Exception {
    String pid = Long.toString(target.pid());
    Map<Alteration, Hostproc> runs = new LinkedHashMap<>();
    for (Alteration each : ALTERATIONS) {
      String output = file(each).toString();
      runs.put(each, start("--pid", pid, "--output", output, "--offline", "--summary", "json"));
    }
    Map<Alteration, byte[]> altered = new HashMap<>();
    for (Alteration each : ALTERATIONS) {
      runs.get(each).awaitLines(file(each), 4);
      runs.get(each).signal("STOP");
      try (RandomAccessFile file = new RandomAccessFile(file(each).toFile(), "rw")) {
        each.by().to(file);
      }
      altered.put(each, Files.readAllBytes(file(each)));
      runs.get(each).signal("CONT");
    }
    for (Alteration each : ALTERATIONS) {
      Hostproc run = runs.get(each);
      run.await(() -> run.err().contains("was altered by somebody else"));
      if (each.goesOn()) {
        run.await(() -> file(each).toFile().length() > altered.get(each).length);
      }
      run.terminate();
      assertEquals(1, run.exitCode(), each.name());
      String said = run.err().lines().findFirst().orElseThrow();
      assertTrue(said.contains(file(each) + " was altered") && said.contains(each.told()), said);
      byte[] left = Files.readAllBytes(file(each));
      int asItWas = altered.get(each).length;
      assertArrayEquals(altered.get(each), Arrays.copyOf(left, asItWas), each.name());
      assertEquals(each.goesOn(), left.length > asItWas, each.name());
      JsonNode summary = JSON.readTree(run.out());
      assertEquals("ended", summary.get("state").asText());
      assertEquals(each.goesOn() ? 0 : 1, Math.min(1, summary.get("ticks_unwritten").asInt()));
      boolean oursIsThere = each.name().equals("line");
      assertEquals(oursIsThere, !summary.get("chain").isNull(), "chain of what was written");
      assertTrue(summary.get("alteration").asText().contains(each.told()), "kept for who ships");
    }
    for (Alteration each : ALTERATIONS) {
      assertIsNotGoneOnWith(file(each));
    }
  }

  private void assertIsNotGoneOnWith(Path file) throws IOException {
    byte[] asItWas = Files.readAllBytes(file);
    Hostproc ship =
        Hostproc.run(
            folder,
            "ship",
            "--episode",
            episode,
            file.toString(),
            "--bootstrap-servers",
            TestBroker.address());
    assertEquals(1, ship.exitCode(), ship.err());
    assertOneLine(ship, "was altered by somebody else");
    String pid = Long.toString(target.pid());
    Hostproc collect = start("--offline", "--pid", pid, "--output", file.toString());
    assertEquals(1, collect.exitCode(), collect.err());
    assertOneLine(collect, "was altered by somebody else");
    assertArrayEquals(asItWas, Files.readAllBytes(file));
  }

  private Path file(Alteration alteration) {
    return folder.resolve(alteration.name() + ".jsonl");
  }

  @Test
  void whatSomebodyElseWritesIntoTheFileIsNotShipped() throws Exception {
    Hostproc run = startCollectTarget("--linger-ms", "30000");
    run.awaitLines(rows, 5);
    run.await(() -> rowsInTopic() > 0);
    long shipped = rowsInTopic();
    run.awaitLines(rows, shipped + 3);
    try (RandomAccessFile file = new RandomAccessFile(rows.toFile(), "rw")) {
      write(file, file.length() - 500, "\0".repeat(60));
    }
    run.await(() -> run.err().contains("was altered by somebody else"));
    run.terminate();

    assertEquals(1, run.exitCode(), run.err());
    assertTrue(run.err().contains("shipping stopped: episodes/" + episode), run.err());
    assertTrue(run.err().contains("topic equals file  no: episodes/" + episode), run.err());
    assertEquals(shipped, rowsInTopic());
    assertEquals("ended", manifest().get("state").asText());
    assertEquals(shipped, manifest().get("rows_acknowledged").asLong());
    assertFalse(statesInKafka().contains("sealed"));
  }

  /** 0 also if there is none. */
  private long rowsInTopic() {
    try (RowCounter counter = new RowCounter(TestTopics.settings(), "test")) {
      return counter.rows("oracle.host-proc." + episode).orElseThrow();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void aLocaleThatCanNotReadAnArgumentIsSaidBeforeAnythingRuns() {
    String collect =
        "LC_ALL=C "
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + " -jar "
            + Program.JAR
            + " collect --episode a --offline --output \"$(printf '\\303\\244')\" -- true";
    Hostproc run = Hostproc.startCommand(folder, List.of("sh", "-c", collect));

    assertEquals(2, run.exitCode(), run.out());
    assertOneLine(run, "set LC_ALL=C.UTF-8");
  }

  @Test
  void aFileThatIsNoneOfOursIsRefusedAndNotAltered() throws Exception {
    Path foreign = folder.resolve("notes.txt");
    Files.writeString(foreign, "no newline at the end");
    Hostproc run = startCollectTarget("--output", foreign.toString());

    assertEquals(1, run.exitCode());
    assertOneLine(run, "of an unknown process");
    assertEquals("no newline at the end", Files.readString(foreign));
  }

  @Test
  void aCommandIsSampledFromItsBirthAndKeepsItsOwnStreams() throws Exception {
    Hostproc run = start("--offline", "--", "sh", "-c", "echo out; echo err >&2; read x; exit 7");
    run.closeInput();

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("out\n", run.out());
    assertTrue(run.err().startsWith("err\n"), run.err());
    assertEquals(7, manifest().get("exit_code").asInt());
    assertEquals("process_gone", manifest().get("end_reason").asText());
    assertTrue(run.err().contains("exit code 7"), run.err());
  }

  @Test
  void aCommandsArgumentsAreItsOwn() {
    Hostproc run = start("--offline", "--", "echo", "@nofile", "--pid", "@@x", "--", "-h");

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("@nofile --pid @@x -- -h\n", run.out());
  }

  @Test
  void aCommandDoesNotWaitForAFarDeadline() throws Exception {
    Hostproc run =
        start("--offline", "--interval-ms", "3600000", "--mono-origin-ns", "0", "--", "true");

    assertEquals(0, run.exitCode(), run.err());
    assertEquals(1, Hostproc.lines(rows));
    assertEquals(0, manifest().get("exit_code").asInt());
  }

  @Test
  void aFileThatIsRefusedStartsNoCommand() throws Exception {
    Files.createDirectories(rows.getParent());
    Files.writeString(rows, "a row of something\n");
    Path ran = folder.resolve("ran");
    Hostproc run = start("--offline", "--", "touch", ran.toString());

    assertEquals(1, run.exitCode());
    assertOneLine(run, "holds 1 rows of an unknown process");
    assertFalse(Files.exists(ran));
  }

  @Test
  void anotherOriginOrIntervalInTheSameFileIsRefused() throws Exception {
    collectTarget("--duration-s", "0.5").exitCode();
    String originNs = manifest().get("origin_mono_ns").asText();
    String pid = Long.toString(target.pid());

    Hostproc origin = start("--pid", pid, "--offline", "--mono-origin-ns", "5");
    assertEquals(1, origin.exitCode());
    assertOneLine(origin, "counts its times from --mono-origin-ns " + originNs);
    Hostproc interval = start("--pid", pid, "--offline", "--interval-ms", "7");
    assertEquals(1, interval.exitCode());
    assertOneLine(interval, "has its rows at --interval-ms 100");
    Hostproc same =
        start("--pid", pid, "--offline", "--duration-s", "0.5", "--mono-origin-ns", originNs);
    assertEquals(0, same.exitCode(), same.err());
    assertTimesRise();
  }

  @Test
  void aKeyboardInterruptIsASignalThoughTheCommandDiesOfItToo() throws Exception {
    // A session of its own, so that the interrupt goes to collector and command alone.
    Hostproc run =
        Hostproc.startBehind(
            List.of("setsid"),
            folder,
            "collect",
            "--episode",
            episode,
            "--offline",
            "--interval-ms",
            "50",
            "--",
            "sleep",
            "600");
    // The first row is of the command that is still to be let run.
    run.awaitLines(rows, 3);
    Hostproc.signal(-run.pid(), "INT");

    assertEquals(0, run.exitCode(), run.err());
    assertEquals("signal", manifest().get("end_reason").asText());
    assertEquals(128 + 2, manifest().get("exit_code").asInt());
  }

  @Test
  void theManifestInKafkaIsSealedLastAndOnce() throws Exception {
    start("--bootstrap-servers", TestBroker.address(), "--", "true").exitCode();

    // A command this short may have ended before the brokers have answered.
    String states = String.join(" ", statesInKafka());
    assertTrue(states.matches("(open )?ended sealed"), states);
  }

  private List<String> statesInKafka() {
    return TestTopics.committed(TestBroker.address(), "oracle.episodes").stream()
        .filter(record -> episode.equals(new String(record.key())))
        .map(record -> state(record.value()))
        .toList();
  }

  @Test
  void evenTheShortestCommandHasARow() throws Exception {
    Hostproc run = start("--offline", "--", "true");

    assertEquals(0, run.exitCode(), run.err());
    assertTrue(Hostproc.lines(rows) >= 1);
    assertEquals("true", manifest().get("command_name").asText());
  }

  @Test
  void stoppingTheCollectorStopsItsCommand() throws Exception {
    Path pid = folder.resolve("pid");
    Hostproc run =
        start("--offline", "--", "sh", "-c", "echo $$ > " + pid + "; trap '' TERM; sleep 60");
    run.await(() -> Hostproc.lines(pid) == 1);
    run.terminate();

    assertEquals(0, run.exitCode(), run.err());
    assertEquals(128 + 9, manifest().get("exit_code").asInt(), "SIGTERM did not do");
    assertFalse(ProcessHandle.of(Long.parseLong(Hostproc.read(pid).strip())).isPresent());
  }

  @Test
  void malformedKernelTextYieldsNoRowAndIsReported() throws Exception {
    Path process = Files.createDirectories(folder.resolve("proc/77"));
    String stat = "77 (x) S 1 77 77 0 -1 0 1 0 2 0 3 4 0 0 20 0 1 0 5 6 7 8\n";
    Files.writeString(process.resolve("stat"), stat);
    Files.writeString(process.resolve("io"), "read_bytes: 1\nwrite_bytes: 2\n");
    Files.writeString(
        process.resolve("status"),
        "voluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\tbroken\n");

    Hostproc run =
        start(
            "--pid",
            "77",
            "--offline",
            "--proc-root",
            folder.resolve("proc").toString(),
            "--duration-s",
            "0.5");

    assertEquals(1, run.exitCode(), "not one row");
    assertEquals(0, Files.size(rows));
    assertTrue(manifest().get("ticks_malformed").asLong() > 0);
    assertTrue(run.err().contains("status: nonvoluntary_ctxt_switches"), run.err());
    assertTrue(run.err().contains("\"broken\""), run.err());
  }

  @Test
  void timesCountFromAGivenOrigin() throws Exception {
    long originNs = System.nanoTime();
    Hostproc run =
        collectTarget("--duration-s", "0.5", "--mono-origin-ns", Long.toString(originNs));

    assertEquals(0, run.exitCode(), run.err());
    long nowNs = System.nanoTime();
    JsonNode first = JSON.readTree(Files.readAllLines(rows).get(0));
    long firstNs = first.get("t_mono_ns").asLong();
    assertTrue(firstNs > 0 && firstNs < nowNs - originNs, firstNs + " ns");
    assertEquals(originNs, manifest().get("origin_mono_ns").asLong());
  }

  @Test
  void aStoppedAndContinuedCollectorReportsWhatItMissed() throws Exception {
    Hostproc run = startCollectTarget("--interval-ms", "10");
    run.awaitLines(rows, 5);
    run.signal("STOP");
    long stoppedNs = System.nanoTime();
    run.await(() -> System.nanoTime() - stoppedNs > 500_000_000);
    run.signal("CONT");
    long before = Hostproc.lines(rows);
    run.awaitLines(rows, before + 5);
    run.terminate();

    assertEquals(0, run.exitCode(), run.err());
    assertTrue(manifest().get("ticks_missed").asLong() >= 40, manifest().toString());
    assertTrue(manifest().get("lateness_max_ns").asLong() >= 400_000_000);
    assertTopicEqualsFile();
  }

  @Test
  void anInstallWithoutTheBrokersJarsCollectsAllTheSame() throws Exception {
    Path plain = Files.createDirectories(folder.resolve("plain/lib"));
    try (Stream<Path> jars = Files.list(Program.JAR.resolveSibling("lib"))) {
      for (Path jar : jars.toList()) {
        Files.copy(jar, plain.resolve(jar.getFileName()));
      }
    }
    Path jar = folder.resolve("plain/hostproc.jar");
    Files.copy(Program.JAR, jar);

    Hostproc embedded =
        Hostproc.startJar(
            jar,
            folder,
            "collect",
            "--episode",
            episode,
            "--pid",
            Long.toString(target.pid()),
            "--embedded-broker");
    assertEquals(2, embedded.exitCode());
    assertOneLine(embedded, "this install has no embedded broker");

    Hostproc cluster =
        Hostproc.startJar(
            jar,
            folder,
            "collect",
            "--episode",
            episode,
            "--pid",
            Long.toString(target.pid()),
            "--duration-s",
            "1",
            "--bootstrap-servers",
            TestBroker.address());
    assertEquals(0, cluster.exitCode(), cluster.err());
    assertTopicEqualsFile();
  }

  @Test
  void threadsAreNamed() throws Exception {
    Hostproc run = startCollectTarget();
    run.awaitLines(rows, 3);
    Process jstack =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jstack").toString(),
                Long.toString(run.pid()))
            .start();
    String threads = new String(jstack.getInputStream().readAllBytes());
    run.terminate();
    run.exitCode();

    assertTrue(threads.contains("\"hostproc-sampler\""), threads);
    assertTrue(threads.contains("\"hostproc-shipper\""), threads);
    assertFalse(threads.contains("\"Thread-"), threads);
    assertFalse(threads.contains("\"pool-"), threads);
  }

  private static String state(byte[] manifest) {
    try {
      return JSON.readTree(manifest).get("state").asText();
    } catch (IOException notJson) {
      throw new IllegalStateException(notJson);
    }
  }

  private void assertTopicEqualsFile() throws IOException {
    byte[] topic =
        TestTopics.asFile(
            TestTopics.committed(TestBroker.address(), "oracle.host-proc." + episode));
    assertNotEquals(0, topic.length);
    assertArrayEquals(Files.readAllBytes(rows), topic);
  }

  private void assertTimesRise() throws IOException {
    long before = -1;
    for (String line : Files.readAllLines(rows)) {
      long time = JSON.readTree(line).get("t_mono_ns").asLong();
      assertTrue(time > before, time + " after " + before);
      before = time;
    }
  }

  private static void assertOneLine(Hostproc run, String expected) {
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(expected), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
    assertEquals("", run.out());
  }

  private JsonNode manifest() throws IOException {
    return JSON.readTree(manifest.toFile());
  }

  private Hostproc collectTarget(String... more) {
    Hostproc run = startCollectTarget(more);
    run.exitCode();
    return run;
  }

  private Hostproc startCollectTarget(String... more) {
    String[] args = new String[more.length + 4];
    args[0] = "--pid";
    args[1] = Long.toString(target.pid());
    args[2] = "--bootstrap-servers";
    args[3] = TestBroker.address();
    System.arraycopy(more, 0, args, 4, more.length);
    return start(args);
  }

  private Hostproc start(String... more) {
    String[] args = new String[more.length + 3];
    args[0] = "collect";
    args[1] = "--episode";
    args[2] = episode;
    System.arraycopy(more, 0, args, 3, more.length);
    return Hostproc.start(folder, args);
  }
}
