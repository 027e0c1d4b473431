package cis490.hostproc.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The machine's Docker engine, by the commands that people use. */
final class Docker {

  /** {@code src/main/docker/local-images} tags its own with it, where the official one is not. */
  static final String KAFKA_IMAGE = "apache/kafka:" + System.getProperty("kafka.version");

  private static final long LIMIT_S = 180;

  private Docker() {}

  /**
   * Skips the running test, with the reason printed, unless an engine answers and has the image;
   * with {@code HOSTPROC_REQUIRE_DOCKER=true} (CI) the test fails instead.
   */
  static void require(String image) throws Exception {
    require(works("docker", "info"), "no Docker engine answers");
    require(works("docker", "image", "inspect", image), "there is no image " + image);
  }

  /** The same for anything else. */
  static void require(boolean there, String otherwise) {
    if (there) {
      return;
    }
    String reason = otherwise + "; src/main/docker/local-images may help";
    if ("true".equals(System.getenv("HOSTPROC_REQUIRE_DOCKER"))) {
      Assertions.fail(reason);
    }
    System.out.println("SKIPPED: " + reason);
    Assumptions.abort(reason);
  }

  /** Whether a command is there and ends with exit code 0. */
  static boolean works(String... command) throws Exception {
    try {
      return run(Map.of(), List.of(command)).exitCode() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }

  /** {@code docker ARGUMENTS} must succeed; what it printed on stdout, without the last newline. */
  static String docker(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return run(Map.of(), command).require().strip();
  }

  /**
   * How a command ended.
   *
   * @param command what was run
   * @param exitCode 0 if it succeeded
   * @param out its stdout
   * @param err its stderr
   */
  record Ended(List<String> command, int exitCode, String out, String err) {

    /** Its stdout, if it succeeded; otherwise the test fails. */
    String require() {
      Assertions.assertEquals(0, exitCode, () -> String.join(" ", command) + "\n" + out + err);
      return out;
    }
  }

  /** Runs a command to its end, with these variables added to the environment. */
  static Ended run(Map<String, String> environment, List<String> command) throws Exception {
    Path out = Files.createTempFile("docker-", ".out");
    Path err = Files.createTempFile("docker-", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
      process.destroyForcibly();
      String said = Files.readString(err, UTF_8);
      Assertions.assertTrue(ended, () -> String.join(" ", command) + " takes too long\n" + said);
      return new Ended(command, process.exitValue(), Files.readString(out, UTF_8), said);
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
