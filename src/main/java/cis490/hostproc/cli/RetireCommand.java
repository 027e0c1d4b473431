package cis490.hostproc.cli;

import cis490.hostproc.kafka.KafkaSettings;
import java.nio.file.Path;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc retire}. */
final class RetireCommand extends Command {

  static final String CLIENT_ID = "hostproc-retire";

  private final EpisodeOption episode = new EpisodeOption(this);

  private final OptionSpec file =
      add(
          OptionSpec.builder("--file")
              .type(Path.class)
              .paramLabel("FILE")
              .description("A file with all of its rows: the original, or what export wrote."));

  private final OptionSpec lakeRows =
      add(
          OptionSpec.builder("--lake-rows")
              .type(Path.class)
              .paramLabel("FILE")
              .description(
                  "Its rows as the lake has them, JSON lines ordered by seq, written by the lake's"
                      + " own SQL engine; - is standard input. docs/lake.md has the queries."));

  private final OptionSpec delete =
      addFlag("--delete", "Delete the topic. Without it nothing is altered anywhere.");

  private final KafkaOptions kafka = new KafkaOptions(this);

  RetireCommand() {
    super(
        "Deletes an episode's topic, once its rows are proved to be elsewhere: each of them is held"
            + " against the topic, and their number and hash against the sealed manifest.",
        "A dry run unless --delete is given. Exit code 0 only if the proof holds.");
  }

  @Override
  public Integer call() throws Exception {
    if ((file.getValue() == null) == (lakeRows.getValue() == null)) {
      throw usage("where are the rows? --file FILE, or --lake-rows FILE, one of them");
    }
    kafka.check(false);
    try (KafkaConnection connection = kafka.connection()) {
      KafkaSettings settings = connection.connect();
      try {
        Retirement retirement = new Retirement(episode.id(), settings);
        Path path = file.getValue();
        if (path != null) {
          retirement.proveByFile(path);
        } else {
          retirement.proveByLake(lakeRows.getValue());
        }
        boolean deletes = delete.getValue();
        if (deletes && retirement.proved()) {
          retirement.delete();
        }
        out().print(retirement.text());
        out().flush();
        return retirement.proved() ? 0 : 1;
      } catch (KafkaException failure) {
        throw KafkaFailure.of(settings, failure);
      }
    }
  }
}
