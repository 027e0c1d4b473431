package cis490.hostproc.cli;

import cis490.hostproc.broker.BrokerProcess;
import cis490.hostproc.collect.Log;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.kafka.KafkaSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;

/** The way to the brokers; where that is the embedded one, it is started on the way. */
final class KafkaConnection implements Connector, AutoCloseable {

  private final Map<String, String> own;
  private final @Nullable Path embeddedData;
  private @Nullable BrokerProcess broker;
  private boolean closed;

  /** Apart from the lock of this, for which close() does not wait long. */
  private final Object starting = new Object();

  KafkaConnection(Map<String, String> own, @Nullable Path embeddedData) {
    this.own = own;
    this.embeddedData = embeddedData;
  }

  /**
   * Where the brokers are now. The embedded one is started if there is none: seconds, so not on the
   * way to a tick. One that was somebody else's and ended with them is replaced.
   *
   * @throws IOException if the embedded one does not start
   */
  @Override
  public KafkaSettings connect() throws IOException, InterruptedException {
    if (embeddedData == null) {
      return new KafkaSettings(own);
    }
    Map<String, String> all = new HashMap<>(own);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker(embeddedData).address());
    return new KafkaSettings(all);
  }

  /** Of many episodes one starts it, and the others wait for that. */
  private BrokerProcess broker(Path data) throws IOException, InterruptedException {
    synchronized (starting) {
      BrokerProcess running = this.broker;
      return running != null && running.alive() ? running : startBroker(data);
    }
  }

  private BrokerProcess startBroker(Path data) throws IOException, InterruptedException {
    BrokerProcess started = BrokerProcess.start(data);
    Log.get()
        .info(
            "embedded Kafka {} on {}, data in {}",
            started.shared() ? "was running" : "is ready",
            started.address(),
            data);
    keep(started);
    return started;
  }

  /** The command may have ended while the broker was starting. */
  private synchronized void keep(BrokerProcess started) {
    if (broker != null) {
      broker.close();
    }
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
