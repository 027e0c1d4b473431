package cis490.hostproc.ship;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How every Kafka client here is made: the settings that the promise hangs on, over the user's own
 * (TLS, SASL, timeouts), over our defaults.
 */
public final class KafkaSettings {

  /** Bounds each blocking call of a client; long enough for a broker that is busy, ms. */
  private static final String BLOCK_MS_MAX = "10000";

  /** What keeps the rows exact. Nobody may set these otherwise. */
  private static final Map<String, String> GUARDED_PRODUCER =
      Map.of(
          ProducerConfig.ACKS_CONFIG, "all",
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
          ProducerConfig.RETRIES_CONFIG, Integer.toString(Integer.MAX_VALUE),
          // KAFKA-15591: more than one in flight can reorder after an epoch bump.
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");

  private static final Map<String, String> GUARDED_CONSUMER =
      Map.of(
          ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");

  /** Set by us per client, or able to alter or drop records. */
  private static final Set<String> GUARDED_OTHERS =
      Set.of(
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
          ProducerConfig.TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.PARTITIONER_CLASS_CONFIG,
          ProducerConfig.INTERCEPTOR_CLASSES_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.GROUP_ID_CONFIG,
          ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
          ConsumerConfig.GROUP_PROTOCOL_CONFIG,
          CommonClientConfigs.CLIENT_ID_CONFIG);

  private static final Map<String, String> PRODUCER_DEFAULTS =
      Map.of(
          ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4",
          ProducerConfig.BATCH_SIZE_CONFIG, "131072",
          ProducerConfig.BUFFER_MEMORY_CONFIG, "8388608",
          ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MS_MAX,
          ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, BLOCK_MS_MAX,
          ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "20000");

  /**
   * A transaction is flushed when it is filled; until then its rows gather for one request, ms. Far
   * longer than filling takes.
   */
  private static final long LINGER_MS = 5_000;

  /**
   * A dead collector's open transaction hides later rows from readers for this long at most, ms.
   */
  private static final String TRANSACTION_TIMEOUT_MS = "30000";

  private static final Map<String, String> READER_DEFAULTS =
      Map.of(
          CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, BLOCK_MS_MAX,
          CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, BLOCK_MS_MAX);

  /**
   * How long a broker may hold back an answer that has nothing. Looking for a topic's last row, one
   * such answer is waited for at each step back.
   */
  private static final String FETCH_WAIT_MS = "50";

  /**
   * How long the admin client waits between two attempts. With Kafka's own 100 ms it makes
   * megabytes of garbage a second while no broker answers.
   */
  private static final String ADMIN_RETRY_MS = "1000";

  private final Map<String, String> own;

  /**
   * The user's settings, all of which must be allowed.
   *
   * @param own any client settings, {@code bootstrap.servers} among them
   * @throws IllegalArgumentException if one is {@link #guarded}
   */
  public KafkaSettings(Map<String, String> own) {
    for (String name : own.keySet()) {
      if (guarded(name)) {
        throw new IllegalArgumentException(name + " can't be set");
      }
    }
    this.own = Map.copyOf(own);
  }

  /**
   * Whether a setting is ours alone, because the rows would not be exact with another value.
   *
   * @param name a client setting
   * @return true if users may not set it
   */
  public static boolean guarded(String name) {
    return GUARDED_PRODUCER.containsKey(name)
        || GUARDED_CONSUMER.containsKey(name)
        || GUARDED_OTHERS.contains(name);
  }

  /**
   * Whether any client of Kafka's has such a setting; another one does nothing, or a misspelt one
   * does not do what it should.
   *
   * @param name a client setting
   * @return false if no client knows it
   */
  public static boolean known(String name) {
    return ProducerConfig.configNames().contains(name)
        || ConsumerConfig.configNames().contains(name)
        || AdminClientConfig.configNames().contains(name)
        || name.startsWith("config.providers.");
  }

  /**
   * Checks the values of the user's settings without a connection.
   *
   * @throws org.apache.kafka.common.config.ConfigException naming the first that no client takes
   */
  public void check() {
    new ProducerConfig(new HashMap<>(producerConfig("check", "check")));
    new ConsumerConfig(new HashMap<>(consumerConfig("check")));
  }

  /**
   * Where the brokers are.
   *
   * @return {@code host:port,…}
   */
  public String bootstrapServers() {
    return own.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
  }

  Producer<byte[], byte[]> producer(String transactionalId, String clientId) {
    return new KafkaProducer<>(new HashMap<>(producerConfig(transactionalId, clientId)));
  }

  private Map<String, String> producerConfig(String transactionalId, String clientId) {
    Map<String, String> config = new HashMap<>(PRODUCER_DEFAULTS);
    config.putAll(own);
    config.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, lingerMs(config));
    config.putAll(GUARDED_PRODUCER);
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    config.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    return config;
  }

  /** No more than the time limits leave room for; a producer with less is refused. */
  private static String lingerMs(Map<String, String> config) {
    try {
      long roomMs =
          Long.parseLong(config.get(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG))
              - Long.parseLong(config.get(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG));
      return Long.toString(Math.max(0, Math.min(LINGER_MS, roomMs)));
    } catch (NumberFormatException wrong) {
      // The producer will say which.
      return "0";
    }
  }

  /** A consumer that sees committed records only, from the beginning, and commits nothing. */
  Consumer<byte[], byte[]> consumer(String clientId) {
    return new KafkaConsumer<>(new HashMap<>(consumerConfig(clientId)));
  }

  private Map<String, String> consumerConfig(String clientId) {
    Map<String, String> config = new HashMap<>(READER_DEFAULTS);
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
    config.putAll(own);
    config.putAll(GUARDED_CONSUMER);
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    config.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return config;
  }

  Admin admin(String clientId) {
    Map<String, Object> config = new HashMap<>(READER_DEFAULTS);
    config.put(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG, ADMIN_RETRY_MS);
    config.putAll(own);
    config.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    return Admin.create(config);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KafkaSettings settings && own.equals(settings.own);
  }

  @Override
  public int hashCode() {
    return own.hashCode();
  }

  /** The names only: values can be secrets. */
  @Override
  public String toString() {
    return "KafkaSettings" + new TreeSet<>(own.keySet());
  }
}
