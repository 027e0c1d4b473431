package cis490.hostproc.cli;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.archive.Verification;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.kafka.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code hostproc verify}: the options; {@link Verification} does it. */
final class VerifyCommand extends Command {

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
          "Leave out lines that are not valid rows: they are not in the topic either.");

  private final KafkaOptions kafka = new KafkaOptions(this);

  VerifyCommand() {
    super(
        "Compare an episode's topic with its file.",
        "Reads the topic back and compares it with the file, byte for byte; checks each line and the"
            + " manifest; reports gaps and steps of the clock. Alters nothing.",
        "Exit code 0 only if the topic has every row of the file and nothing else, all lines are"
            + " valid rows, and the manifest, if there is one, agrees.");
  }

  @Override
  public Integer call() throws Exception {
    kafka.check(false);
    Path file = rowsFile.getValue();
    Verification found;
    try (JournalReader rows = JournalReader.open(file);
        KafkaConnection connection = kafka.connection();
        StatusLine status = new StatusLine()) {
      found = verify(rows, connection.connect(), new ReadingProgress(status));
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(file, failure), failure);
    } catch (UncheckedIOException failure) {
      throw new FailedException(
          FileFailure.describe(file, requireNonNull(failure.getCause())), failure);
    }
    out().print(new VerificationText(found, file).text());
    out().flush();
    return found.isVerified() ? 0 : 1;
  }

  private Verification verify(JournalReader rows, KafkaSettings settings, ReadingProgress progress)
      throws Exception {
    try {
      return Verification.of(episode.id(), rows, skipInvalid.getValue(), settings, progress);
    } catch (KafkaException failure) {
      throw KafkaFailure.of(settings, episode.id(), failure);
    }
  }
}
