package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A command's world under {@code collect} is the one that it has when the caller starts it himself:
 * all that {@code /proc/self} says of what a process inherits, field by field.
 */
@ExtendWith(EndsWhatItStarts.class)
class InheritanceIT {

  /** All that a shell can give a process on its way, each of it unusual. */
  private static final String UNUSUAL =
      """
      umask 027
      ulimit -Sn 512
      ulimit -c 0
      exec 4</etc/passwd 7>>written 9<>both 3<&-
      read -r first <&4
      trap '' %s
      exec nice -n 3 taskset -c 0 env --block-signal=WINCH 'a.b=1' 'x-y=2' 'f%%=() {  echo 1
      }' 'BASH_FUNC_g%%%%=() {  :; }' '=empty' '-u=-i' 'byte=%s' 'many= * "$0" \\' "$@"
      """;

  /** The JVM takes these for itself, which only the launcher can know. */
  private static final String ALSO_THE_JVMS = "PIPE QUIT";

  private static final List<String> INHERITED =
      List.of(
          "environ",
          "limits",
          "status",
          "stat",
          "cmdline",
          "oom_score_adj",
          "coredump_filter",
          "personality",
          "cgroup",
          "timerslack_ns");

  /** Of status: who a process is, and what it has used. */
  private static final Pattern OWN_STATUS =
      Pattern.compile(
          "(Pid|Tgid|PPid|NSpid|NStgid|FDSize|Vm.*|Rss.*|Threads|SigQ|.*ctxt_switches):.*");

  /** Of stat: state, group, session, terminal, its foreground group; priority, nice and so on. */
  private static final int[] INHERITED_STAT = {5, 6, 7, 8, 18, 19, 38, 40, 41};

  /**
   * What {@code java -jar} can't know: the JVM has changed it before it runs anything. Of the
   * ignored signals that is number 33, the C library's.
   */
  private static final Pattern JVMS =
      Pattern.compile("(?m)^(Max open files .*|[0-9a-f]{8})$\n|(?<=SigIgn:\t0000000).");

  /** Another one at each run. */
  private static final String EPISODE = "EPISODE";

  @TempDir private Path folder;

  @Test
  void underTheLauncherACommandInheritsWhatItWouldWithoutIt() throws Exception {
    List<String> launcher = List.of(Program.LAUNCHER.toString());
    String setting = setting("CHLD USR1 HUP " + ALSO_THE_JVMS);
    assertSame(world(setting, List.of()), world(setting, collect(launcher)));
  }

  @Test
  void underJavaACommandInheritsAllButWhatTheJvmHasChangedBefore() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String setting = setting("CHLD USR1 HUP");
    String direct = world(setting, List.of());
    String under = world(setting, collect(List.of(java, "-jar", Program.JAR.toString())));
    assertSame(JVMS.matcher(direct).replaceAll(""), JVMS.matcher(under).replaceAll(""));
  }

  /** Names the lines that differ, and not all. */
  private static void assertSame(String direct, String under) {
    assertEquals(
        onlyIn(direct, under), onlyIn(under, direct), "left directly, right under collect");
    assertEquals(direct, under);
  }

  private static List<String> onlyIn(String one, String other) {
    List<String> others = other.lines().toList();
    return one.lines().filter(each -> !others.contains(each)).toList();
  }

  @Test
  void whatIsClosedStaysClosed() throws Exception {
    List<String> launcher = List.of(Program.LAUNCHER.toString());
    String setting = "exec <&- 2>&-; exec \"$@\"";
    List<String> list = List.of("sh", "-c", "echo /proc/$$/fd/*");
    String direct = text(shown(setting, List.of(), list));
    String under = text(shown(setting, collect(launcher), list));
    assertEquals(direct.replaceAll("[0-9]+/fd", ""), under.replaceAll("[0-9]+/fd", ""));
  }

  @Test
  void argumentsThatAreNoTextArriveAsTheyAre() throws Exception {
    // A Java string can't hold them: the shell makes them.
    String setting = "exec \"$@\" \"$(printf 'a\\377b')\" \"$(printf '\\303\\251')\"";
    List<String> show = List.of("printf", "%s.");
    Path direct = shown(setting, List.of(), show);
    Path under = shown(setting, collect(List.of(Program.LAUNCHER + "")), show);
    assertEquals(text(direct), text(under));
    assertEquals("a\377b.\303\251.", text(under));
  }

  private static String setting(String ignored) {
    return UNUSUAL.formatted(ignored, "\u00e9");
  }

  /** All that is inherited, as text that can be compared line by line. */
  private String world(String setting, List<String> before) throws Exception {
    List<String> tail = new ArrayList<>(List.of("tail", "-v", "-n", "+1"));
    INHERITED.forEach(each -> tail.add("/proc/self/" + each));
    String all = text(shown(setting, before, tail));
    StringBuilder inherited = new StringBuilder();
    for (String section : all.split("==> /proc/self/")) {
      String name = section.lines().findFirst().orElse("");
      inherited.append(
          switch (name.split(" ")[0]) {
            case "status" -> without(section, OWN_STATUS);
            case "stat" -> stat(section);
            default -> section;
          });
    }
    assertTrue(inherited.length() > 1000, all);
    return inherited.toString().replace('\0', '\n') + descriptors(setting, before);
  }

  private static String without(String section, Pattern lines) {
    return section
        .lines()
        .filter(each -> !lines.matcher(each).matches())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String stat(String section) {
    String line = section.lines().skip(1).findFirst().orElseThrow();
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
    return IntStream.of(INHERITED_STAT)
        .mapToObj(each -> "stat " + each + ": " + fields[each - 3])
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Number and file of each, those of the program that lists them included. */
  private String descriptors(String setting, List<String> before) throws Exception {
    Path printed = shown(setting, before, List.of("find", "/proc/self/fd/", "-printf", "%f %l\\n"));
    // Where the list goes, the collector's number, and pipes have other names each time.
    return text(printed)
        .lines()
        .map(each -> each.replaceAll("/shown-.*|/proc/[0-9]+/|(?<=pipe:).*", ""))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  private static List<String> collect(List<String> way) {
    List<String> words = new ArrayList<>(way);
    words.addAll(List.of("collect", "--offline", "--episode", EPISODE, "--"));
    return words;
  }

  /** The file that has what the program printed. */
  private Path shown(String setting, List<String> before, List<String> program) throws Exception {
    Tool.require("env", "--block-signal=WINCH", "true");
    Path out = Files.createTempFile(folder, "shown-", "");
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", setting, "sh"));
    words.addAll(before);
    words.addAll(program);
    words.replaceAll(each -> each.equals(EPISODE) ? "inherits-" + UUID.randomUUID() : each);
    Files.deleteIfExists(folder.resolve("written"));
    Process process =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    assertEquals(0, process.waitFor(), () -> Arrays.toString(words.toArray()));
    return out;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, ISO_8859_1);
  }
}
