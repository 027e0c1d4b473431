package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says to help, version, completion and mistakes. */
@ExtendWith(EndsWhatItStarts.class)
class UsageIT {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "-                                               | which command?",
        "frob                                            | 'frob'",
        "collect                                         | '--episode=ID'",
        "collect --episode a                             | --pid PID, or -- COMMAND",
        "collect --episode a --pid 1 --offline -- true   | one of them",
        "collect --episode a --pid 0 --offline           | --pid 0",
        "collect --episode a --pid x --offline           | 'x'",
        "collect --episode a --pid 1                     | --bootstrap-servers HOST:PORT, --embedded-broker, or --offline",
        "collect --episode a --pid 1 --offline --embedded-broker | --offline goes with no other",
        "collect --episode a --pid 1 --bootstrap-servers a:1 --embedded-broker | give one of them",
        "collect --episode a --pid 1 --bootstrap-servers a        | 'a' is not HOST:PORT",
        "collect --episode a --pid 1 --offline --interval-ms 0    | --interval-ms 0",
        "collect --episode a --pid 1 --offline --interval-ms 3600001 | --interval-ms 3600001",
        "collect --episode a --pid 1 --offline --duration-s 0     | --duration-s 0",
        "collect --episode a --pid 1 --offline --duration-s NaN   | --duration-s NaN",
        "collect --episode a --pid 1 --offline --mono-origin-ns -1 | --mono-origin-ns -1",
        "collect --episode a --pid 1 --offline --mono-origin-ns 9223372036854775807 | is now",
        "collect --episode a --pid 1 --offline --summary xml      | 'xml'",
        "collect --episode a --pid 1 --offline --output /         | '/': is not a file name",
        "collect --episode a --pid 1 --bootstrap-servers a:0      | 'a:0' is not HOST:PORT: a port is 1 to 65535",
        "consume --episode a --bootstrap-servers a:1,b:99999      | 'b:99999' is not HOST:PORT",
        "episodes --bootstrap-servers ü:1                         | is not HOST:PORT",
        "collect --episode ../a --pid 1 --offline                 | '../a' is not an episode id",
        "collect --episode .a --pid 1 --offline                   | '.a' is not an episode id",
        "collect --episode a --pid 1 --bootstrap-servers a:1 --kafka-config nowhere | nowhere: no such file",
        "verify --episode a --bootstrap-servers a:1               | 'FILE'",
        "ship --episode a --bootstrap-servers a:1                 | 'FILE'",
        "ship f --bootstrap-servers a:1                           | '--episode=ID'",
        "ship --episode a f --give-up-after-s -1                  | --give-up-after-s -1",
        "ship --episode a f g --bootstrap-servers a:1             | 'g'",
        "verify f --bootstrap-servers a:1                         | '--episode=ID'",
        "verify --episode a f                                     | --bootstrap-servers",
        "consume --episode a                                      | --bootstrap-servers",
        "consume --bootstrap-servers a:1                          | '--episode=ID'",
        "episodes                                                 | --bootstrap-servers",
        "export --bootstrap-servers a:1                           | which episodes? --episode ID, or --all",
        "export --episode a --all --bootstrap-servers a:1         | one of them",
        "export --episode a --episode b --output f --bootstrap-servers a:1 | --output f: is for one",
        "export --all --output f --bootstrap-servers a:1          | --output f: is for one",
        "export --episode a --output / --bootstrap-servers a:1    | '/': is not a file name",
        "export --episode ../a                                    | '../a' is not an episode id",
        "export --episode a                                       | --bootstrap-servers",
        "retire --episode a --bootstrap-servers a:1               | where are the rows? --file FILE",
        "retire --episode a --file f --lake-rows l                | one of them",
        "retire --file f                                          | '--episode=ID'",
        "retire --episode a --file f                              | --bootstrap-servers",
        "schema table                                             | 'table'",
        "collect --episode a --pid 1 --offline --linger-ms 0      | --linger-ms 0: 1 to 60000",
        "collect --episode a --pid 1 --offline --priority low     | --priority 'low': write normal, high or realtime",
        "broker --port 65536                                      | --port 65536",
      })
  void aMistakeIsOneLineOnStderrAndExitCode2(String args, String expected) {
    Hostproc run = Hostproc.run(folder, args.equals("-") ? new String[0] : args.split(" +"));

    assertEquals(2, run.exitCode(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(expected), run.err());
    assertTrue(run.err().contains(" --help)"), run.err());
    assertEquals("", run.out());
    assertEquals(0, folder.toFile().list().length, "no file was touched");
  }

  @Test
  void aMessageHasNothingThatATerminalObeys() {
    Hostproc run = Hostproc.run(folder, "consume", "--episode", "\u001b[31mred\u009b");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("'?[31mred?'"), run.err());
  }

  @Test
  void theTopicsNameLimitIsTheEpisodesToo() {
    Hostproc run =
        Hostproc.run(folder, "collect", "--episode", "a".repeat(233), "--pid", "1", "--offline");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("at most 232"), run.err());
  }

  @Test
  void aGuardedKafkaSettingIsNamedWithItsLine() throws Exception {
    Path config = folder.resolve("client.properties");
    Files.writeString(config, "# ours\nsecurity.protocol=PLAINTEXT\n\n  isolation.level : read\n");
    Hostproc run = runWithConfig();

    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("client.properties:4: isolation.level"), run.err());
  }

  /** Each is known before anything is touched, with the line that says so. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "linger.ms=soon | :2: Invalid value soon for configuration linger.ms",
        "bootstrap.servers=a:99999 | :2: bootstrap.servers: 'a:99999' is not HOST:PORT: a port is",
        "ssl.truststore.location=/no/such.jks | :2: ssl.truststore.location: ",
        "sasl.mechanism=PLAIN | :1: security.protocol needs sasl.jaas.config",
        "sasl.jaas.config=oops | :2: sasl.jaas.config: ",
        "config.providers=file | :2: config.providers=file without config.providers.file.class",
        "delivery.timeout.ms=9&linger.ms=9 | :2: delivery.timeout.ms=9 has no room for",
        "acks=1 | :2: acks can't be set",
      })
  void aKafkaSettingThatCanNotWorkIsNamedWithItsLine(String setting, String expected)
      throws Exception {
    boolean sasl = setting.startsWith("sasl");
    Files.writeString(
        folder.resolve("client.properties"),
        "security.protocol="
            + (sasl ? "SASL_PLAINTEXT" : setting.startsWith("ssl") ? "SSL" : "PLAINTEXT")
            + "\n"
            + setting.replace('&', '\n'));
    String options = setting.startsWith("boot") ? "" : " --bootstrap-servers a:1";
    String args = "collect --episode a --kafka-config client.properties --pid 1" + options;
    Hostproc run = Hostproc.run(folder, args.split(" "));

    assertEquals(2, run.exitCode(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("client.properties" + expected), run.err());
    assertEquals(1, folder.toFile().list().length, "nothing was touched");
  }

  @Test
  void theVariableIsNamedThatHasNoPort() {
    Hostproc run =
        Hostproc.startCommand(
            folder,
            List.of(
                "env",
                "KAFKA_BOOTSTRAP_SERVERS=a:0",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Program.JAR.toString(),
                "episodes"));
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains("KAFKA_BOOTSTRAP_SERVERS: 'a:0' is not"), run.err());
  }

  @Test
  void helpHasOneLineForEachCommand() {
    List<String> help = Hostproc.call("--help").out().lines().toList();
    List<String> commands = help.subList(help.indexOf("Commands:") + 1, help.size());
    assertEquals(15, commands.size(), () -> String.join("\n", commands));
    for (String each : commands) {
      assertTrue(each.matches("  [a-z-]+ +\\S.*\\."), each);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "collect --help",
        "verify -h",
        "consume -h",
        "episodes -h",
        "broker -h",
        "schema -h"
      })
  void helpGoesToStdout(String args) {
    Hostproc run = Hostproc.run(folder, args.split(" "));
    assertEquals(0, run.exitCode());
    assertTrue(run.out().startsWith("Usage: hostproc"), run.out());
    assertEquals("", run.err());
  }

  /** To a disk that is full, to nowhere, and to a reader that is gone before it began. */
  @ParameterizedTest
  @CsvSource({
    "--help, >/dev/full",
    "--version, >/dev/full",
    "generate-completion, >/dev/full",
    "schema row, >/dev/full",
    "collect --help, >&-",
    "schema episode, >&- <&-",
    "schema row, gone",
  })
  void outputThatIsLostIsAFailure(String args, String stdout) {
    String program = Program.LAUNCHER + " " + args;
    String line =
        stdout.equals("gone")
            ? "mkfifo p; exec 3<>p 4>p 3<&-; rm p; " + program + " >&4"
            : program + " " + stdout;
    Hostproc run = Hostproc.startCommand(folder, List.of("bash", "-c", line));
    assertEquals(1, run.exitCode(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().matches("hostproc[ a-z]*: standard output: .+\n"), run.err());
  }

  @Test
  void versionSaysWhatRuns() {
    Hostproc run = Hostproc.run(folder, "--version");
    assertEquals(0, run.exitCode());
    assertTrue(
        run.out()
            .matches(
                "(?s)hostproc \\d+\\.\\d+\\.\\d+(\\+[0-9a-f]{7,}(-dirty)?)?\nKafka 4\\.3\\.1\nJava 17.*"));
  }

  @Test
  void completionIsAScriptForTheShell() {
    Hostproc run = Hostproc.run(folder, "generate-completion");
    assertEquals(0, run.exitCode());
    assertTrue(run.out().startsWith("#!/usr/bin/env bash"), run.out());
    assertTrue(run.out().contains("--append-other-process"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"schema", "schema row", "schema episode", "schema agent", "schema control"})
  void schemaPrintsTheSchema(String args) throws Exception {
    Hostproc run = Hostproc.run(folder, args.split(" "));
    assertEquals(0, run.exitCode());
    String which = args.replaceFirst("schema *", "");
    String expected = which.isEmpty() || which.equals("row") ? "host_proc.row" : which;
    assertEquals(Files.readString(Path.of("schemas", expected + ".schema.json")), run.out());
    assertFalse(run.out().isEmpty());
  }

  private Hostproc runWithConfig() {
    String args =
        "collect --episode a --pid 1 --bootstrap-servers a:1 --kafka-config client.properties";
    return Hostproc.run(folder, args.split(" "));
  }
}
