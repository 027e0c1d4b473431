package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a test needs beyond Java. Where it is missing the test is skipped, and says so; with {@code
 * HOSTPROC_REQUIRE_TOOLS=true} (CI) it fails instead.
 */
final class Tools {

  private Tools() {}

  static void require(String program) {
    require(found(program), program + " is not on this machine");
  }

  static void requireRoot() {
    require("root".equals(System.getProperty("user.name")), "not root, so no other user's process");
  }

  private static void require(boolean there, String reason) {
    if ("true".equals(System.getenv("HOSTPROC_REQUIRE_TOOLS"))) {
      assertTrue(there, reason);
    }
    if (!there) {
      System.out.println("SKIPPED: " + reason);
    }
    assumeTrue(there, reason);
  }

  private static boolean found(String program) {
    for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
