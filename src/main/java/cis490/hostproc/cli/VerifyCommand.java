package cis490.hostproc.cli;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.row.RowCheck;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.KafkaSettings;
import cis490.hostproc.ship.TopicCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hostproc verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Reads an episode's topic back and holds it against the file, byte for byte; checks each"
          + " line and the manifest; tells of gaps and of steps of the clock. Alters nothing.",
      "Exit code 0 only if the topic has every row of the file and nothing else, all lines are"
          + " valid rows, and the manifest, if there is one, agrees."
    })
final class VerifyCommand implements Callable<Integer> {

  private static final String CLIENT_ID = "hostproc-verify";

  @Mixin private EpisodeOption episode;

  @Parameters(paramLabel = "FILE", description = "The rows' file.")
  private Path file;

  @Option(
      names = "--skip-invalid",
      description = "Leave out lines that are no valid rows: they are not in the topic either.")
  private boolean skipInvalid;

  @Mixin private KafkaOptions kafka;
  @Spec private CommandSpec spec;

  private StatusLine status;

  VerifyCommand() {}

  @Override
  public Integer call() throws Exception {
    kafka.check(false);
    Verification verification;
    try (JournalReader rows = JournalReader.open(file);
        KafkaConnection connection = kafka.connection()) {
      status = new StatusLine(System.err);
      verification = verify(rows, connection.settings());
    } catch (IOException failure) {
      throw new FailedException(Failures.describe(file, failure), failure);
    } catch (UncheckedIOException failure) {
      throw new FailedException(Failures.describe(file, failure.getCause()), failure);
    } finally {
      if (status != null) {
        status.clear();
      }
    }
    spec.commandLine().getOut().print(verification.text());
    spec.commandLine().getOut().flush();
    return verification.exitCode();
  }

  private Verification verify(JournalReader rows, KafkaSettings settings) throws Exception {
    try (TopicCheck topic = TopicCheck.open(settings, episode.id().topic(), CLIENT_ID)) {
      // In this order: rows that a collector adds meanwhile are then in the file at least.
      long length = rows.length();
      FileCheck ofFile =
          FileCheck.read(rows, length, rows.tornBytes(), new Progress(status, "lines checked"));
      TopicCheck.Result ofTopic =
          topic.compare(
              JournalCursor.atStart(rows, keep()),
              length,
              episode.id().value(),
              RowFormat.headers(),
              new Progress(status, "rows of the topic compared"));
      Manifest elsewhere = sealedElsewhere(ofFile.manifest(), settings);
      return new Verification(
          episode.id(),
          file,
          skipInvalid,
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

  private JournalCursor.Keep keep() {
    if (!skipInvalid) {
      return JournalCursor.Keep.ALL;
    }
    RowCheck check = new RowCheck();
    return (line, number) -> check.problem(line) == null;
  }
}
