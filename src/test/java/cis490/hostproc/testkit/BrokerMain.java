package cis490.hostproc.testkit;

import java.io.FileReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One node of {@link Brokers}: a Kafka with the settings of a file, until SIGTERM or the end of its
 * input. Not {@code hostproc broker}: that one never makes topics by itself and has no others.
 */
public final class BrokerMain {

  public static final String READY = "ready";

  /** Environment variable: settings beyond those of the file. */
  public static final String MORE = "BROKER_MORE";

  private static final String CLUSTER_ID = "aG9zdHByb2MtZmF1bHRzIQ";

  private BrokerMain() {}

  /** Argument: the properties file. */
  public static void main(String[] args) throws Exception {
    Properties config = new Properties();
    try (FileReader file = new FileReader(args[0], StandardCharsets.UTF_8)) {
      config.load(file);
    }
    config.load(new StringReader(System.getenv().getOrDefault(MORE, "")));
    format(config);
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.shutdown();
                  server.awaitShutdown();
                },
                "stop-broker"));
    server.startup();
    System.out.println(READY);
    // Nothing is ever sent; the end of it says that the tests are gone.
    System.in.transferTo(OutputStream.nullOutputStream());
    System.exit(0);
  }

  private static void format(Properties config) throws Exception {
    String data = config.getProperty("log.dirs");
    try {
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setNodeId(Integer.parseInt(config.getProperty("node.id")))
          .setClusterId(CLUSTER_ID)
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName(Brokers.CONTROLLER)
          .setMetadataLogDirectory(data)
          .addDirectory(data)
          .setIgnoreFormatted(true)
          .run();
    } catch (IOException failure) {
      throw new IOException("could not format " + data, failure);
    }
  }
}
