package cis490.hostproc.cli;

import cis490.hostproc.broker.Broker;
import cis490.hostproc.broker.BrokerJars;
import cis490.hostproc.episode.FailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc broker}. */
final class BrokerCommand extends Command {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final int PORT_MAX = 65535;

  private final OptionSpec dataFolder =
      add(
          OptionSpec.builder("--data")
              .type(Path.class)
              .paramLabel("DIR")
              .defaultValue(KafkaOptions.BROKER_DATA)
              .description("Keeps the topics. Default: ${DEFAULT-VALUE}"));

  private final OptionSpec portNumber =
      add(
          OptionSpec.builder("--port")
              .type(Integer.class)
              .paramLabel("PORT")
              .defaultValue("9092")
              .description(
                  "Where clients reach it; 0 for any that is free. Default: ${DEFAULT-VALUE}"));

  BrokerCommand() {
    super("Run the embedded Kafka on 127.0.0.1 until stopped.", "Ctrl-C or SIGTERM stops it.");
  }

  @Override
  public Integer call() throws Exception {
    Path data = dataFolder.getValue();
    int port = portNumber.getValue();
    if (port < 0 || port > PORT_MAX) {
      throw usage("--port " + port + ": 0 to " + PORT_MAX);
    }
    CountDownLatch stopped = new CountDownLatch(1);
    StopSignal.onStop(stopped::countDown, STOP_LIMIT);
    try (Broker broker = BrokerJars.start(data, port)) {
      err().println("Kafka is ready on " + broker.address() + ", data in " + data);
      stopped.await();
    } catch (IOException failure) {
      throw new FailedException(reason(failure), failure);
    }
    return 0;
  }

  private static @Nullable String reason(IOException failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure.getMessage() : failure.getMessage() + ": " + cause.getMessage();
  }
}
