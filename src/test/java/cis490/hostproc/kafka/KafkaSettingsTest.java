package cis490.hostproc.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
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
        "key.serializer",
        "value.serializer",
        "key.deserializer",
        "value.deserializer",
        "interceptor.classes",
        "partitioner.class"
      })
  void guardsWhatThePromiseHangsOn(String name) {
    assertFalse(KafkaSettings.allowed(name, "x"));
    Map<String, String> own = Map.of("bootstrap.servers", "a:1", name, "x");
    assertThrows(IllegalArgumentException.class, () -> new KafkaSettings(own));
  }

  /** Who says what we do anyway, is free to say so; and a group is nothing to a reader without. */
  @Test
  void takesWhatIsOursOrHarmsNothing() {
    Map<String, String> own = new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:1"));
    own.put("acks", "all");
    own.put("enable.idempotence", " TRUE");
    own.put("retries", "2147483647");
    own.put("max.in.flight.requests.per.connection", "1");
    own.put("isolation.level", "read_committed");
    own.put("auto.offset.reset", "earliest");
    own.put("enable.auto.commit", "false");
    own.put("allow.auto.create.topics", "false");
    own.put("transaction.two.phase.commit.enable", "false");
    own.put("interceptor.classes", "");
    own.put("partitioner.class", "");
    own.put("transactional.id", "");
    own.put("key.serializer", ByteArraySerializer.class.getName());
    own.put("value.deserializer", ByteArrayDeserializer.class.getName());
    own.put("group.id", "lab");
    own.put("group.instance.id", "lab-1");
    own.put("group.protocol", "consumer");
    own.put("group.remote.assignor", "uniform");
    own.put("session.timeout.ms", "1000");
    own.put("heartbeat.interval.ms", "5000");
    own.put("partition.assignment.strategy", "no.such.Assignor");
    new KafkaSettings(own).check();
    makeAll(own);
    assertTrue(KafkaSettings.allowed("acks", "-1"));
    assertFalse(KafkaSettings.allowed("acks", "1"));
  }

  /** Quotas hang on it. */
  @Test
  void callsTheClientsAsTheUserDoes() {
    KafkaSettings named =
        new KafkaSettings(Map.of("bootstrap.servers", "127.0.0.1:1", "client.id", "lab-7"));
    try (Producer<byte[], byte[]> producer =
        named.producer("id", "ours", KafkaSettings.TRANSACTION_TIMEOUT)) {
      String id = producer.metrics().keySet().iterator().next().tags().get("client-id");
      assertEquals("lab-7", id);
    }
  }

  /** A client whose settings collide is refused by Kafka, or its first call fails for ever. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.timeout.ms=30000",
        "request.timeout.ms=2147483647",
        "request.timeout.ms=5",
        "linger.ms=15000",
        "linger.ms=9223372036854775807",
        "delivery.timeout.ms=120000",
        "delivery.timeout.ms=15000",
        "delivery.timeout.ms=3",
        "delivery.timeout.ms=10000 linger.ms=9000",
        "delivery.timeout.ms=60000 request.timeout.ms=60000",
        "request.timeout.ms=30000 linger.ms=100",
        "default.api.timeout.ms=5000",
        "default.api.timeout.ms=60000 request.timeout.ms=30000",
        "fetch.max.wait.ms=60000",
        "fetch.max.wait.ms=60000 default.api.timeout.ms=5000",
        "batch.size=16777216",
        "buffer.memory=65536",
        "max.request.size=16384",
        "max.block.ms=60000",
        "retry.backoff.ms=5000",
        "retry.backoff.max.ms=50",
        "reconnect.backoff.ms=5000",
        "reconnect.backoff.max.ms=10",
        "socket.connection.setup.timeout.ms=60000",
        "socket.connection.setup.timeout.max.ms=1000",
        "bootstrap.servers=127.0.0.1:1,127.0.0.1:1,",
        "bootstrap.servers=PLAINTEXT://127.0.0.1:1",
      })
  void ourDefaultsFollowTheUsers(String settings) {
    Map<String, String> own = own(settings);
    new KafkaSettings(own).check();
    makeAll(own);

    Map<String, String> producer = KafkaSettings.producerConfig(own, false);
    assertTrue(number(producer, "buffer.memory") >= number(producer, "batch.size"), settings);
    assertTrue(number(producer, "request.timeout.ms") > 0, settings);
    Map<String, String> consumer = KafkaSettings.consumerConfig(own);
    boolean usersOwn = own.containsKey("request.timeout.ms") || settings.contains("api");
    assertTrue(
        usersOwn || number(consumer, "request.timeout.ms") > number(consumer, "fetch.max.wait.ms"));
    own.keySet().removeIf(name -> name.equals("bootstrap.servers"));
    own.forEach((name, value) -> assertEquals(value, producer.getOrDefault(name, value)));
  }

  private static long number(Map<String, String> config, String name) {
    return Long.parseLong(config.get(name));
  }

  private static Map<String, String> own(String settings) {
    Map<String, String> own = new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:1"));
    for (String setting : settings.split(" ")) {
      String value = setting.replaceFirst("[^=]*=", "");
      String name = setting.replaceFirst("=.*", "");
      own.put(name, name.equals("sasl.jaas.config") ? value.replace('+', ' ') : value);
    }
    return own;
  }

  private static void makeAll(Map<String, String> own) {
    KafkaSettings settings = new KafkaSettings(own);
    settings.producer("id", "client", KafkaSettings.TRANSACTION_TIMEOUT).close(Duration.ZERO);
    settings.consumer("client", TopicReader.FETCH_BYTES).close(CloseOptions.timeout(Duration.ZERO));
    settings.admin("client").close(Duration.ZERO);
  }

  @Test
  void saysHowLongItsClientsMayTake() {
    KafkaSettings ours = new KafkaSettings(own("client.id=a"));
    assertEquals(Duration.ofSeconds(20), ours.deliveryTimeout());
    assertEquals(Duration.ofSeconds(10), ours.maxBlock());
    assertEquals(Duration.ofSeconds(10), ours.apiTimeout());
    KafkaSettings patient = new KafkaSettings(own("request.timeout.ms=30000"));
    assertEquals(Duration.ofSeconds(35), patient.deliveryTimeout());
    assertEquals(Duration.ofSeconds(30), patient.maxBlock());
    assertEquals(Duration.ofSeconds(30), patient.apiTimeout());
  }

  /** What can never work, and which setting it is. No connection is made. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "delivery.timeout.ms | delivery.timeout.ms=1000 request.timeout.ms=2000",
        "delivery.timeout.ms | delivery.timeout.ms=1000 linger.ms=1000",
        "default.api.timeout.ms | default.api.timeout.ms=1000 request.timeout.ms=2000",
        "buffer.memory | batch.size=65536 buffer.memory=32768",
        "max.request.size | max.request.size=100",
        "max.block.ms | max.block.ms=0",
        "request.timeout.ms | request.timeout.ms=-1",
        "connections.max.idle.ms | connections.max.idle.ms=0",
        "metadata.recovery.rebootstrap.trigger.ms | metadata.recovery.rebootstrap.trigger.ms=0",
        "security.protocol | security.protocol=TLS",
        "metric.reporters | metric.reporters=no.such.Reporter",
        "bootstrap.controllers | bootstrap.controllers=127.0.0.1:1",
        "ssl.truststore.location | security.protocol=SSL ssl.truststore.location=/no/such.jks",
        "ssl.truststore.location | security.protocol=SSL ssl.truststore.location=/etc/hostname",
        "ssl.keystore.location | security.protocol=SASL_SSL ssl.keystore.location=/no/such.jks",
        "ssl.truststore.type | security.protocol=SSL ssl.truststore.location=/etc/hostname ssl.truststore.type=JK",
        "ssl.protocol | security.protocol=SSL ssl.protocol=TLSv9",
        "ssl.enabled.protocols | security.protocol=SSL ssl.enabled.protocols=TLSv9",
        "ssl.cipher.suites | security.protocol=SSL ssl.cipher.suites=NONE_SUCH",
        "ssl.enabled.protocols | security.protocol=SSL ssl.enabled.protocols=TLSv1",
        "ssl.endpoint.identification.algorithm | security.protocol=SSL ssl.endpoint.identification.algorithm=http",
        "ssl.engine.factory.class | security.protocol=SSL ssl.engine.factory.class=no.Such",
        "security.protocol | security.protocol=SASL_PLAINTEXT",
        "sasl.jaas.config | security.protocol=SASL_PLAINTEXT sasl.mechanism=PLAIN sasl.jaas.config=no.semicolon",
        "sasl.jaas.config | security.protocol=SASL_PLAINTEXT sasl.mechanism=PLAIN sasl.jaas.config=no.Module+required;",
        "sasl.jaas.config | security.protocol=SASL_PLAINTEXT sasl.mechanism=PLAIN sasl.jaas.config=$PLAIN+required+username=\"a\";",
        "sasl.jaas.config | security.protocol=SASL_PLAINTEXT sasl.mechanism=SCRAM-SHA-256 sasl.jaas.config=$SCRAM+required+password=\"a\";",
        "sasl.mechanism | security.protocol=SASL_PLAINTEXT sasl.mechanism=PLAN sasl.jaas.config=$GOOD",
        "sasl.mechanism | security.protocol=SASL_PLAINTEXT sasl.mechanism=GSSAPI sasl.jaas.config=$GOOD",
        "sasl.mechanism | security.protocol=SASL_PLAINTEXT sasl.mechanism=SCRAM-SHA-1 sasl.jaas.config=$GOOD",
        "sasl.mechanism | security.protocol=SASL_PLAINTEXT sasl.mechanism=GSSAPI sasl.jaas.config=$KRB+required;",
        "sasl.jaas.config | security.protocol=SASL_PLAINTEXT sasl.kerberos.service.name=kafka sasl.jaas.config=$KRB+required+useKeyTab=true+keyTab=\"/no/such\";",
        "sasl.mechanism | security.protocol=SASL_PLAINTEXT sasl.mechanism=OAUTHBEARER sasl.jaas.config=$OAUTH+required;",
        "sasl.mechanism | security.protocol=SASL_PLAINTEXT sasl.mechanism=OAUTHBEARER sasl.login.callback.handler.class=$HANDLER sasl.jaas.config=$OAUTH+required;",
        "sasl.oauthbearer.token.endpoint.url | security.protocol=SASL_PLAINTEXT sasl.mechanism=OAUTHBEARER sasl.login.callback.handler.class=$HANDLER sasl.oauthbearer.token.endpoint.url=http://127.0.0.1:1/ sasl.jaas.config=$OAUTH+required+clientId=\"a\"+clientSecret=\"b\";",
        "config.providers | config.providers=file",
        "config.providers.file.class | config.providers=file config.providers.file.class=no.such.Provider",
        "config.providers.file.class | config.providers=file config.providers.file.class=java.lang.String",
        "client.rack | config.providers=file config.providers.file.class=$FILES client.rack=${file:/no/such:key}",
        "client.rack | config.providers=file config.providers.file.class=$FILES client.rack=${file:/etc/os-release:key}",
        "client.rack | config.providers=file config.providers.file.class=$FILES client.rack=${fil:/etc/os-release:ID}",
      })
  void whatCanNeverWorkIsNamed(String setting, String settings) {
    KafkaSettings wrong = new KafkaSettings(own(written(settings)));
    BadSettingException bad = assertThrows(BadSettingException.class, wrong::check);
    assertEquals(setting, bad.setting(), bad.getMessage());
    assertTrue(bad.getMessage().contains(setting.replaceFirst("\\.class$", "")), bad.getMessage());
  }

  private static String written(String settings) {
    String security = "org.apache.kafka.common.security.";
    return settings
        .replace("$GOOD", "$PLAIN+required+username=\"a\"+password=\"b\";")
        .replace("$PLAIN", security + "plain.PlainLoginModule")
        .replace("$SCRAM", security + "scram.ScramLoginModule")
        .replace("$OAUTH", security + "oauthbearer.OAuthBearerLoginModule")
        .replace("$HANDLER", security + "oauthbearer.OAuthBearerLoginCallbackHandler")
        .replace("$KRB", "com.sun.security.auth.module.Krb5LoginModule")
        .replace("$FILES", "org.apache.kafka.common.config.provider.FileConfigProvider");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "security.protocol=SSL",
        "security.protocol=ssl ssl.enabled.protocols=TLSv1.2",
        "security.protocol=SASL_SSL sasl.mechanism=PLAIN sasl.jaas.config=$GOOD",
        "security.protocol=SASL_PLAINTEXT sasl.mechanism=SCRAM-SHA-512 sasl.jaas.config=$SCRAM+required+username=\"a\"+password=\"b\";",
        "security.protocol=SASL_PLAINTEXT sasl.kerberos.service.name=kafka sasl.jaas.config=$KRB+required+useTicketCache=true;",
        "security.protocol=SASL_PLAINTEXT sasl.mechanism=OAUTHBEARER sasl.jaas.config=$OAUTH+required+unsecuredLoginStringClaim_sub=\"a\";",
        "ssl.truststore.location=/used/only/with/tls",
        "connections.max.idle.ms=-1",
        "config.providers=other,file config.providers.other.class=$FILES config.providers.file.class=$FILES client.rack=${file:/etc/os-release:ID}",
      })
  void whatMayWorkIsTaken(String settings) {
    new KafkaSettings(own(written(settings))).check();
  }

  @Test
  void aConfigProviderMayHoldAnything() {
    Map<String, String> own =
        own(
            written(
                "config.providers=file config.providers.file.class=$FILES"
                    + " client.rack=${file:/etc/os-release:ID}"));
    makeAll(own);
    assertFalse(new KafkaSettings(own).value("client.rack").contains("file"));
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
    assertTrue(KafkaSettings.allowed(name, "x"));
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
    settings.producer("id", "client", KafkaSettings.TRANSACTION_TIMEOUT).close(Duration.ZERO);
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
