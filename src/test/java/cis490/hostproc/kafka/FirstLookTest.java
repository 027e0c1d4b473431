package cis490.hostproc.kafka;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.TestBroker;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What answers on the brokers' port before any client is made. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class FirstLookTest {

  private static final byte[] TLS_ALERT = {0x15, 3, 3, 0, 2, 2, 0x50};

  /** Shorter than a length: no client would ever have enough of it. */
  private static final byte[] THREE_BYTES = {'h', 'i', '\n'};

  @Test
  void aBrokerIsLeftInTheList() {
    assertEquals(TestBroker.address(), look(TestBroker.address()));
  }

  @Test
  void whoDoesNotAnswerIsLeftToTheClients() throws Exception {
    assertEquals("127.0.0.1:1", look("127.0.0.1:1"));
    assertEquals("no.such.invalid:9092", look("no.such.invalid:9092"));
    assertEquals("[::1]:1", look("[::1]:1"));
    try (Stranger silent = Stranger.closing(new byte[0])) {
      assertEquals(silent.address(), look(silent.address()));
    }
  }

  @Test
  void strangersAreNamedByWhatTheyAnswer() throws Exception {
    requireSaid("HTTP/1.1 503 Service Unavailable\r\n\r\n".getBytes(US_ASCII), "is an HTTP server");
    requireSaid("SSH-2.0-OpenSSH_9.2\r\n".getBytes(US_ASCII), "answers 'SSH-2.0-OpenSSH_9.2'");
    requireSaid("-ERR unknown command\r\n".getBytes(US_ASCII), "is not Kafka");
    requireSaid(TLS_ALERT, "speaks TLS: security.protocol must be SSL or SASL_SSL");
    requireSaid(THREE_BYTES, "is not Kafka: it answers 'hi'");
    // A length that could be one, but the answer is to another question.
    requireSaid(new byte[] {0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0}, "is not Kafka");
  }

  private static void requireSaid(byte[] answer, String said) throws Exception {
    try (Stranger stranger = Stranger.closing(answer)) {
      NotKafkaException found =
          assertThrows(NotKafkaException.class, () -> look(stranger.address()));
      assertTrue(found.getMessage().startsWith(stranger.address() + " "), found.getMessage());
      assertTrue(found.getMessage().contains(said), found.getMessage());
    }
  }

  @Test
  void strangersAndTheDeadAmongBrokersAreLeftOut() throws Exception {
    try (Stranger stranger = Stranger.closing(TLS_ALERT)) {
      String all = stranger.address() + ", ,PLAINTEXT://" + TestBroker.address() + ",127.0.0.1:1,";
      assertEquals(TestBroker.address(), look(all));
      assertEquals("127.0.0.1:1", look(stranger.address() + ",127.0.0.1:1"));
    }
  }

  @Test
  void aBrokerWithoutTlsIsNamedWhereTlsIsAskedFor() {
    KafkaSettings tls =
        new KafkaSettings(
            Map.of("bootstrap.servers", TestBroker.address(), "security.protocol", "SSL"));
    NotKafkaException found =
        assertThrows(NotKafkaException.class, () -> new FirstLook(tls).findBrokers());
    assertTrue(found.getMessage().contains("is a Kafka without TLS"), found.getMessage());
  }

  private static String look(String servers) {
    return new FirstLook(new KafkaSettings(Map.of("bootstrap.servers", servers))).findBrokers();
  }
}
