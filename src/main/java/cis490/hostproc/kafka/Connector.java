package cis490.hostproc.kafka;

/** Knows where the brokers are, and starts the embedded one if that is used. */
@FunctionalInterface
public interface Connector {
  /**
   * May take its time.
   *
   * @return settings that reach the brokers as they are now
   * @throws Exception if there is no way to them at present
   */
  KafkaSettings connect() throws Exception;
}
