package cis490.hostproc.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.TestBroker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is found where a client only says that there was no answer. */
class BrokerProbeTest {

  private static final int DEAD_PORT = 1;

  private ServerSocket server;

  @AfterEach
  void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private static KafkaSettings settings(String servers, String... more) {
    Map<String, String> own = new HashMap<>(Map.of("bootstrap.servers", servers));
    for (int i = 0; i < more.length; i += 2) {
      own.put(more[i], more[i + 1]);
    }
    return new KafkaSettings(own);
  }

  /** What is done with each connection. */
  @FunctionalInterface
  private interface Answer {
    void to(Socket client) throws Exception;
  }

  private String serve(Answer answer) throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    start(
        () -> {
          while (true) {
            Socket client = server.accept();
            start(() -> answer.to(client));
          }
        });
    return "127.0.0.1:" + server.getLocalPort();
  }

  private static void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (Exception closed) {
                // Both ends have been told.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }

  @Test
  void findsNothingWhereABrokerAnswers() {
    assertNull(BrokerProbe.problem(settings(TestBroker.address())));
    assertNull(BrokerProbe.problem(settings("127.0.0.1:1," + TestBroker.address())));
  }

  @Test
  void saysWhereNobodyIs() {
    String refused = BrokerProbe.problem(settings("127.0.0.1:1"));
    assertEquals("no Kafka broker answers on 127.0.0.1:1", refused);
    String unknown = BrokerProbe.problem(settings("no.such.invalid:9092"));
    assertTrue(unknown.startsWith("no.such.invalid:9092: No resolvable"), unknown);
  }

  /** A way to the broker on which its own address is another one, where nobody is. */
  @Test
  void namesTheAdvertisedAddressThatDoesNotAnswer() throws Exception {
    int port = Integer.parseInt(TestBroker.address().replaceFirst(".*:", ""));
    String way =
        serve(
            client -> {
              Socket broker = new Socket("127.0.0.1", port);
              start(() -> client.getInputStream().transferTo(broker.getOutputStream()));
              forward(broker.getInputStream(), client.getOutputStream(), port);
            });
    String expected =
        way
            + " answers, but the address 127.0.0.1:1 that it names for broker 1"
            + " (advertised.listeners) does not: connection refused";
    assertEquals(expected, BrokerProbe.problem(settings(way)));
  }

  private static void forward(InputStream in, OutputStream out, int port) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
      for (int i = 0; i + 4 <= length; i++) {
        if (bytes.getInt(i) == port) {
          bytes.putInt(i, DEAD_PORT);
        }
      }
      out.write(buffer, 0, length);
    }
  }

  /** A TLS alert, as a broker says it that expects TLS. */
  @Test
  void tellsWhoSpeaksNoKafka() throws Exception {
    byte[] alert = {0x15, 3, 3, 0, 2, 2, 0x50};
    String tls =
        serve(
            client -> {
              client.getInputStream().read();
              client.getOutputStream().write(alert);
            });
    String problem = BrokerProbe.problem(settings(tls));
    assertTrue(problem.contains("breaks off a connection with security.protocol=PLAINTEXT"));
  }

  @Test
  void tellsWhoSaysNothing() throws Exception {
    String silent = serve(client -> client.getInputStream().read());
    String problem = BrokerProbe.problem(settings(silent));
    assertTrue(problem.endsWith(": something is there, but gives no answer"), problem);
  }

  @Test
  void tellsOfTlsAndSaslThatTheBrokerHasNot() {
    String tls = BrokerProbe.problem(settings(TestBroker.address(), "security.protocol", "SSL"));
    assertTrue(tls.contains("security.protocol=SSL: does it expect no TLS"), tls);
    String sasl =
        BrokerProbe.problem(
            settings(
                TestBroker.address(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"a\" password=\"b\";"));
    assertTrue(sasl.contains("mechanism PLAIN, enabled mechanisms are []"), sasl);
  }
}
