package cis490.hostproc.cli;

import cis490.hostproc.ship.KafkaSettings;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** Words for what Kafka's clients throw. */
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

  static FailedException of(KafkaSettings settings, KafkaException failure) {
    String where = settings.bootstrapServers();
    if (failure instanceof TimeoutException) {
      return new FailedException("no Kafka broker answers on " + where, failure);
    }
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return new FailedException("Kafka on " + where + ": " + cause.getMessage(), failure);
  }
}
