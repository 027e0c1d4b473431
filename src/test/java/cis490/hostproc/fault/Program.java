package cis490.hostproc.fault;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The built program. */
final class Program {

  private static final Path JAR = Path.of("target", "hostproc.jar").toAbsolutePath();

  private Program() {}

  /** {@code hostproc ARGUMENTS}, in a JVM that starts fast and stays small. */
  static Child start(
      Path folder, String name, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Child.java(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString()));
    command.addAll(arguments);
    return Child.start(folder, name, environment, command);
  }
}
