package cis490.hostproc.cli;

import cis490.hostproc.collect.Log;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.ship.TopicFollower;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc consume}. */
final class ConsumeCommand extends Command {

  private static final String CLIENT_ID = "hostproc-consume";
  private static final int OUT_BUFFER_BYTES = 64 * 1024;
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final EpisodeOption episode = new EpisodeOption(this);

  private final OptionSpec follow =
      addFlag("--follow", "Go on with the rows to come, until stopped.");

  private final KafkaOptions kafka = new KafkaOptions(this);

  private volatile boolean stop;

  ConsumeCommand() {
    super(
        "Print the rows of an episode, as JSON lines.",
        "From the first one, as its topic holds them (read_committed).");
  }

  @Override
  public Integer call() throws Exception {
    kafka.check(false);
    if (follow()) {
      // Without --follow, being stopped is a failure: rows are missing.
      StopSignal.onStop(() -> stop = true, STOP_LIMIT);
    }
    OutputStream out = new BufferedOutputStream(Stdout.stream(), OUT_BUFFER_BYTES);
    try (KafkaConnection connection = kafka.connection()) {
      print(connection.connect(), out);
    } catch (OutputException enough) {
      // Stdout knows whether that is a failure.
      Log.get().debug("not printed", enough);
    }
    return 0;
  }

  private boolean follow() {
    return follow.getValue();
  }

  private void print(KafkaSettings settings, OutputStream out) throws Exception {
    String topic = episode.id().topic();
    TopicReader.Visitor print =
        record -> {
          write(out, record.value());
          return !stop;
        };
    try {
      if (follow()) {
        follow(settings, topic, print, out);
      } else {
        TopicFollower.read(settings, topic, CLIENT_ID, print);
      }
    } catch (UnknownTopicOrPartitionException none) {
      throw KafkaFailure.noTopic(settings, topic);
    } catch (KafkaException failure) {
      throw KafkaFailure.of(settings, failure);
    } finally {
      // Rows that were read before something went wrong are good.
      flush(out);
    }
  }

  private void follow(
      KafkaSettings settings, String topic, TopicReader.Visitor print, OutputStream out)
      throws Exception {
    try (TopicFollower follower = TopicFollower.open(settings, topic, CLIENT_ID)) {
      follower.follow(
          print,
          () -> {
            flush(out);
            return stop;
          });
    }
  }

  private static void write(OutputStream out, byte[] row) {
    try {
      out.write(row);
      out.write('\n');
    } catch (IOException failure) {
      throw new OutputException(failure);
    }
  }

  private static void flush(OutputStream out) {
    try {
      out.flush();
    } catch (IOException failure) {
      throw new OutputException(failure);
    }
  }

  /** Standard output took no more. */
  private static final class OutputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputException(IOException cause) {
      super(cause);
    }
  }
}
