package cis490.hostproc.kafka;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why there is no answer. A client's own timeout does not say whether nothing listened
 * there, whether something else than Kafka did, or whether the first broker named an address where
 * nothing listens. So this repeats the client's steps one by one, within seconds.
 */
public final class BrokerProbe implements AutoCloseable {

  private static final Duration STEP = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** An answer is some kilobytes. Anything longer is not an answer. */
  private static final int ANSWER_BYTES_MAX = 16 * 1024 * 1024;

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final String REFUSED = "connection refused";
  private static final String NAME = "hostproc-probe";

  private final AdminClientConfig config;
  private final Metrics metrics = new Metrics();
  private final NetworkClient client;

  private final long deadlineNs = System.nanoTime() + LIMIT.toNanos();

  private BrokerProbe(AdminClientConfig config) {
    this.config = config;
    LogContext log = new LogContext();
    ChannelBuilder channels = ClientUtils.createChannelBuilder(config, Time.SYSTEM, log);
    Selector selector =
        new Selector(
            ANSWER_BYTES_MAX, -1, metrics, Time.SYSTEM, NAME, Map.of(), false, channels, log);
    int stepMs = (int) STEP.toMillis();
    this.client =
        new NetworkClient(
            selector,
            new ManualMetadataUpdater(),
            NAME,
            1,
            stepMs,
            stepMs,
            BUFFER_BYTES,
            BUFFER_BYTES,
            stepMs,
            stepMs,
            stepMs,
            Time.SYSTEM,
            true,
            new ApiVersions(),
            log,
            MetadataRecoveryStrategy.NONE);
  }

  /**
   * Looks for what is wrong.
   *
   * @param settings of clients that get no answer
   * @return on one line, or null if all brokers answer now
   */
  public static @Nullable String problem(KafkaSettings settings) {
    try {
      AdminClientConfig config = settings.adminConfig();
      List<InetSocketAddress> addresses = ClientUtils.parseAndValidateAddresses(config);
      try (BrokerProbe probe = new BrokerProbe(config)) {
        return probe.problem(settings.bootstrapServers(), addresses);
      }
    } catch (KafkaException failure) {
      return settings.bootstrapServers() + ": " + FailureText.describe(failure);
    }
  }

  private static boolean tls(AdminClientConfig config) {
    return protocol(config).endsWith("SSL");
  }

  private static String protocol(AdminClientConfig config) {
    return config.getString(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG).toUpperCase(Locale.ROOT);
  }

  private static String without(AdminClientConfig config) {
    return "with "
        + CommonClientConfigs.SECURITY_PROTOCOL_CONFIG
        + "="
        + protocol(config)
        + ": does it expect "
        + (tls(config) ? "no TLS" : "TLS")
        + ", or is it no Kafka?";
  }

  private @Nullable String problem(String servers, List<InetSocketAddress> addresses) {
    String first = null;
    for (int i = 0; i < addresses.size() && !late(); i++) {
      // As Kafka's clients number those that they do not know yet.
      Node node = new Node(-1 - i, addresses.get(i).getHostString(), addresses.get(i).getPort());
      String problem = reach(node);
      if (problem == null) {
        return advertised(node);
      }
      first = first == null ? problem : first;
    }
    return first == null || first.equals(REFUSED)
        ? "no Kafka broker answers on " + servers
        : "no Kafka broker answers on " + servers + ": " + first;
  }

  /** Null if a broker is there and accepts our credentials. */
  private @Nullable String reach(Node node) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(node.host(), node.port()), stepMs());
    } catch (UnknownHostException unknown) {
      return "no such host";
    } catch (IOException failure) {
      String message = String.valueOf(failure.getMessage());
      return message.contains("refused") ? REFUSED : message;
    }
    try {
      return NetworkClientUtils.awaitReady(client, node, Time.SYSTEM, stepMs())
          ? null
          : "something is there, but gives no answer";
    } catch (AuthenticationException refused) {
      return FailureText.describe(refused);
    } catch (IOException | KafkaException closed) {
      return "something is there that breaks off a connection " + without(config);
    }
  }

  /** Clients connect to the addresses that the brokers name. */
  private @Nullable String advertised(Node bootstrap) {
    for (Node node : brokers(bootstrap)) {
      String problem = late() ? null : reach(node);
      if (problem != null) {
        return String.format(
            Locale.ROOT,
            "%s:%d answers, but the address %s:%d that it names for broker %d"
                + " (advertised.listeners) does not: %s",
            bootstrap.host(),
            bootstrap.port(),
            node.host(),
            node.port(),
            node.id(),
            problem);
      }
    }
    return null;
  }

  private List<Node> brokers(Node bootstrap) {
    ClientRequest request =
        client.newClientRequest(
            bootstrap.idString(),
            new MetadataRequest.Builder(new MetadataRequestData().setTopics(List.of())),
            Time.SYSTEM.milliseconds(),
            true);
    try {
      ClientResponse response = NetworkClientUtils.sendAndReceive(client, request, Time.SYSTEM);
      return List.copyOf(((MetadataResponse) response.responseBody()).brokers());
    } catch (IOException | KafkaException brokenOff) {
      return List.of();
    }
  }

  private int stepMs() {
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
    return (int) Math.max(1, Math.min(STEP.toMillis(), leftMs));
  }

  private boolean late() {
    return System.nanoTime() > deadlineNs;
  }

  @Override
  public void close() {
    client.close();
    metrics.close();
  }
}
