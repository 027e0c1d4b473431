package cis490.hostproc.testkit;

import cis490.hostproc.broker.Broker;
import cis490.hostproc.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One embedded broker in the tests' own JVM, started when first asked for, for all tests. */
public final class TestBroker {

  private TestBroker() {}

  /** {@code host:port} of the running broker. */
  public static String address() {
    return Holder.BROKER.address();
  }

  private static final class Holder {
    private static final Broker BROKER = start();

    private static Broker start() {
      try {
        Path data = Files.createTempDirectory(Path.of("target"), "test-broker-");
        Broker broker = EmbeddedBroker.start(data.toAbsolutePath(), 0);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "test-broker-close"));
        return broker;
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
