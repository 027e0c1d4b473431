package cis490.hostproc.testkit;

import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.junit.jupiter.api.Assertions;

/**
 * A Kafka of one broker, or of three with everything replicated and {@code min.insync.replicas=2}.
 * Each broker is a process: it can be killed, frozen, resumed, and started again on the same data
 * and port. As Kafka comes, topics are made by whoever asks for one.
 */
public final class Brokers implements AutoCloseable {

  public static final String CONTROLLER = "CONTROLLER";
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration READY_WITHIN = Duration.ofSeconds(90);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(60);

  /** Below the ports that Linux gives to clients: a broker that is away keeps its port. */
  private static final int PORT_FIRST = 20_000;

  private static final int PORT_LAST = 32_000;

  /**
   * Of this JVM: one that is not bound yet is not chosen twice; others have the odd or even ones.
   */
  private static final Set<Integer> CHOSEN = ConcurrentHashMap.newKeySet();

  private static final int FORK = Integer.getInteger("surefire.forkNumber", 1);

  private final Path folder;
  private final List<Node> nodes;
  private final Wire wire;

  /** Beside the usual settings, or instead. */
  private final Map<String, String> more;

  private Brokers(Path folder, List<Node> nodes, Map<String, String> more) throws IOException {
    this.folder = folder;
    this.nodes = nodes;
    this.more = more;
    this.wire = new Wire(nodes.get(0).wirePort, nodes.get(0).wiredPort);
  }

  /** Starts them in a new folder, and waits until they answer. */
  public static Brokers start(Path folder, int count) throws Exception {
    return start(folder, count, Map.of());
  }

  /** Starts them with some settings of their own. */
  public static Brokers start(Path folder, int count, Map<String, String> more) throws Exception {
    Files.createDirectories(folder);
    SplittableRandom random = new SplittableRandom();
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(new Node(i + 1, random));
    }
    Brokers brokers = new Brokers(folder, nodes, more);
    for (Node node : nodes) {
      brokers.writeConfig(node);
    }
    brokers.heal();
    return brokers;
  }

  private static int freePort(SplittableRandom random) throws IOException {
    while (true) {
      int port = random.nextInt(PORT_FIRST, PORT_LAST);
      if (port % 2 != FORK % 2 || !CHOSEN.add(port)) {
        continue;
      }
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress(InetAddress.getByName(LOOPBACK), port));
        return port;
      } catch (IOException taken) {
        // Another one.
      }
    }
  }

  private void writeConfig(Node node) throws IOException {
    String replicas = Integer.toString(nodes.size());
    String inSync = nodes.size() == 1 ? "1" : "2";
    String client = LOOPBACK + ":" + node.clientPort;
    Properties config = new Properties();
    config.put("process.roles", "broker,controller");
    config.put("node.id", Integer.toString(node.id));
    config.put(
        "controller.quorum.voters",
        nodes.stream()
            .map(n -> n.id + "@" + LOOPBACK + ":" + n.controllerPort)
            .collect(Collectors.joining(",")));
    config.put("controller.listener.names", CONTROLLER);
    // Who comes by the wire is told to come by the wire again.
    config.put(
        "listeners",
        String.format(
            "CLIENT://%s,WIRED://%s:%d,%s://%s:%d",
            client, LOOPBACK, node.wiredPort, CONTROLLER, LOOPBACK, node.controllerPort));
    config.put(
        "advertised.listeners",
        "CLIENT://" + client + ",WIRED://" + LOOPBACK + ":" + node.wirePort);
    config.put(
        "listener.security.protocol.map", "CLIENT:PLAINTEXT,WIRED:PLAINTEXT,CONTROLLER:PLAINTEXT");
    config.put("inter.broker.listener.name", "CLIENT");
    config.put("log.dirs", folder.resolve("data-" + node.id).toAbsolutePath().toString());
    config.put("default.replication.factor", replicas);
    config.put("min.insync.replicas", inSync);
    for (String topic : List.of("offsets.topic", "transaction.state.log")) {
      config.put(topic + ".replication.factor", replicas);
      config.put(topic + ".num.partitions", "1");
    }
    config.put("transaction.state.log.min.isr", inSync);
    // Forgotten transactions are looked for this often, so that they hide nothing for long.
    config.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    config.put("group.initial.rebalance.delay.ms", "0");
    // After a SIGKILL the controllers wait this long before they let the broker back in.
    config.put("broker.session.timeout.ms", nodes.size() == 1 ? "1500" : "3000");
    config.put("broker.heartbeat.interval.ms", "500");
    config.put("controlled.shutdown.enable", "true");
    config.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024 + 1));
    config.put("log.index.size.max.bytes", Integer.toString(1024 * 1024));
    config.put("num.network.threads", "1");
    config.put("num.io.threads", "2");
    config.put("background.threads", "2");
    config.putAll(more);
    try (Writer file = Files.newBufferedWriter(configFile(node))) {
      config.store(file, null);
    }
  }

  private Path configFile(Node node) {
    return folder.resolve("node-" + node.id + ".properties").toAbsolutePath();
  }

  /** Data and logs. */
  public Path folder() {
    return folder;
  }

  /** For {@code --bootstrap-servers}: all of them. */
  public String address() {
    return nodes.stream()
        .map(node -> LOOPBACK + ":" + node.clientPort)
        .collect(Collectors.joining(","));
  }

  /** A way to the first of them that can be meddled with. */
  public Wire wire() {
    return wire;
  }

  /** For {@code --bootstrap-servers}: by the wire, if there is one. */
  public String wireAddress() {
    return LOOPBACK + ":" + nodes.get(0).wirePort;
  }

  /** How many; they are numbered from 0. */
  public int size() {
    return nodes.size();
  }

  /** A client to meddle with topics. */
  public Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", address()));
  }

  /** Which of them leads a topic's only partition. */
  public int leader(String topic) throws Exception {
    try (Admin admin = admin()) {
      int id =
          admin
              .describeTopics(List.of(topic))
              .topicNameValues()
              .get(topic)
              .get()
              .partitions()
              .get(0)
              .leader()
              .id();
      return IntStream.range(0, size())
          .filter(i -> nodes.get(i).id == id)
          .findFirst()
          .orElseThrow();
    }
  }

  /** SIGKILL. */
  public void kill(int number) {
    nodes.get(number).child.kill();
  }

  /** Takes away what a broker that is down has written of transactions, as a power cut can. */
  public void forgetTransactions(int number) throws IOException {
    Path data = folder.resolve("data-" + nodes.get(number).id);
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(data, "__transaction_state-*")) {
      for (Path log : logs) {
        Folders.delete(log);
      }
    }
  }

  /** SIGTERM, and waits for its end in good order. */
  public void terminate(int number) {
    Child child = nodes.get(number).child;
    child.terminate();
    child.awaitExit(STOPPED_WITHIN);
  }

  /** SIGSTOP. */
  public void freeze(int number) throws Exception {
    nodes.get(number).child.freeze();
  }

  /** SIGCONT. */
  public void resume(int number) throws Exception {
    nodes.get(number).child.resume();
  }

  /** Starts one that is down; does not wait for it. */
  public void launch(int number) throws Exception {
    launch(number, Map.of());
  }

  /** Starts one that is down, with something in its environment; does not wait for it. */
  public void launch(int number, Map<String, String> environment) throws Exception {
    Node node = nodes.get(number);
    Assertions.assertFalse(node.up(), "broker " + number + " runs already");
    node.starts++;
    node.asUsual = environment.isEmpty();
    List<String> command =
        List.of(
            Child.java(),
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerMain.class.getName(),
            configFile(node).toString());
    node.child =
        Child.start(folder, "node-" + node.id + "-start-" + node.starts, environment, command);
  }

  /** Until it serves clients. */
  public void awaitReady(int number) throws Exception {
    Child child = nodes.get(number).child;
    Wait.until(
        "broker " + number + " is ready, see " + folder,
        READY_WITHIN,
        () -> {
          Assertions.assertTrue(child.alive(), () -> "the broker ended: " + child.err());
          return child.out().startsWith(BrokerMain.READY);
        });
  }

  /** Whether it was started and has not ended; it may be frozen. */
  public boolean up(int number) {
    return nodes.get(number).up();
  }

  /** Whether it is up and not frozen. */
  public boolean running(int number) {
    return up(number) && nodes.get(number).child.running();
  }

  /** All of them up, resumed, and ready, each as it usually is. */
  public void heal() throws Exception {
    for (int i = 0; i < size(); i++) {
      Node node = nodes.get(i);
      if (node.up()) {
        node.child.resume();
        if (!node.asUsual) {
          // Not in good order: with a clock that was set back that can take hours.
          kill(i);
        }
      }
      if (!node.up()) {
        launch(i);
      }
    }
    for (int i = 0; i < size(); i++) {
      awaitReady(i);
    }
  }

  /** Until each replica has caught up: before that some partitions take nothing, as they should. */
  public void awaitInSync() throws Exception {
    if (size() == 1) {
      return;
    }
    try (Admin admin = admin()) {
      Wait.until("all replicas are in sync", READY_WITHIN, () -> areInSync(admin));
    }
  }

  private static boolean areInSync(Admin admin) throws Exception {
    try {
      Set<String> topics =
          admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
      return admin.describeTopics(topics).allTopicNames().get().values().stream()
          .flatMap(topic -> topic.partitions().stream())
          .allMatch(each -> each.isr().size() == each.replicas().size());
    } catch (ExecutionException notYet) {
      return false;
    }
  }

  /** Ends them. */
  @Override
  public void close() {
    wire.close();
    for (Node node : nodes) {
      if (node.up()) {
        node.child.kill();
      }
    }
  }

  private static final class Node {
    private final int id;
    private final int clientPort;
    private final int controllerPort;
    private final int wiredPort;
    private final int wirePort;
    private Child child;
    private int starts;
    private boolean asUsual;

    Node(int id, SplittableRandom random) throws IOException {
      this.id = id;
      this.clientPort = freePort(random);
      this.controllerPort = freePort(random);
      this.wiredPort = freePort(random);
      this.wirePort = freePort(random);
    }

    boolean up() {
      return child != null && child.alive();
    }
  }
}
