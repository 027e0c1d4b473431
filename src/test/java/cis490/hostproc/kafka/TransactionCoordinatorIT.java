package cis490.hostproc.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real brokers, set up so that they have no transactions. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class TransactionCoordinatorIT {

  @TempDir private Path folder;

  @Test
  void tooFewBrokersForTheTopicOfTransactions() throws Exception {
    String problem = problem(Map.of("transaction.state.log.replication.factor", "3"));
    assertEquals(
        "the brokers' setting transaction.state.log.replication.factor=3 needs as many brokers, and"
            + " there are 1: no transactions, so nothing can be shipped; lower it, and"
            + " transaction.state.log.min.isr too",
        problem);
  }

  @Tag("long")
  @Test
  void tooFewReplicasInSync() throws Exception {
    Map<String, String> all = Map.of("transaction.state.log.min.isr", "3");
    try (Brokers brokers = Brokers.start(folder, 3, all);
        Clients clients = Clients.open(settings(brokers), "test")) {
      try (Producer<byte[], byte[]> producer =
          settings(brokers).producer("id", "client", KafkaSettings.TRANSACTION_TIMEOUT)) {
        producer.initTransactions();
      }
      brokers.kill(2);
      assertTimesOut(brokers);
      String expected =
          "partition 0 of __transaction_state has 2 of 3 replicas in sync, and the brokers' setting"
              + " transaction.state.log.min.isr=3 asks for more: brokers are away";
      // The controllers give a killed broker some seconds.
      String problem = TransactionCoordinator.problem(clients);
      long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (problem == null && System.nanoTime() < deadlineNs) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        problem = TransactionCoordinator.problem(clients);
      }
      assertEquals(expected, problem);
    }
  }

  private String problem(Map<String, String> settings) throws Exception {
    try (Brokers brokers = Brokers.start(folder, 1, settings);
        Clients clients = Clients.open(settings(brokers), "test")) {
      assertTimesOut(brokers);
      return TransactionCoordinator.problem(clients);
    }
  }

  private static KafkaSettings settings(Brokers brokers) {
    return new KafkaSettings(
        Map.of("bootstrap.servers", brokers.address(), "max.block.ms", "2000"));
  }

  /** Nothing but that comes from Kafka's own producer. */
  private static void assertTimesOut(Brokers brokers) {
    Producer<byte[], byte[]> producer =
        settings(brokers).producer("id", "client", KafkaSettings.TRANSACTION_TIMEOUT);
    try {
      assertThrows(TimeoutException.class, producer::initTransactions);
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  @Test
  void nothingIsWrongWhereTransactionsWork() {
    try (Clients clients = Clients.open(TestTopics.settings(), "test")) {
      assertNull(TransactionCoordinator.problem(clients));
      KafkaSettings settings = new KafkaSettings(Map.of("bootstrap.servers", TestBroker.address()));
      try (Producer<byte[], byte[]> producer =
          settings.producer("coordinator-test", "client", KafkaSettings.TRANSACTION_TIMEOUT)) {
        producer.initTransactions();
      }
      assertNull(TransactionCoordinator.problem(clients));
    }
  }
}
