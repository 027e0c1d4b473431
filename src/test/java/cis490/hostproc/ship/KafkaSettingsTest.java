package cis490.hostproc.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Users may set anything but what keeps the rows exact. */
class KafkaSettingsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acks",
        "enable.idempotence",
        "retries",
        "max.in.flight.requests.per.connection",
        "transactional.id",
        "transaction.timeout.ms",
        "transaction.two.phase.commit.enable",
        "isolation.level",
        "auto.offset.reset",
        "enable.auto.commit",
        "allow.auto.create.topics",
        "group.id",
        "key.serializer",
        "value.serializer",
        "key.deserializer",
        "value.deserializer",
        "interceptor.classes",
        "partitioner.class"
      })
  void guardsWhatThePromiseHangsOn(String name) {
    assertTrue(KafkaSettings.guarded(name));
    Map<String, String> own = Map.of("bootstrap.servers", "a:1", name, "x");
    assertThrows(IllegalArgumentException.class, () -> new KafkaSettings(own));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bootstrap.servers",
        "security.protocol",
        "sasl.jaas.config",
        "ssl.truststore.location",
        "compression.type",
        "batch.size",
        "linger.ms",
        "delivery.timeout.ms",
        "max.block.ms",
        "request.timeout.ms",
        "metadata.max.age.ms"
      })
  void leavesTheRestToTheUser(String name) {
    assertFalse(KafkaSettings.guarded(name));
  }

  @Test
  void checksValuesWithoutAConnection() {
    new KafkaSettings(Map.of("bootstrap.servers", "127.0.0.1:1")).check();
    KafkaSettings wrong =
        new KafkaSettings(Map.of("bootstrap.servers", "127.0.0.1:1", "compression.type", "rar"));
    assertTrue(assertThrows(ConfigException.class, wrong::check).getMessage().contains("rar"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"security.protocol", "fetch.min.bytes", "linger.ms", "retry.backoff.ms"})
  void knowsWhatSomeClientKnows(String name) {
    assertTrue(KafkaSettings.known(name));
  }

  /** Kafka refuses a producer whose rows may wait for longer than they may take to arrive. */
  @ParameterizedTest
  @CsvSource({"1500, 1500", "1500, 3000", "10000, 20000", "1000, 600000"})
  void leavesRoomForTheUsersTimeLimits(String requestMs, String deliveryMs) {
    KafkaSettings settings =
        new KafkaSettings(
            Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "request.timeout.ms", requestMs,
                "delivery.timeout.ms", deliveryMs));
    settings.producer("id", "client").close(Duration.ZERO);
  }

  @Test
  void aTimeLimitThatIsNoNumberIsRefused() {
    Map<String, String> own =
        Map.of("bootstrap.servers", "127.0.0.1:1", "delivery.timeout.ms", "soon");
    assertThrows(ConfigException.class, () -> new KafkaSettings(own).check());
  }

  @Test
  void knowsNoSettingThatIsMisspelt() {
    assertFalse(KafkaSettings.known("securty.protocol"));
  }

  @Test
  void neverShowsAValue() {
    KafkaSettings settings =
        new KafkaSettings(Map.of("bootstrap.servers", "a:1", "sasl.jaas.config", "secret"));
    assertEquals("KafkaSettings[bootstrap.servers, sasl.jaas.config]", settings.toString());
  }
}
