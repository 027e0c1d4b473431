package cis490.hostproc.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
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
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * How every Kafka client here is made: the settings that the promise depends on, over the user's
 * own (TLS, SASL, timeouts), over our defaults.
 */
public final class KafkaSettings {

  /**
   * After this time a broker ends a transaction: a dead collector's hides later rows from readers
   * for at most this long.
   */
  public static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(30);

  private static final String TRANSACTION_TIMEOUT_MS =
      Long.toString(TRANSACTION_TIMEOUT.toMillis());

  /** What keeps the rows exact. Nobody may set these otherwise. */
  private static final Map<String, String> GUARDED_PRODUCER =
      Map.of(
          ProducerConfig.ACKS_CONFIG,
          "all",
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          "true",
          ProducerConfig.RETRIES_CONFIG,
          Integer.toString(Integer.MAX_VALUE),
          // KAFKA-15591: more than one in flight can reorder after an epoch bump.
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
          "1",
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ByteArraySerializer.class.getName(),
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ByteArraySerializer.class.getName());

  private static final Map<String, String> GUARDED_CONSUMER =
      Map.of(
          ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false",
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName(),
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());

  /** Set by us per client, or able to alter or drop records; with the value that does nothing. */
  private static final Map<String, String> GUARDED_OTHERS =
      Map.of(
          ProducerConfig.TRANSACTIONAL_ID_CONFIG, "",
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS,
          ProducerConfig.TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG, "false",
          ProducerConfig.PARTITIONER_CLASS_CONFIG, "",
          ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, "");

  /** Of consumers in a group. Ours are in none: they read the partitions assigned to them. */
  private static final Set<String> UNUSED =
      Set.of(
          ConsumerConfig.GROUP_ID_CONFIG,
          ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
          ConsumerConfig.GROUP_PROTOCOL_CONFIG,
          ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG,
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
          ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG,
          ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG);

  private final Map<String, String> own;

  /** Null if each connection has clients of its own. */
  private final @Nullable ClientPool pool;

  /**
   * The user's settings, all of which must be allowed.
   *
   * @param own any client settings, {@code bootstrap.servers} among them
   * @throws IllegalArgumentException if one is not {@link #allowed}
   */
  public KafkaSettings(Map<String, String> own) {
    for (Map.Entry<String, String> setting : own.entrySet()) {
      if (!allowed(setting.getKey(), setting.getValue())) {
        throw new IllegalArgumentException(setting.getKey() + " can't be set");
      }
    }
    this.own = Map.copyOf(own);
    this.pool = null;
  }

  private KafkaSettings(Map<String, String> own, @Nullable ClientPool pool) {
    this.own = Map.copyOf(own);
    this.pool = pool;
  }

  /**
   * The same for connections that share their clients.
   *
   * @param pool of clients
   * @return settings that are equal to these
   */
  public KafkaSettings shared(ClientPool pool) {
    return new KafkaSettings(own, pool);
  }

  /** The clients that connections share; null if each has its own. */
  @Nullable ClientPool pool() {
    return pool;
  }

  /**
   * Whether a setting leaves the rows exact. Some are ours alone; setting them to our own value is
   * allowed.
   *
   * @param name a client setting
   * @param value of it
   * @return false if rows could be lost, doubled or altered by it
   */
  public static boolean allowed(String name, String value) {
    String ours = guarded(name);
    String said = value.strip();
    boolean acksOfOldName = name.equals(ProducerConfig.ACKS_CONFIG) && said.equals("-1");
    return ours == null || acksOfOldName || ours.equalsIgnoreCase(said);
  }

  /** Our own value of a setting that is ours alone; null if it is the user's. */
  private static @Nullable String guarded(String name) {
    String ours = GUARDED_PRODUCER.get(name);
    ours = ours == null ? GUARDED_CONSUMER.get(name) : ours;
    return ours == null ? GUARDED_OTHERS.get(name) : ours;
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
   * Checks the user's settings as far as that is possible without a connection: values, what they
   * name, and whether they go together.
   *
   * @throws BadSettingException naming the first with which nothing could ever be shipped
   */
  public void check() {
    SettingsCheck.run(own);
  }

  /**
   * A setting's value, with what config providers put into it.
   *
   * @param name a client setting
   * @return its value, or null if the user has not set it
   * @throws BadSettingException if a config provider fails
   */
  public @Nullable String value(String name) {
    return resolved().get(name);
  }

  /** Config providers may give another value the next time: a password may have changed. */
  private Map<String, String> resolved() {
    return own.containsKey(AbstractConfig.CONFIG_PROVIDERS_CONFIG)
        ? ConfigProviders.resolve(own)
        : own;
  }

  /**
   * Where the brokers are.
   *
   * @return {@code host:port,…}
   */
  public String bootstrapServers() {
    return own.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "");
  }

  /** How long a row may take at most from the producer's buffer into the topic. */
  Duration deliveryTimeout() {
    return time(
        ClientDefaults.producer(resolved(), pool != null),
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
  }

  /** How long a call of the producer may block. */
  Duration maxBlock() {
    return time(
        ClientDefaults.producer(resolved(), pool != null), ProducerConfig.MAX_BLOCK_MS_CONFIG);
  }

  /** How long a call of the admin client may take. */
  Duration apiTimeout() {
    return time(ClientDefaults.admin(resolved()), AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG);
  }

  private static Duration time(Map<String, String> config, String name) {
    return Duration.ofMillis(ClientDefaults.number(config, name, 0));
  }

  /** The same for other brokers. */
  KafkaSettings withBootstrapServers(String servers) {
    Map<String, String> others = new HashMap<>(own);
    others.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
    return new KafkaSettings(others, pool);
  }

  /** Whether what goes to the brokers is encrypted. */
  boolean isOverTls() {
    String protocol = value(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
    return protocol != null && protocol.strip().toUpperCase(Locale.ROOT).endsWith("SSL");
  }

  /** Whether the clients have a certificate of their own to show. */
  boolean hasClientCertificate() {
    return own.keySet().stream().anyMatch(name -> name.startsWith("ssl.keystore."));
  }

  Producer<byte[], byte[]> producer(
      String transactionalId, String clientId, Duration transactionTimeout) {
    Map<String, Object> config = new HashMap<>(producerConfig(resolved(), pool != null));
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    config.put(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(transactionTimeout.toMillis()));
    config.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, clientId);
    return new KafkaProducer<>(config);
  }

  static Map<String, String> producerConfig(Map<String, String> own, boolean isOneOfMany) {
    Map<String, String> config = ClientDefaults.producer(used(own), isOneOfMany);
    config.putAll(GUARDED_PRODUCER);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    return config;
  }

  /** A consumer that sees committed records only, from the beginning, and commits nothing. */
  Consumer<byte[], byte[]> consumer(String clientId, int fetchBytes) {
    Map<String, Object> config = new HashMap<>(consumerConfig(resolved()));
    String fetch = Integer.toString(fetchBytes);
    if (fetchBytes < TopicReader.FETCH_BYTES) {
      // More than that has not got through.
      config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetch);
    } else {
      config.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetch);
    }
    config.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    return new KafkaConsumer<>(config);
  }

  /** As {@link #consumer}, with fetches as the user or Kafka has them. */
  Consumer<byte[], byte[]> follower(String clientId) {
    Map<String, Object> config = new HashMap<>(consumerConfig(resolved()));
    config.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    return new KafkaConsumer<>(config);
  }

  /** Sees also what is in open transactions, and in aborted ones. */
  Consumer<byte[], byte[]> uncommitted(String clientId) {
    Map<String, Object> config = new HashMap<>(consumerConfig(resolved()));
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    config.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    return new KafkaConsumer<>(config);
  }

  static Map<String, String> consumerConfig(Map<String, String> own) {
    Map<String, String> config = ClientDefaults.consumer(used(own));
    config.putAll(GUARDED_CONSUMER);
    // It always gets a position to read from. If that is gone it must fail: a jump would look like
    // other rows.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return config;
  }

  Admin admin(String clientId) {
    Map<String, Object> config = new HashMap<>(adminConfig(resolved()));
    config.putIfAbsent(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    return Admin.create(config);
  }

  AdminClientConfig adminConfig() {
    return new AdminClientConfig(adminConfig(resolved()));
  }

  static Map<String, String> adminConfig(Map<String, String> own) {
    return ClientDefaults.admin(used(own));
  }

  /** Without settings that equal ours, and without those that our clients do not use. */
  private static Map<String, String> used(Map<String, String> own) {
    Map<String, String> used = new HashMap<>();
    for (Map.Entry<String, String> setting : own.entrySet()) {
      String name = setting.getKey();
      if (guarded(name) == null && !UNUSED.contains(name)) {
        used.put(name, setting.getValue());
      }
    }
    // The user's name for the clients, if there is one: quotas depend on it.
    used.remove(CommonClientConfigs.CLIENT_ID_CONFIG, "");
    String servers = used.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    if (servers != null) {
      used.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, eachOnce(servers));
    }
    return used;
  }

  /** Kafka refuses a list with an empty entry, or with one twice. */
  private static String eachOnce(String servers) {
    Set<String> each = new LinkedHashSet<>();
    for (String server : servers.split(",")) {
      if (!server.isBlank()) {
        each.add(server.strip());
      }
    }
    return String.join(",", each);
  }

  @Override
  public boolean equals(@Nullable Object other) {
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
