package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.ship.KafkaSettings;
import cis490.hostproc.ship.TopicReader;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The manifests that Kafka has. */
final class ManifestTopic {

  private ManifestTopic() {}

  /** The last one of each episode, by id; null where it is no manifest. A deleted one is none. */
  static Map<String, Manifest> read(KafkaSettings settings, String clientId) throws Exception {
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

  private static Manifest manifest(byte[] json) {
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
