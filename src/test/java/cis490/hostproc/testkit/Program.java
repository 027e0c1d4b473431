package cis490.hostproc.testkit;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The built program. */
public final class Program {

  public static final Path JAR = Path.of("target", "hostproc.jar").toAbsolutePath();

  /** What users run. */
  public static final Path LAUNCHER = JAR.resolveSibling("hostproc");

  private Program() {}

  /** A copy of it there, to be meddled with; its jar. */
  public static Path copyTo(Path folder) throws IOException {
    Path libraries = Files.createDirectories(folder.resolve("lib"));
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(JAR.resolveSibling("lib"), "*.jar")) {
      for (Path each : jars) {
        Files.copy(each, libraries.resolve(each.getFileName()));
      }
    }
    return Files.copy(JAR, folder.resolve(JAR.getFileName()));
  }

  /** As a copy over it does: the same files have other bytes, a part of them or all. */
  public static void replace(Path jar, SplittableRandom random) throws IOException {
    List<Path> files = new ArrayList<>(List.of(jar));
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(jar.resolveSibling("lib"))) {
      jars.forEach(files::add);
    }
    for (Path each : files) {
      byte[] bytes = Files.readAllBytes(each);
      if (random.nextBoolean()) {
        // In the midst of the copying.
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      // Every entry is somewhere else.
      byte[] other = new byte[bytes.length + 1];
      System.arraycopy(bytes, 0, other, 1, bytes.length);
      Files.write(each, other);
    }
  }

  /** {@code hostproc ARGUMENTS}, in a JVM that starts fast and stays small. */
  public static Child start(
      Path folder, String name, Map<String, String> environment, List<String> arguments)
      throws IOException {
    return start(folder, name, environment, JAR, arguments);
  }

  /** The same of another copy. */
  public static Child start(
      Path folder, String name, Map<String, String> environment, Path jar, List<String> arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Child.java(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString()));
    command.addAll(arguments);
    return Child.start(folder, name, environment, command);
  }
}
