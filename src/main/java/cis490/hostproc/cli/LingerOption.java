package cis490.hostproc.cli;

import java.time.Duration;
import picocli.CommandLine.Model.OptionSpec;

/** How soon rows are in Kafka, and so what shipping costs; docs/performance.md has the curve. */
final class LingerOption {

  private static final long LINGER_MS_MAX = Duration.ofMinutes(1).toMillis();

  private final Command command;
  private final OptionSpec linger;

  LingerOption(Command command) {
    this.command = command;
    linger =
        command.add(
            OptionSpec.builder("--linger-ms")
                .type(Long.class)
                .paramLabel("MS")
                .defaultValue("5000")
                .description(
                    "How long to batch rows before shipping. Lower: less latency, more CPU. Default:"
                        + " ${DEFAULT-VALUE}"));
  }

  void check() {
    long lingerMs = linger.getValue();
    if (lingerMs < 1 || lingerMs > LINGER_MS_MAX) {
      throw command.usage("--linger-ms " + lingerMs + ": 1 to " + LINGER_MS_MAX);
    }
  }

  Duration linger() {
    return Duration.ofMillis(linger.getValue());
  }
}
