package cis490.hostproc.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Kafka in this process: broker and controller in one (KRaft), one node, nothing replicated.
 *
 * <p>Public for {@link BrokerJars} alone, which loads it together with Kafka's server jars.
 */
public final class EmbeddedBroker implements Broker {

  private static final String LOOPBACK = "127.0.0.1";
  private static final int NODE_ID = 1;

  /** Fixed, so that a folder formatted by one run is at home in the next. */
  private static final String CLUSTER_ID = "aG9zdHByb2MtYnJva2VyIQ";

  private final KafkaRaftServer server;
  private final DataFolder folder;
  private final String address;

  private EmbeddedBroker(KafkaRaftServer server, DataFolder folder, String address) {
    this.server = server;
    this.folder = folder;
    this.address = address;
  }

  /**
   * As {@link BrokerJars#start}.
   *
   * @param data the folder
   * @param port the port, or 0
   * @return the broker
   * @throws IOException if it can't start
   */
  public static Broker start(Path data, int port) throws IOException {
    DataFolder folder = DataFolder.lock(data);
    try {
      int clientPort = port == 0 ? freePort() : port;
      requireFree(clientPort);
      Properties config = config(data, clientPort, freePort());
      format(data);
      KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
      server.startup();
      String address = LOOPBACK + ":" + clientPort;
      folder.publish(address);
      return new EmbeddedBroker(server, folder, address);
    } catch (IOException | RuntimeException failure) {
      folder.close();
      throw failure;
    }
  }

  private static Properties config(Path data, int clientPort, int controllerPort) {
    String controller = LOOPBACK + ":" + controllerPort;
    Properties config = new Properties();
    config.put("process.roles", "broker,controller");
    config.put("node.id", Integer.toString(NODE_ID));
    config.put("controller.quorum.voters", NODE_ID + "@" + controller);
    config.put("controller.listener.names", "CONTROLLER");
    config.put(
        "listeners", "CLIENT://" + LOOPBACK + ":" + clientPort + ",CONTROLLER://" + controller);
    config.put("advertised.listeners", "CLIENT://" + LOOPBACK + ":" + clientPort);
    config.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    config.put("inter.broker.listener.name", "CLIENT");
    config.put("log.dirs", data.toString());
    config.put("auto.create.topics.enable", "false");
    // One node: nothing can be replicated, and one partition of each internal topic is plenty.
    for (String topic : new String[] {"offsets.topic", "transaction.state.log"}) {
      config.put(topic + ".replication.factor", "1");
      config.put(topic + ".num.partitions", "1");
    }
    config.put("transaction.state.log.min.isr", "1");
    config.put("share.coordinator.state.topic.replication.factor", "1");
    config.put("share.coordinator.state.topic.num.partitions", "1");
    config.put("share.coordinator.state.topic.min.isr", "1");
    config.put("group.initial.rebalance.delay.ms", "0");
    // Ten years: how far a lake has come. Forgotten, after a week without it, rows come twice.
    config.put("offsets.retention.minutes", "5256000");
    // After a SIGKILL the controller waits this long before it lets the broker back in.
    config.put("broker.session.timeout.ms", "2000");
    config.put("broker.heartbeat.interval.ms", "500");
    // Light: the default buffer for compaction alone is 128 MB, indexes 10 MB a partition.
    config.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024 + 1));
    config.put("log.index.size.max.bytes", Integer.toString(1024 * 1024));
    config.put("num.network.threads", "1");
    config.put("num.io.threads", "2");
    config.put("background.threads", "2");
    return config;
  }

  private static void format(Path data) throws IOException {
    Formatter formatter =
        new Formatter()
            .setPrintStream(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
            .setNodeId(NODE_ID)
            .setClusterId(CLUSTER_ID)
            .setReleaseVersion(MetadataVersion.latestProduction())
            .setControllerListenerName("CONTROLLER")
            .setMetadataLogDirectory(data.toString())
            .addDirectory(data.toString())
            .setIgnoreFormatted(true);
    try {
      formatter.run();
    } catch (IOException | RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IOException("could not format " + data, failure);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      return any.getLocalPort();
    }
  }

  private static void requireFree(int port) throws IOException {
    if (!DataFolder.portFree(port)) {
      throw new IOException("port " + port + " on " + LOOPBACK + " is in use; choose another");
    }
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
    folder.close();
  }
}
