package cis490.hostproc.fault;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** {@code hostproc ship} of the built jar, for the file that a run's collector left. */
final class Shipping {

  private static final Path JAR = Path.of("target", "hostproc.jar").toAbsolutePath();
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(90);

  private Shipping() {}

  /** All of it must be in the topic then: exit code 0. */
  static void finish(Run run) throws IOException {
    Child ship =
        Child.start(
            run.folder(),
            "ship",
            Map.of(),
            List.of(
                Child.java(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString(),
                "ship",
                "--episode",
                run.episode(),
                "--bootstrap-servers",
                run.brokers().address(),
                run.collector().file().path().toString()));
    Assertions.assertEquals(0, ship.awaitExit(ENDS_WITHIN), () -> ship.out() + ship.err());
  }
}
