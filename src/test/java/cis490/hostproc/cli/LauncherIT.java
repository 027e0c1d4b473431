package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code target/hostproc}, which chooses the JVM's options. */
class LauncherIT {

  private static final Path LAUNCHER = Hostproc.JAR.resolveSibling("hostproc");

  @TempDir private Path folder;

  @AfterEach
  void endAll() throws IOException {
    Hostproc.endAll();
  }

  @Test
  void itsJvmIsSmallAndTakesItsClassesFromTheArchive() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("linked here"), LAUNCHER);
    String print = "-XX:+PrintFlagsFinal -Xlog:class+load:stdout";
    Hostproc run = Hostproc.startCommand(folder, options(print, link, "--version"));

    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().matches("(?s).* UseSerialGC +=? *= true.*"), "serial GC");
    assertTrue(
        run.out().matches("(?s).*cis490.hostproc.cli.Main source: shared objects file.*"),
        "Main is in the archive");
  }

  @Test
  void withoutAnArchiveOrWithAnotherOneItIsTheSame() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("a b"));
    Path moved = Files.copy(LAUNCHER, elsewhere.resolve("hostproc"));
    Files.createSymbolicLink(elsewhere.resolve("lib"), Hostproc.JAR.resolveSibling("lib"));
    Files.copy(Hostproc.JAR, elsewhere.resolve("hostproc.jar"));
    String version = version(List.of(LAUNCHER.toString(), "--version"));

    assertEquals(version, version(List.of(moved.toString(), "--version")), "no archive");
    Files.copy(LAUNCHER.resolveSibling("hostproc.jsa"), elsewhere.resolve("hostproc.jsa"));
    assertEquals(version, version(List.of(moved.toString(), "--version")), "of another jar");
    Files.writeString(Files.createFile(folder.resolve("none")), "not an archive");
    assertEquals(
        version,
        version(options("-XX:SharedArchiveFile=" + folder.resolve("none"), moved, "--version")),
        "no archive at all");
  }

  @Test
  void theNextCommandIsGivenAsTheUserCalledIt() {
    Hostproc run =
        Hostproc.startCommand(
            folder,
            List.of(
                LAUNCHER.toString(),
                "collect",
                "--episode",
                "a",
                "--bootstrap-servers",
                "127.0.0.1:1",
                "--flush-timeout-s",
                "0",
                "--duration-s",
                "0.1",
                "--",
                "sleep",
                "10"));

    assertEquals(1, run.exitCode(), run.err());
    assertTrue(run.err().contains("next               " + LAUNCHER + " ship "), run.err());
  }

  /** All that is printed, and that nothing is on stderr. */
  private String version(List<String> command) {
    Hostproc run = Hostproc.startCommand(folder, command);
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("", run.err());
    return run.out();
  }

  private static List<String> options(String options, Path launcher, String... args) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "HOSTPROC_JAVA_OPTIONS=" + options, launcher.toString()));
    command.addAll(List.of(args));
    return command;
  }
}
