package cis490.hostproc.cli;

import cis490.hostproc.broker.BrokerProcess;
import cis490.hostproc.ship.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to the brokers; where that is the embedded one, it is started on the way. */
final class KafkaConnection implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaConnection.class);

  private final Map<String, String> own;
  private final Path embeddedData;
  private BrokerProcess broker;
  private boolean closed;

  KafkaConnection(Map<String, String> own, Path embeddedData) {
    this.own = own;
    this.embeddedData = embeddedData;
  }

  /** Starts the embedded broker if there is to be one: seconds, so not on the way to a tick. */
  KafkaSettings settings() {
    if (embeddedData == null) {
      return new KafkaSettings(own);
    }
    Map<String, String> all = new HashMap<>(own);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokerAddress());
    return new KafkaSettings(all);
  }

  private String brokerAddress() {
    try {
      BrokerProcess started = BrokerProcess.start(embeddedData);
      LOG.info(
          "embedded Kafka {} on {}, data in {}",
          started.shared() ? "was running" : "is ready",
          started.address(),
          embeddedData);
      keep(started);
      return started.address();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure.getMessage(), failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the embedded Kafka started");
    }
  }

  /** The command may have ended while the broker was starting. */
  private synchronized void keep(BrokerProcess started) {
    broker = started;
    if (closed) {
      broker.close();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (broker != null) {
      broker.close();
    }
  }
}
