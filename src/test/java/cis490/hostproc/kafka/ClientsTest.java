package cis490.hostproc.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.TestTopics;
import cis490.hostproc.testkit.Wait;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits of calls into Kafka's clients, whatever these do. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ClientsTest {

  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(30);

  /** An answer to the first look's question, and to no other. */
  private static final byte[] ANSWER_TO_THE_LOOK =
      ByteBuffer.allocate(12).putInt(8).putInt(FirstLook.CORRELATION).putInt(0).array();

  @Test
  void anAnswerComesBackAndSoDoesAFailure() {
    try (Clients clients = open()) {
      assertEquals(7, clients.call("seven", LONG, () -> 7));
      KafkaException thrown = new KafkaException("no");
      assertEquals(
          thrown,
          assertThrows(
              KafkaException.class,
              () ->
                  clients.run(
                      "no",
                      LONG,
                      () -> {
                        throw thrown;
                      })));
      assertFalse(clients.isBroken());
    }
  }

  /** As flush does, where the client's own thread is dead. */
  @Test
  void aCallThatNeverEndsIsInterruptedAtItsLimit() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    Clients clients = open();
    TimeoutException late =
        assertThrows(
            TimeoutException.class,
            () ->
                clients.run(
                    "the flush",
                    SHORT,
                    () -> {
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException expected) {
                        interrupted.countDown();
                      }
                    }));
    assertEquals("no answer to the flush within 0 s", late.getMessage());
    assertTrue(interrupted.await(30, TimeUnit.SECONDS));
    assertTrue(clients.isBroken());
    clients.close();
  }

  /** Its limit is an hour, by the clock that was set back. */
  @Test
  void aWaitEndsAtOnceIfTheClockIsSetBack() throws Exception {
    AtomicLong setBackMs = new AtomicLong();
    try (Clients clients = open()) {
      clients.follow(() -> System.currentTimeMillis() - setBackMs.get());
      setBackMs.set(1_500);
      assertEquals("soon", clients.call("an answer", LONG, () -> slowly("soon")));
      CountDownLatch never = new CountDownLatch(1);
      FutureTask<TimeoutException> failed =
          new FutureTask<>(
              () ->
                  assertThrows(
                      TimeoutException.class,
                      () -> clients.run("rows", Duration.ofHours(1), () -> await(never))));
      new Thread(failed, "waits").start();
      setBackMs.set(Duration.ofHours(1).toMillis());
      String said = failed.get(LONG.toSeconds(), TimeUnit.SECONDS).getMessage();
      assertTrue(said.contains("the clock was set back"), said);
      assertTrue(clients.isBroken());
    }
  }

  @Test
  void aWaitEndsSoonIfItsTopicIsDeleted() throws Exception {
    String topic = TestTopics.newName("watched");
    TestTopics.create(topic, 1, Map.of());
    try (Clients clients = open()) {
      clients.watch(topic, Topics.id(clients, topic));
      TestTopics.delete(topic);
      CountDownLatch never = new CountDownLatch(1);
      KafkaException gone =
          assertThrows(KafkaException.class, () -> clients.run("rows", LONG, () -> await(never)));
      assertEquals("topic " + topic + " was deleted or created again", gone.getMessage());
    }
  }

  /** Longer than the wait is between two looks. */
  private static String slowly(String answer) throws InterruptedException {
    new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
    return answer;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException leftBehind) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void connectionsThatHangAreNotMadeWithoutEnd() throws Exception {
    AtomicBoolean end = new AtomicBoolean();
    List<Clients> hanging = new ArrayList<>();
    try {
      KafkaException refused =
          assertThrows(
              KafkaException.class,
              () -> {
                for (int i = 0; i < 20; i++) {
                  Clients clients = open();
                  hanging.add(clients);
                  assertThrows(TimeoutException.class, () -> clients.run("it", SHORT, spin(end)));
                  clients.close();
                }
              });
      assertTrue(refused.getMessage().contains("earlier connections hang"), refused.getMessage());
      assertTrue(hanging.size() <= 5, hanging.size() + " threads");
    } finally {
      end.set(true);
    }
    Wait.until("there are connections again", LONG, ClientsTest::isOpening);
  }

  private static boolean isOpening() {
    try (Clients clients = open()) {
      return clients.call("seven", LONG, () -> 7) == 7;
    } catch (KafkaException tooMany) {
      return false;
    }
  }

  /** Not to be interrupted, as a look-up of a name is not. */
  private static Runnable spin(AtomicBoolean end) {
    return () -> {
      while (!end.get()) {
        Thread.onSpinWait();
      }
    };
  }

  /** Its thread ends at an answer to another question, and never looks at what it is asked then. */
  @Test
  void theDeathOfAClientFailsTheCallThatWaitsForIt() throws Exception {
    try (Stranger stranger = Stranger.staying(ANSWER_TO_THE_LOOK)) {
      KafkaSettings settings = new KafkaSettings(Map.of("bootstrap.servers", stranger.address()));
      try (Clients clients = Clients.open(settings, "test")) {
        long beganNs = System.nanoTime();
        assertThrows(
            KafkaException.class,
            () -> clients.await("topics", clients.admin().listTopics().names()));
        assertTrue(stranger.asked() > 1, "the client asked nothing");
        assertTrue(
            System.nanoTime() - beganNs < Duration.ofSeconds(5).toNanos(), "waited for the limit");
        assertTrue(clients.isBroken());
      }
    }
  }

  private static Clients open() {
    return Clients.open(TestTopics.settings(), "test");
  }
}
