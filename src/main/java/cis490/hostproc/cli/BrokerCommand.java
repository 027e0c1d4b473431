package cis490.hostproc.cli;

import cis490.hostproc.broker.Broker;
import cis490.hostproc.broker.BrokerJars;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hostproc broker}. */
@Command(
    name = "broker",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Runs the embedded Kafka on 127.0.0.1 until it is stopped (Ctrl-C, SIGTERM).")
final class BrokerCommand implements Callable<Integer> {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final int PORT_MAX = 65535;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = KafkaOptions.BROKER_DATA,
      description = "Keeps the topics. Default: ${DEFAULT-VALUE}")
  private Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "Where clients reach it; 0 for any that is free. Default: ${DEFAULT-VALUE}")
  private int port;

  @Spec private CommandSpec spec;

  BrokerCommand() {}

  @Override
  public Integer call() throws Exception {
    if (port < 0 || port > PORT_MAX) {
      throw new ParameterException(spec.commandLine(), "--port " + port + ": 0 to " + PORT_MAX);
    }
    CountDownLatch stopped = new CountDownLatch(1);
    StopSignal.onStop(stopped::countDown, STOP_LIMIT);
    try (Broker broker = BrokerJars.start(data, port)) {
      spec.commandLine()
          .getErr()
          .println("Kafka is ready on " + broker.address() + ", data in " + data);
      stopped.await();
    } catch (IOException failure) {
      throw new FailedException(reason(failure), failure);
    }
    return 0;
  }

  private static String reason(IOException failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure.getMessage() : failure.getMessage() + ": " + cause.getMessage();
  }
}
