package cis490.hostproc.cli;

import cis490.hostproc.check.FileCheck;
import cis490.hostproc.check.RowCheck;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.ManifestTopic;
import cis490.hostproc.ship.TopicCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code hostproc verify}. */
final class VerifyCommand extends Command {

  private static final String CLIENT_ID = "hostproc-verify";

  private final EpisodeOption episode = new EpisodeOption(this);

  private final PositionalParamSpec rowsFile =
      add(
          PositionalParamSpec.builder()
              .type(Path.class)
              .required(true)
              .paramLabel("FILE")
              .description("The rows' file."));

  private final OptionSpec skipInvalid =
      addFlag(
          "--skip-invalid",
          "Leave out lines that are no valid rows: they are not in the topic either.");

  private final KafkaOptions kafka = new KafkaOptions(this);

  private StatusLine status;

  VerifyCommand() {
    super(
        "Reads an episode's topic back and holds it against the file, byte for byte; checks each"
            + " line and the manifest; tells of gaps and of steps of the clock. Alters nothing.",
        "Exit code 0 only if the topic has every row of the file and nothing else, all lines are"
            + " valid rows, and the manifest, if there is one, agrees.");
  }

  @Override
  public Integer call() throws Exception {
    kafka.check(false);
    Path file = rowsFile.getValue();
    Verification verification;
    try (JournalReader rows = JournalReader.open(file);
        KafkaConnection connection = kafka.connection()) {
      status = new StatusLine(System.err);
      verification = verify(rows, connection.connect());
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(file, failure), failure);
    } catch (UncheckedIOException failure) {
      throw new FailedException(FileFailure.describe(file, failure.getCause()), failure);
    } finally {
      if (status != null) {
        status.clear();
      }
    }
    out().print(verification.text());
    out().flush();
    return verification.exitCode();
  }

  private Verification verify(JournalReader rows, KafkaSettings settings) throws Exception {
    try (TopicCheck topic = TopicCheck.open(settings, episode.id().topic(), CLIENT_ID)) {
      // In this order: rows that a collector adds meanwhile are then in the file at least.
      long length = rows.length();
      FileCheck ofFile =
          FileCheck.read(
              rows, length, rows.tornBytes(), new ReadingProgress(status, "lines checked"));
      TopicCheck.Result ofTopic =
          topic.compare(
              JournalCursor.atStart(rows, keep()),
              length,
              episode.id().value(),
              RowFormat.headers(),
              new ReadingProgress(status, "rows of the topic compared"));
      Manifest elsewhere = sealedElsewhere(ofFile.manifest(), settings);
      return new Verification(
          episode.id(),
          rowsFile.getValue(),
          skipInvalid(),
          elsewhere == null ? ofFile : ofFile.with(elsewhere),
          elsewhere != null,
          ofTopic);
    } catch (UnknownTopicOrPartitionException none) {
      throw KafkaFailure.noTopic(settings, episode.id().topic());
    } catch (KafkaException failure) {
      throw KafkaFailure.of(settings, failure);
    }
  }

  /** A file on a read-only disk was sealed in Kafka alone. Null if it was not. */
  private Manifest sealedElsewhere(Manifest beside, KafkaSettings settings) throws Exception {
    if (beside == null || beside.state() != Manifest.State.OPEN) {
      return null;
    }
    Manifest inKafka = ManifestTopic.read(settings, CLIENT_ID).get(episode.id().value());
    return inKafka != null && inKafka.state() == Manifest.State.SEALED ? inKafka : null;
  }

  private boolean skipInvalid() {
    return skipInvalid.getValue();
  }

  private JournalCursor.Keep keep() {
    if (!skipInvalid()) {
      return JournalCursor.Keep.ALL;
    }
    RowCheck check = new RowCheck();
    return (line, number) -> check.problem(line) == null;
  }
}
