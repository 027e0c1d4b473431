package cis490.hostproc.kafka;

import org.apache.kafka.common.KafkaException;

/** Something answers where the brokers should be, and it is not Kafka. */
public final class NotKafkaException extends KafkaException {

  private static final long serialVersionUID = 1L;

  NotKafkaException(String message) {
    super(message);
  }
}
