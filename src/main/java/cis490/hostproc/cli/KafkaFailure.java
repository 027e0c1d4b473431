package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.kafka.BrokerProbe;
import cis490.hostproc.kafka.FailureText;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.NotKafkaException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Describes what Kafka's clients throw. */
final class KafkaFailure {

  private KafkaFailure() {}

  static FailedException noTopic(KafkaSettings settings, String topic) {
    return new FailedException(
        "no topic "
            + topic
            + " on "
            + settings.bootstrapServers()
            + " (hostproc episodes lists what is there)");
  }

  /** The same of one episode, whose topic may be missing. */
  static FailedException of(KafkaSettings settings, EpisodeId episode, KafkaException failure) {
    return failure instanceof UnknownTopicOrPartitionException
        ? noTopic(settings, episode.topic())
        : of(settings, failure);
  }

  /** The root cause. If a client only reports that there was no answer, the cause is looked for. */
  static FailedException of(KafkaSettings settings, KafkaException failure) {
    if (failure instanceof NotKafkaException) {
      return new FailedException(failure.getMessage(), failure);
    }
    String found = failure instanceof RetriableException ? BrokerProbe.problem(settings) : null;
    return new FailedException(
        found != null
            ? found
            : "Kafka on " + settings.bootstrapServers() + ": " + FailureText.describe(failure),
        failure);
  }
}
