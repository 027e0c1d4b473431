package cis490.hostproc.cli;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How soon rows are in Kafka, and so what shipping costs; docs/performance.md has the curve. */
final class LingerOption {

  private static final long LINGER_MS_MAX = Duration.ofMinutes(1).toMillis();

  @Option(
      names = "--linger-ms",
      paramLabel = "MS",
      defaultValue = "5000",
      description =
          "Rows gather so long before they are shipped: less is sooner, and costs more processor"
              + " time. Default: ${DEFAULT-VALUE}")
  private long lingerMs;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  LingerOption() {}

  void check() {
    if (lingerMs < 1 || lingerMs > LINGER_MS_MAX) {
      throw new ParameterException(
          mixee.commandLine(), "--linger-ms " + lingerMs + ": 1 to " + LINGER_MS_MAX);
    }
  }

  Duration linger() {
    return Duration.ofMillis(lingerMs);
  }
}
