package cis490.hostproc.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A program of the machine that a test needs; a machine may lack it. Then the test is skipped, and
 * says so; with {@code HOSTPROC_REQUIRE_TOOLS=true} (CI) it fails instead.
 */
public final class Tool {

  private static final long LIMIT_S = 60;

  private Tool() {}

  /** Skips the running test, with the reason printed, unless the program answers. */
  public static void require(String... probe) throws IOException, InterruptedException {
    boolean answers;
    try {
      Process process = new ProcessBuilder(probe).redirectErrorStream(true).start();
      process.getOutputStream().close();
      process.getInputStream().readAllBytes();
      answers = process.waitFor() == 0;
    } catch (IOException notThere) {
      answers = false;
    }
    require(answers, "\"" + String.join(" ", probe) + "\" does not work on this machine");
  }

  /** Skips the running test unless it may start processes of other users. */
  public static void requireRoot() {
    require("root".equals(System.getProperty("user.name")), "not root, so no other user's process");
  }

  /** Skips the running test, with the reason printed, unless the machine is as it must be. */
  public static void require(boolean there, String otherwise) {
    if (there) {
      return;
    }
    if ("true".equals(System.getenv("HOSTPROC_REQUIRE_TOOLS"))) {
      Assertions.fail(otherwise);
    }
    System.out.println("SKIPPED: " + otherwise);
    Assumptions.abort(otherwise);
  }

  /** What the program prints; fails the test if it fails or takes longer than a minute. */
  public static byte[] output(byte[] input, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(List.of(command)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      CompletableFuture<byte[]> output =
          CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input);
      }
      Assertions.assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), "took too long");
      byte[] printed = output.join();
      Assertions.assertEquals(0, process.exitValue(), () -> String.join(" ", command) + " failed");
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }

  /** What the program prints, as text without the last line's end. */
  public static String line(String... command) throws IOException, InterruptedException {
    return new String(output(new byte[0], command), StandardCharsets.UTF_8).strip();
  }

  private static byte[] all(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
