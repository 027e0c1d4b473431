package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.kafka.FailureText;
import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Program;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A class can't be loaded, as after somebody has replaced the program's files: whichever thread
 * that hits, the process ends when it should, says what happened, and what was recorded is there.
 */
@ExtendWith(EndsWhatItStarts.class)
class MissingClassIT {

  private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

  @TempDir private Path folder;

  private Path jar;

  @BeforeEach
  void copyProgram() throws IOException {
    Path program = Files.createDirectory(folder.resolve("program"));
    Files.createSymbolicLink(program.resolve("lib"), Program.JAR.resolveSibling("lib"));
    jar = Files.copy(Program.JAR, program.resolve("hostproc.jar"));
  }

  @AfterEach
  void endAll() throws IOException {
    Files.delete(jar.resolveSibling("lib"));
  }

  @Test
  void theEndOfTheMainThreadIsThatOfTheProcess() throws Exception {
    remove(Summary.class);
    Hostproc run = collect("--offline", "--duration-s", "0.5");
    assertEquals(1, run.exitCode(), run.err());
    assertTrue(run.err().contains("NoClassDefFoundError"), run.err());
    assertTrue(run.err().contains("were the program's files replaced"), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    assertTrue(rows() > 2);
  }

  @Test
  void aSignalEndsItAllTheSame() throws Exception {
    remove(Summary.class);
    Hostproc run = collect("--offline");
    run.awaitLines(file(), 3);
    long beganNs = System.nanoTime();
    run.terminate();
    assertEquals(1, run.exitCode(), run.err());
    assertTrue(System.nanoTime() - beganNs < ENDS_WITHIN.toNanos(), "at once, not in ten minutes");
  }

  @Test
  void shippingThatCanNotGoOnEndsAndSamplingGoesOn() throws Exception {
    remove(FailureText.class);
    Hostproc run = collect("--bootstrap-servers", "127.0.0.1:1", "--flush-timeout-s", "1");
    run.await(() -> run.err().contains("shipping stopped"));
    long rows = rows();
    run.awaitLines(file(), rows + 3);
    run.terminate();
    assertEquals(1, run.exitCode(), run.err());
    assertTrue(run.err().contains("topic equals file  no: "), run.err());
  }

  private void remove(Class<?> gone) throws IOException {
    try (FileSystem entries =
        FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
      Files.delete(entries.getPath(gone.getName().replace('.', '/') + ".class"));
    }
  }

  private Hostproc collect(String... more) {
    List<String> words = new ArrayList<>(List.of("collect", "--episode", "missing"));
    words.addAll(List.of("--pid", Long.toString(ProcessHandle.current().pid())));
    words.addAll(List.of(more));
    return Hostproc.startJar(jar, folder, words.toArray(String[]::new));
  }

  private Path file() {
    return folder.resolve("episodes/missing/host_proc.jsonl");
  }

  private long rows() {
    return Hostproc.lines(file());
  }
}
