package cis490.hostproc.cli;

import cis490.hostproc.archive.Retirement;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.kafka.KafkaSettings;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc retire}: the options; {@link Retirement} does it. */
final class RetireCommand extends Command {

  private static final Path STANDARD_INPUT = Path.of("-");

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
        "Delete a topic whose rows are proved to be elsewhere.",
        "Each row is compared with the topic, and their number and hash with the sealed manifest.",
        "A dry run unless --delete is given. Exit code 0 only if the proof holds.");
  }

  @Override
  public Integer call() throws Exception {
    if ((file.getValue() == null) == (lakeRows.getValue() == null)) {
      throw usage("where are the rows? --file FILE, or --lake-rows FILE, one of them");
    }
    kafka.check(false);
    try (KafkaConnection connection = kafka.connection();
        StatusLine status = new StatusLine()) {
      KafkaSettings settings = connection.connect();
      try {
        Retirement retirement = new Retirement(episode.id(), settings, new ReadingProgress(status));
        Retirement.Proof proof = prove(retirement);
        boolean deletes = delete.<Boolean>getValue() && proof.isHeld();
        if (deletes) {
          retirement.delete();
        }
        status.clear();
        out().print(text(proof, deletes));
        out().flush();
        return proof.isHeld() ? 0 : 1;
      } catch (KafkaException failure) {
        throw KafkaFailure.of(settings, episode.id(), failure);
      }
    }
  }

  private Retirement.Proof prove(Retirement retirement) throws Exception {
    if (file.getValue() != null) {
      return retirement.proveByFile(file.getValue());
    }
    Path rows = lakeRows.getValue();
    try (InputStream in = open(rows)) {
      return retirement.proveByLake(in, rows);
    }
  }

  private static InputStream open(Path rows) throws FailedException {
    try {
      return rows.equals(STANDARD_INPUT)
          ? new FileInputStream(FileDescriptor.in)
          : Files.newInputStream(rows);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(rows, failure), failure);
    }
  }

  private String text(Retirement.Proof proof, boolean isDeleted) {
    TextTable report = new TextTable();
    report.add("episode", "%s", episode.id());
    report.add("topic", "%s, %,d rows", episode.id().topic(), proof.rows());
    report.add(
        "proved by",
        "%s",
        proof.isHeld()
            ? Text.printable(proof.by().toString()) + ", row by row, and the sealed manifest"
            : "nothing");
    report.add("retired", "%s", proof.isHeld() ? outcome(isDeleted) : "no: " + proof.problem());
    return report.toString();
  }

  private static String outcome(boolean isDeleted) {
    return isDeleted
        ? "yes, the topic is deleted"
        : "not yet: a dry run; with --delete the topic would be deleted";
  }
}
