package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.episode.EpisodeId;
import java.util.Map;

/**
 * Where an episode's rows go, and what distinguishes them from others'.
 *
 * @param episode whose rows they are: topic, key and transactional id are made of it
 * @param headers that are the same in every record
 * @param episodesTopic the compacted topic of the manifests
 */
public record Replica(EpisodeId episode, Map<String, String> headers, String episodesTopic) {

  /**
   * In the topics that everybody uses.
   *
   * @param episode whose rows they are
   * @param headers that are the same in every record
   * @return its replica
   */
  public static Replica of(EpisodeId episode, Map<String, String> headers) {
    return new Replica(episode, headers, EpisodeId.EPISODES_TOPIC);
  }

  String topic() {
    return episode.topic();
  }

  /** Of every record, and of the episode's manifest. */
  byte[] key() {
    return episode.value().getBytes(UTF_8);
  }

  /** Of the one producer of the rows. */
  String transactionalId() {
    return episode.transactionalId();
  }

  /** Of the manifests' producer: not one that an episode could have, no topic has a slash. */
  String manifestTransactionalId() {
    return episode.transactionalId() + "/manifest";
  }

  /** The clients' name. */
  String clientId() {
    return "hostproc-" + episode.value();
  }
}
