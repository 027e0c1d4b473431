package cis490.hostproc.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Wait;
import cis490.hostproc.testkit.Wire;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that share clients, against a real broker. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ClientPoolTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ClientPool pool = new ClientPool();
  private final String clientId = TestTopics.newName("pool");
  private KafkaSettings settings = TestTopics.settings().shared(pool);

  @AfterEach
  void closePool() {
    pool.close();
  }

  private Clients open() {
    return Clients.open(settings, clientId);
  }

  private static void requireAnswer(Clients clients) {
    assertFalse(clients.await("the cluster", clients.admin().describeCluster().nodes()).isEmpty());
  }

  @Test
  void connectionsShareTheAdminClientBeyondTheirEnd() {
    Admin shared;
    try (Clients one = open();
        Clients other = open()) {
      shared = one.admin();
      assertSame(shared, other.admin());
    }
    try (Clients later = open()) {
      assertSame(shared, later.admin());
      requireAnswer(later);
    }
  }

  @Test
  void aConsumerIsLentToOneAtATime() {
    try (Clients one = open();
        Clients other = open()) {
      Consumer<byte[], byte[]> lent = one.consumer(TopicReader.FETCH_BYTES);
      Consumer<byte[], byte[]> second = other.consumer(TopicReader.FETCH_BYTES);
      assertNotSame(lent, second);

      one.releaseConsumer();
      other.releaseConsumer();
      assertSame(second, one.consumer(TopicReader.FETCH_BYTES), "the last one that came back");
      assertSame(lent, other.consumer(TopicReader.FETCH_BYTES));
    }
  }

  @Test
  void aConsumerOfSmallFetchesIsNobodyElses() {
    try (Clients one = open();
        Clients other = open()) {
      Consumer<byte[], byte[]> small = one.consumer(TopicReader.FETCH_BYTES / 2);
      one.releaseConsumer();
      assertSame(small, one.consumer(TopicReader.FETCH_BYTES / 2));
      assertNotSame(small, other.consumer(TopicReader.FETCH_BYTES));
    }
  }

  @Test
  void whoCanNotReachTheBrokersKeepsNobodyElseWaitingAndAllWorkAfterwards() throws Exception {
    int port;
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      port = silent.getLocalPort();
      settings = impatient(port);
      FutureTask<Long> asking = inBackground(this::refusedAfterMs);
      silent.accept();

      List<FutureTask<Long>> others = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        others.add(inBackground(this::refusedAfterMs));
      }
      for (FutureTask<Long> each : others) {
        assertTrue(each.get() < 1_900, each.get() + " ms");
      }
      assertFalse(asking.isDone(), "the others have asked for themselves, or nobody did");
      assertTrue(asking.get() > 2_000, asking.get() + " ms");
      assertTrue(refusedAfterMs() < 200, "asked again at once");
    }

    Wire wire = new Wire(port, port(TestBroker.address()));
    try {
      Wait.until("the brokers are there again", LIMIT, this::isReached);
      List<FutureTask<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(inBackground(this::isReached));
      }
      for (FutureTask<Boolean> each : all) {
        assertTrue(each.get());
      }
    } finally {
      wire.close();
    }
  }

  private KafkaSettings impatient(int port) {
    return new KafkaSettings(
            Map.of(
                "bootstrap.servers", "127.0.0.1:" + port,
                "default.api.timeout.ms", "1500",
                "request.timeout.ms", "1000"))
        .shared(pool);
  }

  private static <T> FutureTask<T> inBackground(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    new Thread(task, "asks").start();
    return task;
  }

  private long refusedAfterMs() {
    long sinceNs = System.nanoTime();
    assertThrows(TimeoutException.class, this::open);
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs);
  }

  private boolean isReached() {
    try (Clients clients = open()) {
      requireAnswer(clients);
      return true;
    } catch (KafkaException notYet) {
      return false;
    }
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  @Test
  void anAdminClientWhoseThreadHasDiedIsReplaced() {
    try (Clients one = open();
        Clients other = open()) {
      Admin dead = one.admin();
      assertSame(dead, other.admin());
      die();

      assertTrue(one.isBroken());
      assertTrue(other.isBroken());
      try (Clients next = open()) {
        assertNotSame(dead, next.admin());
        requireAnswer(next);
        assertSame(next.admin(), other.admin());
        assertFalse(other.isBroken());
      }
    }
  }

  /** As the JVM says it when an error ends a thread. */
  private void die() {
    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(
                thread -> thread.getName().contains("admin") && thread.getName().contains(clientId))
            .toList();
    assertEquals(1, threads.size(), threads.toString());
    Thread thread = threads.get(0);
    thread.getUncaughtExceptionHandler().uncaughtException(thread, new OutOfMemoryError("made up"));
  }
}
