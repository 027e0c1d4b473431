package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hostproc ship}. */
@Command(
    name = "ship",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Ships a file of rows into its episode's topic: what a collector could not ship, or what"
            + " the Python sampler wrote. Alters nothing in the file. Killed anywhere and started"
            + " again, it goes on where the topic ends.")
final class ShipCommand implements Callable<Integer> {

  private static final long GIVE_UP_AFTER_S_MAX = 86_400;

  @Mixin private EpisodeOption episode;

  @Parameters(paramLabel = "FILE", description = "Its rows, JSON lines.")
  Path file;

  @Option(
      names = "--follow",
      description =
          "The file still grows: go on with the rows to come, until stopped (Ctrl-C, SIGTERM), or"
              + " until the collector that writes it has ended the episode.")
  boolean follow;

  @Option(
      names = "--skip-invalid",
      description = "Leave out lines that are no valid rows, and count them.")
  boolean skipInvalid;

  @Option(
      names = "--give-up-after-s",
      paramLabel = "S",
      description =
          "Fail when Kafka has taken nothing for so long; 0 for never. Default: 60, with --follow"
              + " never.")
  private Long giveUpAfterS;

  @Mixin KafkaOptions kafka;

  @Mixin LingerOption shipping;

  @Spec private CommandSpec spec;

  ShipCommand() {}

  @Override
  public Integer call() throws Exception {
    if (giveUpAfterS != null && (giveUpAfterS < 0 || giveUpAfterS > GIVE_UP_AFTER_S_MAX)) {
      throw new ParameterException(
          spec.commandLine(),
          "--give-up-after-s " + giveUpAfterS + ": 0 to " + GIVE_UP_AFTER_S_MAX);
    }
    shipping.check();
    kafka.check(false);
    try (Shipment shipment = new Shipment(this)) {
      int exitCode = shipment.run();
      spec.commandLine().getErr().print(shipment.report());
      spec.commandLine().getErr().flush();
      return exitCode;
    }
  }

  EpisodeId episode() {
    return episode.id();
  }

  /** Null for never. */
  Duration giveUpAfter() {
    long seconds = giveUpAfterS == null ? (follow ? 0 : 60) : giveUpAfterS;
    return seconds == 0 ? null : Duration.ofSeconds(seconds);
  }

  /** The command line that ships a file. */
  static String commandLine(EpisodeId episode, Path file, KafkaOptions kafka) {
    return Report.program()
        + " ship --episode "
        + episode
        + " "
        + KafkaOptions.quoted(file.toString())
        + kafka.asArguments();
  }
}
