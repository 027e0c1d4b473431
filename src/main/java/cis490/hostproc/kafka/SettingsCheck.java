package cis490.hostproc.kafka;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.jspecify.annotations.Nullable;

/**
 * Finds settings with which nothing can ever be shipped, without a connection. In a run they would
 * look like an endless outage.
 */
final class SettingsCheck {

  /** A row's record and a manifest need about that much, bytes. */
  private static final long RECORD_BYTES = 4_096;

  private static final String REBOOTSTRAP_AFTER =
      CommonClientConfigs.METADATA_RECOVERY_REBOOTSTRAP_TRIGGER_MS_CONFIG;

  /** A zero for one of these means no answer, ever. */
  private static final List<String> TIMES =
      List.of(
          ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
          ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
          ProducerConfig.MAX_BLOCK_MS_CONFIG,
          AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
          CommonClientConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG,
          REBOOTSTRAP_AFTER);

  /** Words of the JDK's and of Kafka's that name no setting. */
  private static final Map<String, List<String>> MEANT =
      Map.of(
          "key store", List.of(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG),
          "trust store", List.of(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG),
          "Get Key failed", List.of(SslConfigs.SSL_KEY_PASSWORD_CONFIG),
          "No appropriate protocol",
              List.of(
                  SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG, SslConfigs.SSL_CIPHER_SUITES_CONFIG));

  private static final List<String> SIZES =
      List.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, ProducerConfig.BUFFER_MEMORY_CONFIG);

  /** What the user has set, config providers' values included. */
  private final Map<String, String> own;

  private SettingsCheck(Map<String, String> own) {
    this.own = own;
  }

  /**
   * Checks everything that can be known.
   *
   * @param own the user's settings
   * @throws BadSettingException naming the first that can't work
   */
  static void run(Map<String, String> own) {
    if (own.containsKey(AbstractConfig.CONFIG_PROVIDERS_CONFIG)) {
      ConfigProviders.check(own);
      new SettingsCheck(ConfigProviders.resolve(own)).run();
    } else {
      new SettingsCheck(own).run();
    }
  }

  private void run() {
    Map<String, String> producer = KafkaSettings.producerConfig(own, false);
    Map<String, String> admin = KafkaSettings.adminConfig(own);
    parse(() -> new ProducerConfig(new HashMap<>(producer)));
    parse(() -> new ConsumerConfig(new HashMap<>(KafkaSettings.consumerConfig(own))));
    AdminClientConfig values = parse(() -> new AdminClientConfig(admin));
    checkNumbers();
    checkPairs(producer, admin);
    checkBatch(producer);
    if (!own.getOrDefault(AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG, "").isBlank()) {
      throw new BadSettingException(
          AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG,
          AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG + ": rows are shipped to brokers");
    }
    String reporters = CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG;
    values.getList(reporters).forEach(name -> requireClass(reporters, name, MetricsReporter.class));
    try {
      new SecurityCheck(values).run();
    } catch (BadSettingException known) {
      throw known;
    } catch (Exception | LinkageError failure) {
      throw bad(failure, CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
    }
  }

  private <T> T parse(Supplier<T> config) {
    try {
      return config.get();
    } catch (RuntimeException failure) {
      throw bad(failure, null);
    }
  }

  /** Of the setting that a message speaks of. */
  private BadSettingException bad(Throwable failure, @Nullable String otherwise) {
    String message = FailureText.all(failure);
    String setting = settingOf(message, FailureText.describe(failure), otherwise);
    boolean named = setting == null || message.contains(setting);
    return new BadSettingException(setting, named ? message : setting + ": " + message);
  }

  private @Nullable String settingOf(String message, String root, @Nullable String otherwise) {
    return longest(setting -> message.contains(setting.getKey()))
        .or(() -> longest(setting -> isValueOf(root, setting)))
        .or(() -> longest(setting -> isValueOf(message, setting)))
        .or(() -> longest(setting -> isMeant(message, setting.getKey())))
        .or(() -> longest(setting -> setting.getKey().equals(otherwise)))
        .orElse(null);
  }

  private Optional<String> longest(Predicate<Map.Entry<String, String>> which) {
    return own.entrySet().stream()
        .filter(which)
        .map(Map.Entry::getKey)
        .max(Comparator.comparingInt(String::length));
  }

  /** Of TLS: what the JDK says names a file, a protocol or a cipher, and no setting. */
  private static boolean isValueOf(String message, Map.Entry<String, String> setting) {
    return setting.getKey().startsWith("ssl.")
        && !setting.getKey().contains("password")
        && Arrays.stream(setting.getValue().split(","))
            .map(String::strip)
            .anyMatch(value -> !value.isEmpty() && message.contains(value));
  }

  private static boolean isMeant(String message, String setting) {
    return MEANT.entrySet().stream()
        .anyMatch(words -> message.contains(words.getKey()) && words.getValue().contains(setting));
  }

  private void checkNumbers() {
    for (String name : TIMES) {
      if (ClientDefaults.number(own, name, 1) == 0 && !isNoMatter(name)) {
        throw new BadSettingException(name, name + "=0 leaves no time for anything");
      }
    }
    for (String name : SIZES) {
      if (ClientDefaults.number(own, name, RECORD_BYTES) < RECORD_BYTES) {
        String value = requireNonNull(own.get(name)).strip();
        throw new BadSettingException(
            name, name + "=" + value + ": some records need " + RECORD_BYTES + " bytes");
      }
    }
  }

  /** It is allocated in one piece. */
  private static void checkBatch(Map<String, String> producer) {
    String batch = ProducerConfig.BATCH_SIZE_CONFIG;
    long bytes = ClientDefaults.number(producer, batch, 0);
    long heapBytes = Runtime.getRuntime().maxMemory();
    if (bytes >= heapBytes) {
      throw new BadSettingException(
          batch, batch + "=" + bytes + " is more than the JVM's memory, " + heapBytes + " bytes");
    }
  }

  private boolean isNoMatter(String time) {
    String strategy = own.get(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG);
    return time.equals(REBOOTSTRAP_AFTER) && strategy != null && strategy.strip().equals("none");
  }

  /** Those that the user has set both, or all three; ours follow. */
  private static void checkPairs(Map<String, String> producer, Map<String, String> admin) {
    requireRoom(
        producer,
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        ProducerConfig.LINGER_MS_CONFIG);
    requireRoom(producer, ProducerConfig.BUFFER_MEMORY_CONFIG, ProducerConfig.BATCH_SIZE_CONFIG);
    requireRoom(
        admin,
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG);
  }

  private static void requireRoom(Map<String, String> config, String whole, String... parts) {
    long room = ClientDefaults.number(config, whole, 0);
    long needed = 0;
    StringBuilder said = new StringBuilder();
    for (String part : parts) {
      long value = ClientDefaults.number(config, part, 0);
      needed += Math.min(value, Integer.MAX_VALUE);
      said.append(said.isEmpty() ? "" : " and ").append(part).append('=').append(value);
    }
    // Kafka also takes larger values as its largest number.
    if (room < Math.min(needed, Integer.MAX_VALUE)) {
      throw new BadSettingException(whole, whole + "=" + room + " has no room for " + said);
    }
  }

  /** Refuses a class that does not exist, or has the wrong type. */
  static void requireClass(String setting, String name, Class<?> kind) {
    try {
      Class<?> found = Class.forName(name, false, loader());
      if (!kind.isAssignableFrom(found)) {
        throw new BadSettingException(
            setting, setting + ": " + name + " is no " + kind.getSimpleName());
      }
    } catch (ClassNotFoundException | LinkageError missing) {
      throw new BadSettingException(setting, setting + ": no class " + name + " here");
    }
  }

  private static ClassLoader loader() {
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    return ofThread == null ? SettingsCheck.class.getClassLoader() : ofThread;
  }
}
