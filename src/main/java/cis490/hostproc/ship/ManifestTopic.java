package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.TopicReader;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The manifests that Kafka has. */
public final class ManifestTopic {

  private ManifestTopic() {}

  /**
   * The last one of each episode. A deleted one is none.
   *
   * @param settings where the brokers are
   * @param clientId the clients' name
   * @return by id; null if it is not a manifest
   * @throws Exception if the topic can't be read
   */
  public static Map<String, Manifest> read(KafkaSettings settings, String clientId)
      throws Exception {
    Map<String, Manifest> episodes = new TreeMap<>();
    try (TopicReader reader = TopicReader.open(settings, EpisodeId.EPISODES_TOPIC, clientId)) {
      reader.forEach(
          record -> {
            take(episodes, record.key(), record.value());
            return true;
          });
    } catch (UnknownTopicOrPartitionException none) {
      // No episode yet.
    }
    return episodes;
  }

  /**
   * A look for a single episode's.
   *
   * @param manifest the last one, null if there is none
   * @param end offset up to which was looked
   */
  public record Look(@Nullable Manifest manifest, long end) {
    /** At nothing yet. */
    public static final Look NONE = new Look(null, 0);
  }

  /**
   * The last one of a single episode. Reads only what came after an earlier look.
   *
   * @param settings where the brokers are
   * @param clientId the clients' name
   * @param episode whose manifest it is
   * @param before the earlier look
   * @return the look now
   * @throws Exception if the topic can't be read
   */
  public static Look read(KafkaSettings settings, String clientId, EpisodeId episode, Look before)
      throws Exception {
    byte[] key = episode.value().getBytes(UTF_8);
    try (TopicReader reader = TopicReader.open(settings, EpisodeId.EPISODES_TOPIC, clientId)) {
      long end = reader.end();
      Look known = end < before.end() ? Look.NONE : before;
      long from = Math.max(reader.beginning(), known.end());
      Optional<ConsumerRecord<byte[], byte[]>> last = reader.lastOf(key, from, end);
      reader.release();
      return new Look(last.isPresent() ? manifest(last.get().value()) : known.manifest(), end);
    } catch (UnknownTopicOrPartitionException none) {
      return Look.NONE;
    }
  }

  private static @Nullable Manifest manifest(byte[] json) {
    try {
      return json == null ? null : Manifest.fromJson(json);
    } catch (IOException foreign) {
      return null;
    }
  }

  private static void take(Map<String, Manifest> episodes, byte[] key, byte[] value) {
    if (key == null) {
      // Of a stranger's: of no episode.
      return;
    }
    String id = new String(key, UTF_8);
    if (value == null) {
      episodes.remove(id);
    } else {
      episodes.put(id, manifest(value));
    }
  }
}
