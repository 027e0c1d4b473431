package cis490.hostproc.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a class of the tests in a JVM of its own, with the options that the test is about. */
public final class Elsewhere {

  private Elsewhere() {}

  /** The lines that it prints; interpreted, so that nothing is compiled away. */
  public static List<String> run(Class<?> main, List<String> options, String... args)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xint");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    Process java =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      List<String> lines =
          new String(java.getInputStream().readAllBytes(), US_ASCII).lines().toList();
      assertEquals(0, java.waitFor());
      return lines;
    } finally {
      java.destroyForcibly();
    }
  }
}
