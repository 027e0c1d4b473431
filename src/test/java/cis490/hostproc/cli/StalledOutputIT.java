package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Program;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Nobody reads what the program prints, and the pipe is full: that keeps it from nothing. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StalledOutputIT {

  /** The pipe is opened for reading and writing, so that it has a reader, who never reads. */
  private static final String FILL = "mkfifo pipe; exec 9<>pipe; timeout 1 cat /dev/zero >&9; ";

  private static final String COLLECT =
      "exec java -jar " + Program.JAR + " collect --episode a --offline --interval-ms 20 ";

  @TempDir private Path folder;

  @Test
  void aStalledReaderOfStderrKeepsNobodyFromEnding() throws Exception {
    // A made-up proc root, so that there is a warning to be logged: no io, no status.
    Path process = Files.createDirectories(folder.resolve("proc/7"));
    Files.copy(Path.of("/proc/self/stat"), process.resolve("stat"));
    Hostproc run = start("--proc-root proc --pid 7 2>&9");
    Path rows = folder.resolve("episodes/a/host_proc.jsonl");
    run.awaitLines(rows, 80);
    run.terminate();
    assertEndsSoon(run);

    assertEquals(0, run.exitCode());
    var manifest =
        new ObjectMapper().readTree(folder.resolve("episodes/a/host_proc.episode.json").toFile());
    assertEquals("ended", manifest.get("state").asText());
    assertEquals("signal", manifest.get("end_reason").asText());
    assertEquals(Hostproc.lines(rows), manifest.get("rows").asLong());
  }

  @Test
  void anErrorOnAStalledStderrIsStillAnExitCode() {
    Hostproc run = start("--nonsense 2>&9");
    assertEndsSoon(run);
    assertEquals(2, run.exitCode());
  }

  @Test
  void aStalledReaderOfTheSummaryIsAFailureSoon() {
    Hostproc run = start("--summary json --pid $$ >&9");
    run.awaitLines(folder.resolve("episodes/a/host_proc.jsonl"), 5);
    run.terminate();
    assertEndsSoon(run);
    assertEquals(1, run.exitCode(), "who asked for it did not get it");
  }

  private Hostproc start(String options) {
    return Hostproc.startCommand(folder, List.of("sh", "-c", FILL + COLLECT + options));
  }

  private static void assertEndsSoon(Hostproc run) {
    ProcessHandle process = ProcessHandle.of(run.pid()).orElse(null);
    if (process != null) {
      assertDoesNotThrow(() -> process.onExit().get(8, TimeUnit.SECONDS), "ends within seconds");
    }
  }
}
