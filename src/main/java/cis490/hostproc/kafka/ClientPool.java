package cis490.hostproc.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What many connections to the same brokers share: one admin client, some consumers that are lent,
 * and the threads that call them. Settings that are {@link KafkaSettings#shared} use it; only
 * producers are a connection's own.
 *
 * <p>When the brokers are away, one connection asks for them, and the others are refused at once
 * until they answer. For any thread.
 */
public final class ClientPool implements AutoCloseable {

  /** Consumers that are kept for the next one who needs one. */
  private static final int IDLE_CONSUMERS_MAX = 4;

  /** Threads that call clients; one that hangs in a call stays one of them until it ends. */
  private static final int CALLS_MAX = 256;

  private static final long IDLE_S = 30;

  /** After so long others do not wait any more for who is asking the brokers. */
  private static final Duration ANOTHER_ASKS_WITHIN = Duration.ofSeconds(1);

  /** How soon the brokers are asked again after they have not answered. */
  private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(500);

  private final ExecutorService calls =
      new ThreadPoolExecutor(
          0,
          CALLS_MAX,
          IDLE_S,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "hostproc-kafka");
            thread.setDaemon(true);
            return thread;
          });

  /** One at a time makes an admin client. */
  private final Object makingAdmin = new Object();

  /** Guarded by this, as all that follows. */
  private final Deque<Made<Consumer<byte[], byte[]>>> consumers = new ArrayDeque<>();

  private final Map<String, KeyIndex> indexes = new HashMap<>();

  private @Nullable Made<Admin> admin;

  /** Who was asked last, and whom that led to; null before an answer. */
  private @Nullable KafkaSettings asked;

  private @Nullable KafkaSettings reached;
  private boolean isAsking;
  private long askedAtNs;
  private boolean isDoubtful;
  private @Nullable RuntimeException refusal;
  private long refusedAtNs;
  private boolean isClosed;

  /** Without any client yet. */
  public ClientPool() {}

  ExecutorService calls() {
    return calls;
  }

  /**
   * Where the brokers are that answer: asked if that is not known, or in doubt.
   *
   * @throws NotKafkaException if something else answers
   * @throws TimeoutException if nobody does
   * @throws StillAskingException if somebody else has been asking for a while
   */
  KafkaSettings reach(KafkaSettings settings, String clientId) {
    KafkaSettings known = knownOrAsking(settings);
    if (known != null) {
      return known;
    }
    KafkaSettings found = null;
    RuntimeException failure = null;
    try {
      found = ask(settings, clientId);
      return found;
    } catch (RuntimeException unreached) {
      failure = unreached;
      throw unreached;
    } finally {
      answered(settings, found, failure);
    }
  }

  /** Null if the caller is to ask. */
  private synchronized @Nullable KafkaSettings knownOrAsking(KafkaSettings settings) {
    while (isAsking) {
      long restNs = askedAtNs + ANOTHER_ASKS_WITHIN.toNanos() - System.nanoTime();
      if (restNs <= 0) {
        throw new StillAskingException();
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, restNs);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new KafkaException(interrupted);
      }
    }
    boolean isSame = settings.equals(asked);
    if (isSame && reached != null && !isDoubtful) {
      return reached;
    }
    boolean isSoon = System.nanoTime() - refusedAtNs < ASK_AGAIN_AFTER.toNanos();
    if (isSame && refusal != null && isSoon) {
      throw new TimeoutException(FailureText.describe(refusal), refusal);
    }
    isAsking = true;
    askedAtNs = System.nanoTime();
    return null;
  }

  private KafkaSettings ask(KafkaSettings settings, String clientId) {
    try {
      KafkaSettings found = Clients.findBrokers(settings, clientId, this);
      if (!found.equals(current())) {
        dropAll();
      }
      try (Clients there = Clients.of(found, clientId, this)) {
        there.await("a look at the brokers", there.admin().describeCluster().nodes());
      }
      return found;
    } catch (RuntimeException failure) {
      // It may be the admin client that gives no answer any more.
      dropAll();
      throw failure;
    }
  }

  private synchronized @Nullable KafkaSettings current() {
    return reached;
  }

  private synchronized void answered(
      KafkaSettings settings, @Nullable KafkaSettings found, @Nullable RuntimeException failure) {
    asked = settings;
    reached = found;
    isDoubtful = false;
    refusal = failure;
    refusedAtNs = System.nanoTime();
    isAsking = false;
    notifyAll();
  }

  /** A call has failed in a way that the absence of brokers explains: the next one asks first. */
  synchronized void doubt() {
    isDoubtful = true;
  }

  /** The one admin client; made by a user's means if there is none that can be used. */
  Made<Admin> admin(Supplier<Made<Admin>> maker) {
    synchronized (makingAdmin) {
      Made<Admin> there = usableAdmin();
      return there != null ? there : keep(maker.get());
    }
  }

  private synchronized @Nullable Made<Admin> usableAdmin() {
    return admin != null && admin.isUsable() ? admin : null;
  }

  private synchronized Made<Admin> keep(Made<Admin> made) {
    if (admin != null) {
      close(admin.client());
    }
    admin = made;
    return made;
  }

  /** One that was used before; null if there is none. */
  synchronized @Nullable Made<Consumer<byte[], byte[]>> borrowConsumer() {
    Made<Consumer<byte[], byte[]>> lent = consumers.poll();
    while (lent != null && !lent.isUsable()) {
      close(lent.client());
      lent = consumers.poll();
    }
    return lent;
  }

  /** Back from who has met no failure with it. */
  synchronized void giveBack(Made<Consumer<byte[], byte[]>> consumer, KafkaSettings settings) {
    boolean isWanted =
        !isClosed && settings.equals(reached) && consumers.size() < IDLE_CONSUMERS_MAX;
    if (isWanted) {
      consumers.push(consumer);
    } else {
      close(consumer.client());
    }
  }

  private void close(Consumer<byte[], byte[]> closing) {
    runSoon(() -> closing.close(CloseOptions.timeout(Duration.ZERO)));
  }

  private void close(Admin closing) {
    runSoon(() -> closing.close(Duration.ZERO));
  }

  private void runSoon(Runnable closing) {
    try {
      calls.execute(closing);
    } catch (RejectedExecutionException noThread) {
      // All threads hang, or this is the end: the client is left as it is.
    }
  }

  /** Of a topic; of one with another id nothing is known yet. */
  synchronized KeyIndex keyIndex(String topic, Uuid id) {
    KeyIndex index = indexes.get(topic);
    if (index == null || !index.isOf(id)) {
      index = new KeyIndex(id);
      indexes.put(topic, index);
    }
    return index;
  }

  private synchronized void dropAll() {
    if (admin != null) {
      close(admin.client());
      admin = null;
    }
    consumers.forEach(each -> close(each.client()));
    consumers.clear();
  }

  /** Without waiting. Connections that are still open fail soon. */
  @Override
  public synchronized void close() {
    isClosed = true;
    dropAll();
    calls.shutdown();
  }
}
