package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.proc.ProcessFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One process, and what a rule may ask of it. */
class RuleMatchTest {

  @TempDir private Path folder;

  private boolean fits(String match) throws Exception {
    MadeProcesses made = new MadeProcesses(folder);
    made.add(30, 7, "qemu-kvm", "/usr/bin/qemu-kvm", "-name", "vm 1", "-nographic");
    String rule = "{name: a, match: {" + match + "}, episode: '{pid}'}";
    RuleMatch question = new RuleMatch(made.rules(rule).watch().get(0).match());
    return question.of(ProcessFacts.of(made.root(), 30).orElseThrow()) != null;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "command: qemu-kvm | true",
        "command: 'qemu-*' | true",
        "command: qemu | false",
        "arguments: '-name vm 1 -no' | true",
        "arguments: '^-name' | false",
        "exe: '/usr/*/qemu-???' | true",
        "exe: '/usr/bin/qemu' | false",
        "user: 1000 | true",
        "user: 1 | false",
        "user: root | false",
        "cgroup: '/machine.slice/*' | true",
        "cgroup: /old | true",
        "cgroup: /machine.slice | false",
        "'command: qemu-kvm, exe: /usr/made/qemu-kvm, user: 1000, arguments: vm' | true",
        "'command: qemu-kvm, exe: /usr/made/qemu-kvm, user: 1001, arguments: vm' | false",
        "'command: qemu-kvm, arguments: xen' | false",
      },
      quoteCharacter = '"')
  void allThatARuleNamesMustFit(String match, boolean fits) throws Exception {
    assertEquals(fits, fits(match.replaceAll("^'(.*)'$", "$1")));
  }

  @ParameterizedTest
  @CsvSource({"'30', true", "'  30\n', true", "'31', false", "'', false", "'3O', false"})
  void aPidFileHoldsThePid(String text, boolean fits) throws Exception {
    Path file = folder.resolve("guest.pid");
    Files.writeString(file, text);
    assertEquals(fits, fits("pid_file: '" + file + "'"));
  }

  @Test
  void aFileThatIsMissingOrLongHoldsNoPid() throws Exception {
    Path file = folder.resolve("guest.pid");
    assertEquals(false, fits("pid_file: '" + file + "'"));
    Files.writeString(file, " ".repeat(100) + "30");
    assertEquals(false, fits("pid_file: '" + file + "'"));
    assertEquals(false, fits("pid_file: '" + folder + "'"));
  }

  @Test
  void whatCanNotBeReadDoesNotFit() throws Exception {
    MadeProcesses made = new MadeProcesses(folder);
    made.add(31, 7, "sh", "sh");
    ProcessFacts process = ProcessFacts.of(made.root(), 31).orElseThrow();
    for (String each : new String[] {"exe", "status", "cgroup", "cmdline"}) {
      Files.delete(made.root().resolve("31").resolve(each));
    }
    for (String each : new String[] {"exe: '*'", "user: 0", "cgroup: '*'", "arguments: sh"}) {
      String rule = "{name: a, match: {" + each + "}, episode: '{pid}'}";
      RuleMatch question = new RuleMatch(made.rules(rule).watch().get(0).match());
      assertEquals(null, question.of(process), each);
    }
  }
}
