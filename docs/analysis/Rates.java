import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What all episodes do, second by second, as their rows come: those that are over from their
 * beginning, those to come as soon as their topics are there. Until it is stopped.
 *
 * <pre>
 *   java -cp 'target/lib/*' docs/analysis/Rates.java localhost:9092
 * </pre>
 */
public final class Rates {

  private static final Pattern TOPICS = Pattern.compile("oracle\\.(host-proc\\..+|episodes)");
  private static final String MANIFESTS = "oracle.episodes";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Jiffies in a second, by episode: from its manifest. */
  private final Map<String, Long> ticksPerSecond = new HashMap<>();

  /** The row that an episode's current second began with. */
  private final Map<String, JsonNode> began = new HashMap<>();

  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    // A pattern needs a group; with nothing committed it always starts at the beginning.
    settings.put("group.id", "oracle.analysis.rates-" + ProcessHandle.current().pid());
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "earliest");
    // Without it rows could be seen that were never committed, or twice.
    settings.put("isolation.level", "read_committed");
    // Kafka's own value would find a new episode after up to five minutes.
    settings.put("metadata.max.age.ms", "2000");
    Rates rates = new Rates();
    try (var text = new StringDeserializer();
        var consumer = new KafkaConsumer<>(settings, text, text)) {
      rates.readManifests(consumer);
      consumer.subscribe(TOPICS);
      while (true) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          rates.take(record);
        }
        System.out.flush();
      }
    }
  }

  /**
   * Before any rows, so that their CPU time means something. Of an episode that begins later, rows
   * can come before its manifest: their CPU is NaN.
   */
  private void readManifests(KafkaConsumer<String, String> consumer) throws Exception {
    TopicPartition manifests = new TopicPartition(MANIFESTS, 0);
    consumer.assign(List.of(manifests));
    consumer.seekToBeginning(List.of(manifests));
    long end = consumer.endOffsets(List.of(manifests)).get(manifests);
    while (consumer.position(manifests) < end) {
      for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
        take(record);
      }
    }
    consumer.unsubscribe();
  }

  private void take(ConsumerRecord<String, String> record) throws Exception {
    String episode = record.key();
    JsonNode value;
    try {
      value = JSON.readTree(record.value());
    } catch (JsonProcessingException foreign) {
      System.err.println(record.topic() + ", offset " + record.offset() + ": no row, left out");
      return;
    }
    if (record.topic().equals(MANIFESTS)) {
      ticksPerSecond.put(episode, value.path("clock_ticks_per_second").asLong());
      return;
    }
    JsonNode before = began.putIfAbsent(episode, value);
    if (before != null && seconds(before, value) >= 1) {
      began.put(episode, value);
      print(episode, before, value);
    }
  }

  private void print(String episode, JsonNode before, JsonNode now) {
    double seconds = seconds(before, now);
    long jiffies =
        difference("cpu_user_jiffies", before, now) + difference("cpu_sys_jiffies", before, now);
    long ticks = ticksPerSecond.getOrDefault(episode, 0L);
    System.out.printf(
        "%-24s %9.3f s  cpu %6.1f %%  rss %,13d bytes  read %,13.0f  written %,13.0f bytes/s%n",
        episode,
        now.get("t_mono_ns").asLong() / 1e9,
        ticks == 0 ? Double.NaN : 100.0 * jiffies / ticks / seconds,
        now.get("rss_bytes").asLong(),
        difference("io_read_bytes", before, now) / seconds,
        difference("io_write_bytes", before, now) / seconds);
  }

  private static double seconds(JsonNode before, JsonNode now) {
    return difference("t_mono_ns", before, now) / 1e9;
  }

  /** 0 where a field is null: the collector was not allowed to read it. */
  private static long difference(String field, JsonNode before, JsonNode now) {
    return now.get(field).asLong() - before.get(field).asLong();
  }
}
