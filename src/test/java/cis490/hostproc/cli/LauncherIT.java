package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code target/hostproc}, which chooses the JVM's options. */
@ExtendWith(EndsWhatItStarts.class)
class LauncherIT {

  private static final Path LAUNCHER = Program.LAUNCHER;

  @TempDir private Path folder;

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
    Files.createSymbolicLink(elsewhere.resolve("lib"), Program.JAR.resolveSibling("lib"));
    Files.copy(Program.JAR, elsewhere.resolve("hostproc.jar"));
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

  @Test
  void whereverItIsCalledFromItFindsItself() throws IOException {
    Path home = install(folder.resolve("its hömé"));
    Path chain = Files.createDirectory(folder.resolve("bin"));
    Files.createSymbolicLink(chain.resolve("first"), Path.of("../its hömé/hostproc"));
    Files.createSymbolicLink(chain.resolve("hostproc"), Path.of("first"));
    String version = version(List.of(LAUNCHER.toString(), "--version"));
    for (String call :
        List.of(
            "cd 'its hömé'; sh hostproc --version",
            "cd 'its hömé'; bash hostproc --version",
            "cd 'its hömé'; PATH=:$PATH hostproc --version",
            "cd 'its hömé'; PATH=.:$PATH hostproc --version",
            "PATH=$PWD/bin:$PATH hostproc --version",
            "cd bin; PATH=.:$PATH hostproc --version",
            "cd bin; sh hostproc --version",
            "cd /; PATH=$OLDPWD/bin:$PATH bash hostproc --version",
            "bin/first --version")) {
      assertEquals(version, version(shell("export LC_ALL=C; " + call)), call);
    }
    assertTrue(Files.exists(home));
  }

  @Test
  void aFolderWithLettersIsTheSameOneInEveryLocale() throws IOException {
    Path rows = Files.createDirectory(folder.resolve("ünï")).resolve("episodes/a/host_proc.jsonl");
    String collect =
        "cd ünï; %s collect --episode a --offline --duration-s 0.2 --append-other-process -- env";
    for (String locale : List.of("LC_ALL=C", "LANG=C", "LC_CTYPE=POSIX", "LC_ALL=C.UTF-8")) {
      String clean = "unset LC_ALL LANG LC_CTYPE; export " + locale + "; ";
      Hostproc run = Hostproc.startCommand(folder, shell(clean + String.format(collect, LAUNCHER)));
      assertEquals(0, run.exitCode(), run.err());
      List<String> environment = run.out().lines().filter(line -> line.contains("LC_")).toList();
      assertEquals(
          locale.startsWith("LANG") ? List.of() : List.of(locale), environment, "the caller's own");
    }
    assertEquals(4, Hostproc.lines(rows));

    String jar = "java -jar " + Program.JAR;
    for (String call :
        List.of(
            "export LC_ALL=C; " + String.format(collect, jar),
            "mkdir x$(printf '\\377'); cd x*; "
                + String.format(collect, LAUNCHER).replace("cd ünï; ", ""),
            String.format(collect, LAUNCHER)
                .replace(" -- env", " --output $(printf '\\377') -- env"),
            "cd ünï; echo ssl.truststore.location=/ünï > p; LC_ALL=C "
                + jar
                + " episodes --bootstrap-servers 127.0.0.1:1 --kafka-config p")) {
      Hostproc run = Hostproc.startCommand(folder, shell(call));
      assertEquals(2, run.exitCode(), call + ": " + run.err());
      assertEquals(1, run.err().lines().count(), run.err());
      assertTrue(run.err().contains("letters that this locale lacks; "), run.err());
    }
    try (var all = Files.list(folder)) {
      assertEquals(2, all.count(), "no new folder but the one that was made");
    }
    assertEquals(4, Hostproc.lines(rows));
  }

  private static List<String> shell(String script) {
    return List.of("bash", "-c", script);
  }

  private static Path install(Path home) throws IOException {
    Files.createDirectory(home);
    Files.copy(LAUNCHER, home.resolve("hostproc"));
    Files.copy(Program.JAR, home.resolve("hostproc.jar"));
    Files.createSymbolicLink(home.resolve("lib"), Program.JAR.resolveSibling("lib"));
    return home;
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
