package cis490.hostproc.cli;

import cis490.hostproc.archive.FileShipment;
import cis490.hostproc.collect.Log;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.ship.KnownManifest;
import cis490.hostproc.ship.Shipper;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code hostproc ship}: the options; {@link FileShipment} does it. */
final class ShipCommand extends Command {

  private static final long GIVE_UP_AFTER_S_MAX = 86_400;

  /** Kafka's words for a topic beside which none is allowed that differs in {@code .} and _. */
  private static final String TOPIC_COLLIDES = "collides with existing topic";

  /** For reading a long file back, which has no limit but progress. */
  private static final Duration STOP_MARGIN = Duration.ofMinutes(10);

  private final EpisodeOption episode = new EpisodeOption(this);

  private final PositionalParamSpec file =
      add(
          PositionalParamSpec.builder()
              .type(Path.class)
              .required(true)
              .paramLabel("FILE")
              .description("Its rows, JSON lines."));

  private final OptionSpec follow =
      addFlag(
          "--follow",
          "The file still grows: go on with the rows to come, until stopped (Ctrl-C, SIGTERM), or"
              + " until the collector that writes it has ended the episode.");

  private final OptionSpec skipInvalid =
      addFlag("--skip-invalid", "Leave out lines that are not valid rows, and count them.");

  private final OptionSpec renamed =
      addFlag(
          "--renamed",
          "The file was recorded under another episode's name, whose topic could not take it: ship"
              + " it, and its manifest, under this one.");

  private final OptionSpec giveUpAfterS =
      add(
          OptionSpec.builder("--give-up-after-s")
              .type(Long.class)
              .paramLabel("S")
              .description(
                  "Fail when Kafka has taken nothing for this long; 0 for never. Default: 60; with"
                      + " --follow: never."));

  private final KafkaOptions kafka = new KafkaOptions(this);

  private final LingerOption linger = new LingerOption(this);

  ShipCommand() {
    super(
        "Ship a file of rows into its episode's topic.",
        "For what a collector could not ship, or what the Python sampler wrote. Alters nothing in"
            + " the file. Killed anywhere and started again, it goes on where the topic ends.");
  }

  @Override
  public Integer call() throws Exception {
    Long seconds = giveUpAfterS.getValue();
    if (seconds != null && (seconds < 0 || seconds > GIVE_UP_AFTER_S_MAX)) {
      throw usage("--give-up-after-s " + seconds + ": 0 to " + GIVE_UP_AFTER_S_MAX);
    }
    linger.check();
    kafka.check(false);
    ShipmentText text = new ShipmentText(this);
    try (KafkaConnection connection = kafka.connection();
        StatusLine status = new StatusLine();
        FileShipment shipment =
            new FileShipment(
                plan(connection), now -> status.show(now.elapsed(), () -> text.line(now)))) {
      StopSignal.onStop(shipment::stop, FileShipment.STOPS_WITHIN.plus(STOP_MARGIN));
      FileShipment.Result result = shipment.run();
      status.clear();
      err().print(text.report(result));
      err().flush();
      return result.outcome() == Shipper.Outcome.EQUAL ? 0 : 1;
    }
  }

  private FileShipment.Plan plan(KafkaConnection connection) {
    return new FileShipment.Plan(
        episode(),
        file(),
        ManifestFile.beside(file()),
        follow(),
        skipInvalid(),
        renamed.getValue(),
        giveUpAfter(),
        linger.linger(),
        connection,
        Log.get());
  }

  EpisodeId episode() {
    return episode.id();
  }

  /** Null for never. */
  private @Nullable Duration giveUpAfter() {
    Long given = giveUpAfterS.getValue();
    long seconds = given == null ? (follow() ? 0 : 60) : given;
    return seconds == 0 ? null : Duration.ofSeconds(seconds);
  }

  Path file() {
    return file.getValue();
  }

  boolean follow() {
    return follow.getValue();
  }

  boolean skipInvalid() {
    return skipInvalid.getValue();
  }

  KafkaOptions kafka() {
    return kafka;
  }

  /**
   * The command line that ships a file under another name, for who can't ship it under its own;
   * null if something else is in the way.
   */
  static @Nullable String underAnotherName(
      @Nullable String problem, EpisodeId episode, Path file, KafkaOptions kafka) {
    boolean another =
        problem != null
            && (problem.contains(TOPIC_COLLIDES) || problem.contains(KnownManifest.ANOTHER));
    String name = episode + "-2";
    return another && EpisodeId.fits(name)
        ? commandLine(new EpisodeId(name), file, kafka) + " --renamed"
        : null;
  }

  /** The command line that ships a file. */
  static String commandLine(EpisodeId episode, Path file, KafkaOptions kafka) {
    return TextTable.program()
        + " ship --episode "
        + episode
        + " "
        + KafkaOptions.quoted(file.toString())
        + kafka.asArguments();
  }
}
