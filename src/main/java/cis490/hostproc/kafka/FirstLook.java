package cis490.hostproc.kafka;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks each bootstrap server, before any client is made, what Kafka's clients ask first: which
 * requests it knows (ApiVersions, KIP-35). A client takes the first four bytes of any answer as a
 * length and allocates that much: {@code HTTP} is 1.2 GB, a TLS alert 352 MB.
 *
 * <p>Only what is certainly not Kafka is refused. If no server answers, or not yet, that is left to
 * the clients, which report it.
 */
final class FirstLook {

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

  /** Also for tests: a server that answers with it counts as Kafka. */
  static final int CORRELATION = 0x68_6F_73_74;

  private static final short API_VERSIONS = 18;
  private static final byte[] CLIENT_ID = "hostproc-look".getBytes(US_ASCII);

  /** The answer names some 80 requests, 6 bytes each. */
  private static final int ANSWER_BYTES_MAX = 64 * 1024;

  private static final int SHOWN_BYTES_MAX = 60;

  private static final int TLS_ALERT = 0x15;
  private static final int TLS_MAJOR = 0x03;

  /** What an address turned out to be; {@code what} is null unless it is no Kafka. */
  private record Finding(boolean isKafka, @Nullable String what) {
    static final Finding KAFKA = new Finding(true, null);
    static final Finding UNKNOWN = new Finding(false, null);

    static Finding other(String what) {
      return new Finding(false, what);
    }
  }

  private final List<String> servers;
  private final boolean overTls;
  private final boolean hasClientCertificate;

  FirstLook(KafkaSettings settings) {
    this.servers =
        Stream.of(settings.bootstrapServers().split(","))
            .map(server -> server.strip().replaceFirst("^\\w+://", ""))
            .filter(server -> !server.isEmpty())
            .distinct()
            .toList();
    this.overTls = settings.isOverTls();
    this.hasClientCertificate = settings.hasClientCertificate();
  }

  /** How long {@link #findBrokers} takes at the most, except for resolving names. */
  Duration limit() {
    Duration one = CONNECT_WITHIN.plus(ANSWER_WITHIN).multipliedBy(2);
    return one.multipliedBy(servers.size()).plusSeconds(10);
  }

  /**
   * Leaves out servers that are not Kafka and, if one is, those that do not answer.
   *
   * @return {@code host:port,…}, at least one
   * @throws NotKafkaException if nobody is left, with what answers instead
   */
  String findBrokers() {
    List<String> brokers = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String server : servers) {
      Finding finding = look(server);
      if (finding.isKafka()) {
        brokers.add(server);
      } else if (finding.what() == null) {
        unknown.add(server);
      } else {
        others.add(server + " " + finding.what());
      }
    }
    if (brokers.isEmpty() && unknown.isEmpty()) {
      throw new NotKafkaException(String.join("; ", others));
    }
    // A client may wait for one that does not answer, though another one would.
    return String.join(",", brokers.isEmpty() ? unknown : brokers);
  }

  private Finding look(String server) {
    if (!overTls) {
      return lookPlain(server);
    }
    // Without the client's certificate the handshake would fail, and leave a line in a broker's
    // log.
    return hasClientCertificate ? Finding.UNKNOWN : lookThroughTls(server);
  }

  private Finding lookPlain(String server) {
    try (Socket socket = connect(server)) {
      byte[] answer = ask(socket);
      if (answer.length > 1 && answer[0] == TLS_ALERT && answer[1] == TLS_MAJOR) {
        return Finding.other(
            "speaks TLS: security.protocol must be SSL or SASL_SSL (--kafka-config)");
      }
      return judge(answer);
    } catch (IOException notThere) {
      return Finding.UNKNOWN;
    }
  }

  /**
   * No certificate is checked, and so nothing secret is said: the clients check it when it counts.
   */
  private Finding lookThroughTls(String server) {
    try (Socket plain = connect(server);
        SSLSocket socket = wrap(plain, server)) {
      socket.startHandshake();
      return judge(ask(socket));
    } catch (SSLException noTls) {
      return lookPlain(server).isKafka()
          ? Finding.other(
              "is a Kafka without TLS: security.protocol must be PLAINTEXT or SASL_PLAINTEXT"
                  + " (--kafka-config)")
          : Finding.UNKNOWN;
    } catch (IOException | GeneralSecurityException notThere) {
      return Finding.UNKNOWN;
    }
  }

  private static Socket connect(String server) throws IOException {
    int colon = server.lastIndexOf(':');
    String host = server.substring(0, colon).replaceAll("[\\[\\]]", "");
    int port = Integer.parseInt(server.substring(colon + 1));
    Socket socket = new Socket();
    try {
      socket.setSoTimeout((int) ANSWER_WITHIN.toMillis());
      socket.connect(new InetSocketAddress(host, port), (int) CONNECT_WITHIN.toMillis());
      return socket;
    } catch (IOException | IllegalArgumentException failure) {
      socket.close();
      throw new IOException(failure);
    }
  }

  private static SSLSocket wrap(Socket plain, String server)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustAll()}, null);
    String host = server.substring(0, server.lastIndexOf(':'));
    return (SSLSocket) context.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
  }

  /** The beginning of the answer, as much as came. */
  private static byte[] ask(Socket socket) throws IOException {
    socket.getOutputStream().write(request());
    socket.getOutputStream().flush();
    InputStream in = socket.getInputStream();
    byte[] answer = new byte[SHOWN_BYTES_MAX];
    int length = 0;
    try {
      int count = in.read(answer);
      while (count > 0) {
        length += count;
        count = length < 2 * Integer.BYTES ? in.read(answer, length, answer.length - length) : 0;
      }
    } catch (IOException noMore) {
      // What has arrived must be enough.
    }
    return Arrays.copyOf(answer, length);
  }

  /** Request header v1 and the empty body of version 0 (Kafka protocol guide). */
  private static byte[] request() {
    int length = 2 * Short.BYTES + Integer.BYTES + Short.BYTES + CLIENT_ID.length;
    return ByteBuffer.allocate(Integer.BYTES + length)
        .putInt(length)
        .putShort(API_VERSIONS)
        .putShort((short) 0)
        .putInt(CORRELATION)
        .putShort((short) CLIENT_ID.length)
        .put(CLIENT_ID)
        .array();
  }

  private static Finding judge(byte[] answer) {
    if (answer.length == 0) {
      // Closed, or silent: a broker that is stopping or starting does the same.
      return Finding.UNKNOWN;
    }
    if (answer.length >= 2 * Integer.BYTES) {
      ByteBuffer beginning = ByteBuffer.wrap(answer);
      int length = beginning.getInt();
      if (length > 0 && length <= ANSWER_BYTES_MAX && beginning.getInt() == CORRELATION) {
        return Finding.KAFKA;
      }
    }
    String text = new String(answer, ISO_8859_1).lines().findFirst().orElse("");
    String kind = text.startsWith("HTTP/") ? "is an HTTP server" : "is not Kafka";
    return Finding.other(kind + ": it answers '" + text.replaceAll("[^ -~]", "?") + "'");
  }

  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      // Only servers call this.
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      // See lookThroughTls.
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
