package cis490.hostproc.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Our own defaults of Kafka's clients. If two settings depend on each other and the user has set
 * one, our default for the other follows it: Kafka refuses a client whose settings collide, or the
 * client never gets anything done. What the user has set is never altered.
 */
final class ClientDefaults {

  /** Bounds each blocking call of a client; long enough for a broker that is busy, ms. */
  private static final long BLOCK_MS = 10_000;

  private static final long DELIVERY_MS = 20_000;

  /**
   * A transaction is flushed when it is filled; until then its rows gather for one request, ms. Far
   * longer than filling takes.
   */
  private static final long LINGER_MS = 5_000;

  private static final long BATCH_BYTES = 131_072;
  private static final long BUFFER_BYTES = 8_388_608;

  /**
   * Of one of many producers in a process, which keep their batches for the next time. It has room
   * for what an episode at 100 ms writes in 5 s, before compression: that is then one request.
   */
  private static final long SHARED_BATCH_BYTES = 32_768;

  /** They keep so much for ever once it was needed. The longest row must fit. */
  private static final long SHARED_BUFFER_BYTES = 98_304;

  /**
   * How long a broker may hold back an answer that has nothing, ms. Looking for a topic's last row,
   * one such answer is waited for at each step back.
   */
  private static final long FETCH_WAIT_MS = 50;

  /** What a request needs beyond the time for which the broker holds it back, ms. */
  private static final long ANSWER_MS = 5_000;

  /**
   * How long the admin client waits between two attempts, ms. With Kafka's own 100 ms it makes
   * megabytes of garbage a second while no broker answers.
   */
  private static final long ADMIN_RETRY_MS = 1_000;

  /** Kafka's own defaults of settings that hang together, ms. */
  private static final long RETRY_MS = CommonClientConfigs.DEFAULT_RETRY_BACKOFF_MS;

  private static final long RETRY_MAX_MS = CommonClientConfigs.DEFAULT_RETRY_BACKOFF_MAX_MS;
  private static final long RECONNECT_MS = 50;
  private static final long SETUP_MS =
      CommonClientConfigs.DEFAULT_SOCKET_CONNECTION_SETUP_TIMEOUT_MS;
  private static final long SETUP_MAX_MS =
      CommonClientConfigs.DEFAULT_SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS;

  private final Map<String, String> own;
  private final Map<String, String> all;

  private ClientDefaults(Map<String, String> own) {
    this.own = own;
    this.all = new HashMap<>(own);
  }

  /** The user's settings, and what a producer needs beside them. */
  static Map<String, String> producer(Map<String, String> own, boolean isOneOfMany) {
    ClientDefaults defaults = new ClientDefaults(own);
    defaults.add(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    defaults.addDelivery();
    if (isOneOfMany) {
      defaults.addBatch(SHARED_BATCH_BYTES, SHARED_BUFFER_BYTES);
    } else {
      defaults.addBatch(BATCH_BYTES, BUFFER_BYTES);
    }
    defaults.addNoReports();
    defaults.addBackOffs(RETRY_MS);
    return defaults.all;
  }

  /** The user's settings, and what a consumer needs beside them. */
  static Map<String, String> consumer(Map<String, String> own) {
    ClientDefaults defaults = new ClientDefaults(own);
    defaults.addFetch();
    defaults.addNoReports();
    defaults.addBackOffs(RETRY_MS);
    return defaults.all;
  }

  /** The user's settings, and what an admin client needs beside them. */
  static Map<String, String> admin(Map<String, String> own) {
    ClientDefaults defaults = new ClientDefaults(own);
    defaults.addCalls(BLOCK_MS);
    defaults.addNoReports();
    defaults.addBackOffs(ADMIN_RETRY_MS);
    return defaults.all;
  }

  /** A batch has to wait for others, and for an answer at least once, before its time is over. */
  private void addDelivery() {
    String request = ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG;
    String linger = ProducerConfig.LINGER_MS_CONFIG;
    String delivery = ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG;
    long deliveryMs = number(delivery, DELIVERY_MS);
    if (has(delivery)) {
      long forRequests = has(linger) ? deliveryMs - number(linger, LINGER_MS) : deliveryMs / 2;
      add(request, clamped(1, forRequests, BLOCK_MS));
      add(linger, clamped(0, deliveryMs - number(request, BLOCK_MS), LINGER_MS));
    } else {
      add(request, BLOCK_MS);
      add(linger, LINGER_MS);
      // A linger that is longer is this long to Kafka.
      long lingerMs = Math.min(number(linger, LINGER_MS), Integer.MAX_VALUE);
      long atLeast = number(request, BLOCK_MS) + lingerMs;
      add(delivery, clamped(DELIVERY_MS, atLeast, Integer.MAX_VALUE));
    }
    // A longer request time means a slow cluster; initTransactions is at least one request.
    add(ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.max(BLOCK_MS, number(request, BLOCK_MS)));
  }

  /** A batch must have room in the buffer, for which a bigger one is refused, and in a request. */
  private void addBatch(long ourBatchBytes, long ourBufferBytes) {
    long bufferBytes = number(ProducerConfig.BUFFER_MEMORY_CONFIG, ourBufferBytes);
    long requestBytes = number(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.MAX_VALUE);
    long room = Math.min(bufferBytes / 2, requestBytes);
    add(ProducerConfig.BATCH_SIZE_CONFIG, clamped(1, room, ourBatchBytes));
    long batchBytes = number(ProducerConfig.BATCH_SIZE_CONFIG, ourBatchBytes);
    add(ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(ourBufferBytes, 2 * batchBytes));
  }

  /** Nobody reads the clients' own figures, by JMX or at the brokers (KIP-714). */
  private void addNoReports() {
    add(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
    add(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, "false");
  }

  /** A request lasts longer than the broker may hold it back. */
  private void addFetch() {
    String wait = ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG;
    String request = ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG;
    if (has(wait)) {
      addCalls(clamped(BLOCK_MS, number(wait, FETCH_WAIT_MS) + ANSWER_MS, Integer.MAX_VALUE));
    } else {
      addCalls(BLOCK_MS);
      add(wait, clamped(0, number(request, BLOCK_MS) / 2, FETCH_WAIT_MS));
    }
  }

  /** A call is at least one request. */
  private void addCalls(long requestMs) {
    String request = CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG;
    String call = CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG;
    add(request, has(call) ? Math.min(requestMs, number(call, requestMs)) : requestMs);
    add(call, Math.max(BLOCK_MS, number(request, requestMs)));
  }

  /** Each of these begins with one time and grows up to another. */
  private void addBackOffs(long retryMs) {
    addGrowing(
        CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG,
        retryMs,
        CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG,
        RETRY_MAX_MS);
    addGrowing(
        CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG,
        SETUP_MS,
        CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG,
        SETUP_MAX_MS);
    if (has(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG)) {
      // The other way round Kafka makes the ceiling follow by itself.
      long maxMs = number(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MS);
      add(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, Math.min(RECONNECT_MS, maxMs));
    }
  }

  private void addGrowing(String first, long firstMs, String max, long maxMs) {
    add(first, Math.min(firstMs, number(max, maxMs)));
    add(max, Math.max(maxMs, number(first, firstMs)));
  }

  private boolean has(String name) {
    return own.containsKey(name);
  }

  private void add(String name, String value) {
    all.putIfAbsent(name, value);
  }

  private void add(String name, long value) {
    add(name, Long.toString(value));
  }

  private static long clamped(long least, long value, long most) {
    return Math.max(least, Math.min(value, most));
  }

  /**
   * As it is so far. A value that is not a number is refused by the client itself, with its name.
   */
  private long number(String name, long otherwise) {
    return number(all, name, otherwise);
  }

  static long number(Map<String, String> config, String name, long otherwise) {
    String value = config.get(name);
    try {
      return value == null ? otherwise : Long.parseLong(value.strip());
    } catch (NumberFormatException wrong) {
      return otherwise;
    }
  }
}
