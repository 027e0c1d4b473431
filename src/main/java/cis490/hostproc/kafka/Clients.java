package cis490.hostproc.kafka;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.KafkaThread;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one connection: each is made when it is first asked for, and all are closed
 * together. Nothing here waits without a limit, and each limit is one of CLOCK_MONOTONIC.
 *
 * <p>Kafka's own limits follow the wall clock, and some of its calls have none ({@code flush},
 * {@code close}): they wait forever for a client whose thread has died. So one thread of ours makes
 * all calls. It touches nothing but clients, and may be interrupted and left behind. An error that
 * ends a client's own thread fails the call that waits for it at once.
 *
 * <p>For one thread at a time.
 */
public final class Clients implements AutoCloseable {

  /** What a call gets beyond Kafka's own limit, so that Kafka's own message comes first. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(5);
  private static final Duration THREAD_ENDS_WITHIN = Duration.ofMillis(300);

  /** A smaller step needs no new connection: Kafka's waits are longer. */
  private static final long SET_BACK_MS = 2_000;

  /** What the admin client says when its thread has died (KafkaAdminClient). */
  private static final String THREAD_HAS_EXITED = "The AdminClient thread has exited.";

  /** How soon the death of a client's thread is noticed. */
  private static final long LOOK_EVERY_NS = Duration.ofMillis(200).toNanos();

  /** Threads that hang in a call that can't be interrupted; with too many, no more are made. */
  private static final Set<Thread> STRAYS = ConcurrentHashMap.newKeySet();

  private static final int STRAYS_MAX = 4;

  /** One client at a time is made, so that it is known which threads are its own. */
  private static final ReentrantLock MAKING = new ReentrantLock();

  private final KafkaSettings settings;
  private final String clientId;

  /** Null if nothing is shared. */
  private final @Nullable ClientPool pool;

  private final ExecutorService calls;
  private @Nullable Thread caller;
  private @Nullable Made<Admin> admin;
  private @Nullable Made<Consumer<byte[], byte[]>> consumer;
  private boolean isLendable;
  private @Nullable Made<Producer<byte[], byte[]>> producer;
  private @Nullable TopicWatch topic;
  private @Nullable Uuid watched;
  private @Nullable Duration apiLimit;
  private @Nullable Duration blockLimit;
  private @Nullable Duration deliveryLimit;
  private LongSupplier wallClockMs = System::currentTimeMillis;
  private long mostAheadMs = aheadMs();
  private boolean expired;
  private boolean closed;

  private Clients(KafkaSettings settings, String clientId, @Nullable ClientPool pool) {
    this.settings = settings;
    this.clientId = clientId;
    this.pool = pool;
    this.calls =
        pool != null
            ? pool.calls()
            : Executors.newSingleThreadExecutor(
                task -> {
                  caller = new Thread(task, "hostproc-kafka");
                  caller.setDaemon(true);
                  return caller;
                });
  }

  /**
   * Looks whether Kafka answers at all; makes no client yet.
   *
   * @param settings where the brokers are, and whether clients are shared
   * @param clientId the clients' name
   * @return the connection, to be closed
   * @throws NotKafkaException if something else answers
   */
  public static Clients open(KafkaSettings settings, String clientId) {
    ClientPool pool = settings.pool();
    if (pool != null) {
      return of(pool.reach(settings, clientId), clientId, pool);
    }
    STRAYS.removeIf(thread -> !thread.isAlive());
    if (STRAYS.size() >= STRAYS_MAX) {
      throw new KafkaException(
          STRAYS.size() + " earlier connections hang in calls that do not end");
    }
    return of(findBrokers(settings, clientId, null), clientId, null);
  }

  static Clients of(KafkaSettings settings, String clientId, @Nullable ClientPool pool) {
    return new Clients(settings, clientId, pool);
  }

  /**
   * A server that is not Kafka must not be in a client's list: its answer, read as a length, would
   * be hundreds of megabytes, or the end of the client's thread.
   */
  static KafkaSettings findBrokers(
      KafkaSettings settings, String clientId, @Nullable ClientPool pool) {
    FirstLook look = new FirstLook(settings);
    try (Clients looking = of(settings, clientId, pool)) {
      return settings.withBootstrapServers(
          looking.call("the first look", look.limit(), look::findBrokers));
    }
  }

  /**
   * Where the brokers are.
   *
   * @return the settings of all clients here
   */
  public KafkaSettings settings() {
    return settings;
  }

  /**
   * The admin client: its answers are waited for with {@link #await}.
   *
   * @return the one of this connection
   * @throws KafkaException if it can't be made
   */
  public Admin admin() {
    if (admin == null || (pool != null && !admin.isUsable())) {
      admin = pool == null ? makeAdmin() : pool.admin(this::makeAdmin);
    }
    return admin.client();
  }

  private Made<Admin> makeAdmin() {
    return make(() -> settings.admin(clientId));
  }

  /** The one consumer of this connection, perhaps a borrowed one. */
  Consumer<byte[], byte[]> consumer(int fetchBytes) {
    if (consumer == null) {
      isLendable = pool != null && fetchBytes >= TopicReader.FETCH_BYTES;
      consumer = pool != null && isLendable ? pool.borrowConsumer() : null;
    }
    if (consumer == null) {
      consumer = make(() -> settings.consumer(clientId, fetchBytes));
    }
    return consumer.client();
  }

  /**
   * The consumer is not needed for a while, and no call of it has failed. Where clients are shared
   * others may use it; {@link #consumer} gives one again.
   */
  void releaseConsumer() {
    Made<Consumer<byte[], byte[]>> released = consumer;
    if (pool != null && isLendable && released != null) {
      consumer = null;
      pool.giveBack(released, settings);
    }
  }

  /**
   * A new consumer each time, with fetches as the user or Kafka has them; the previous one is
   * closed.
   *
   * @return it fails at an offset that is not there
   * @throws KafkaException if it can't be made
   */
  public Consumer<byte[], byte[]> follower() {
    if (consumer != null) {
      Consumer<byte[], byte[]> before = consumer.client();
      run("close", CLOSED_WITHIN, () -> before.close(CloseOptions.timeout(Duration.ZERO)));
    }
    isLendable = false;
    consumer = make(() -> settings.follower(clientId));
    return consumer.client();
  }

  /** Reads with a consumer that also sees what is not committed; it is closed then. */
  <T> T withUncommitted(Function<Consumer<byte[], byte[]>, T> reading) {
    Made<Consumer<byte[], byte[]>> made = make(() -> settings.uncommitted(clientId));
    try {
      return reading.apply(made.client());
    } finally {
      close(null, made, null);
    }
  }

  /**
   * A new producer each time; the previous one is closed.
   *
   * @param transactionalId of the producer
   * @param transactionTimeout after which the brokers end a transaction
   * @return the producer
   * @throws KafkaException if it can't be made
   */
  public Producer<byte[], byte[]> producer(String transactionalId, Duration transactionTimeout) {
    if (producer != null) {
      Producer<byte[], byte[]> before = producer.client();
      run("close", CLOSED_WITHIN, () -> before.close(Duration.ZERO));
    }
    producer = make(() -> settings.producer(transactionalId, clientId, transactionTimeout));
    return producer.client();
  }

  /** This resolves broker names, which has no limit of its own. */
  private <C> Made<C> make(Supplier<C> maker) {
    return call(
        "the making of a client",
        apiLimit(),
        () -> {
          MAKING.lockInterruptibly();
          try {
            Set<Thread> before = kafkaThreads();
            C made = maker.get();
            Set<Thread> started = kafkaThreads();
            started.removeAll(before);
            return new Made<>(made, started);
          } finally {
            MAKING.unlock();
          }
        });
  }

  /**
   * From now on every wait ends when a topic is gone, or another has its name.
   *
   * @param name of the topic
   * @param id that it has
   */
  public void watch(String name, Uuid id) {
    topic = new TopicWatch(admin(), name, id);
    watched = id;
  }

  /** Of the topic that is watched; null if nothing is shared. */
  @Nullable KeyIndex keyIndex(String name) {
    return pool == null || watched == null ? null : pool.keyIndex(name, watched);
  }

  /**
   * For a long wait that consists of many short ones.
   *
   * @param waitingSinceNs {@link System#nanoTime()}
   * @throws KafkaException if the topic is gone that is watched
   */
  void look(long waitingSinceNs) {
    if (topic != null) {
      topic.look(waitingSinceNs);
    }
  }

  private static Set<Thread> kafkaThreads() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    Thread[] threads = new Thread[2 * group.activeCount() + 16];
    int count = group.enumerate(threads);
    Set<Thread> found = new HashSet<>();
    for (int i = 0; i < count; i++) {
      if (threads[i] instanceof KafkaThread) {
        found.add(threads[i]);
      }
    }
    return found;
  }

  /**
   * Whether a call took too long, or a client's thread has died.
   *
   * @return true if this connection is of no use any more
   */
  public boolean isBroken() {
    return expired || death() != null;
  }

  /** Others who share the clients are to ask first whether the brokers are there. */
  private void doubt() {
    if (pool != null) {
      pool.doubt();
    }
  }

  /** What the thread of one of the clients died of; null if all live. */
  private @Nullable Throwable death() {
    for (Made<?> each : made()) {
      Throwable death = each.death();
      if (death != null) {
        return death;
      }
    }
    return null;
  }

  private List<Made<?>> made() {
    List<Made<?>> made = new ArrayList<>();
    if (admin != null) {
      made.add(admin);
    }
    if (consumer != null) {
      made.add(consumer);
    }
    if (producer != null) {
      made.add(producer);
    }
    return made;
  }

  /**
   * For what Kafka bounds by {@code default.api.timeout.ms}.
   *
   * @return that and a margin
   */
  public Duration apiLimit() {
    if (apiLimit == null) {
      apiLimit = settings.apiTimeout().plus(MARGIN);
    }
    return apiLimit;
  }

  /**
   * For what Kafka bounds by {@code max.block.ms}.
   *
   * @return that and a margin
   */
  public Duration blockLimit() {
    if (blockLimit == null) {
      blockLimit = settings.maxBlock().plus(MARGIN);
    }
    return blockLimit;
  }

  /**
   * For {@code flush}: Kafka fails each batch after {@code delivery.timeout.ms}.
   *
   * @return that and a margin
   */
  public Duration deliveryLimit() {
    if (deliveryLimit == null) {
      deliveryLimit = settings.deliveryTimeout().plus(MARGIN);
    }
    return deliveryLimit;
  }

  /**
   * Calls clients, on the thread that may.
   *
   * @param <T> kind of the answer
   * @param what for a message
   * @param limit how long it may take
   * @param call to a client
   * @return its answer
   * @throws TimeoutException if it takes longer: this connection is then of no use any more
   * @throws KafkaException if it fails, or a client's thread has died
   */
  public <T> T call(String what, Duration limit, Callable<T> call) {
    return await(what, limit, submit(call));
  }

  private <T> Future<T> submit(Callable<T> call) {
    try {
      return calls.submit(call);
    } catch (RejectedExecutionException noThread) {
      throw new KafkaException("too many calls to Kafka hang", noThread);
    }
  }

  /**
   * The same without an answer.
   *
   * @param what for a message
   * @param limit how long it may take
   * @param call to a client
   * @throws TimeoutException if it takes longer: this connection is then of no use any more
   * @throws KafkaException if it fails, or a client's thread has died
   */
  public void run(String what, Duration limit, Runnable call) {
    await(what, limit, submit(Executors.callable(call)));
  }

  /**
   * Waits for an answer to the admin client.
   *
   * @param <T> kind of the answer
   * @param what for a message
   * @param answer that comes
   * @return the answer
   * @throws KafkaException if there is none within Kafka's own limit and a margin, or if it is an
   *     error
   */
  public <T> T await(String what, KafkaFuture<T> answer) {
    return await(what, apiLimit(), answer);
  }

  /**
   * The same, for a wait that may be given up.
   *
   * @param <T> kind of the answer
   * @param what for a message
   * @param answer that comes
   * @param stop asked every 200 ms
   * @return the answer; null if stopped first
   */
  public <T> @Nullable T await(String what, KafkaFuture<T> answer, BooleanSupplier stop) {
    return await(what, apiLimit(), answer, stop);
  }

  /** Null only if the answer is: nobody stops it. */
  @SuppressWarnings("NullAway")
  private <T> T await(String what, Duration limit, Future<T> answer) {
    return await(what, limit, answer, () -> false);
  }

  private <T> @Nullable T await(
      String what, Duration limit, Future<T> answer, BooleanSupplier stop) {
    long sinceNs = System.nanoTime();
    long deadlineNs = sinceNs + limit.toNanos();
    try {
      while (!stop.getAsBoolean()) {
        long restNs = deadlineNs - System.nanoTime();
        Throwable death = death();
        if (death != null) {
          throw died(death);
        }
        if (isClockSetBack()) {
          expired = true;
          throw new TimeoutException(
              "no answer to " + what + " yet, and the clock was set back: Kafka's waits follow it");
        }
        if (restNs <= 0) {
          expired = true;
          doubt();
          throw new TimeoutException(
              "no answer to " + what + " within " + limit.toSeconds() + " s");
        }
        look(sinceNs);
        try {
          return answer.get(Math.min(restNs, LOOK_EVERY_NS), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.TimeoutException notYet) {
          // Looks whether the client still lives, and waits on.
        }
      }
      return null;
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } catch (ExecutionException failed) {
      throw failure(requireNonNull(failed.getCause()));
    } finally {
      answer.cancel(true);
    }
  }

  /**
   * A wait that ends at a wall clock time would end that much later; new clients are not affected.
   */
  private boolean isClockSetBack() {
    long aheadMs = aheadMs();
    mostAheadMs = Math.max(mostAheadMs, aheadMs);
    return aheadMs < mostAheadMs - SET_BACK_MS;
  }

  /** How far the wall clock is ahead of the monotonic one. */
  private long aheadMs() {
    return wallClockMs.getAsLong() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** Another clock, from now on. For tests. */
  void follow(LongSupplier clockMs) {
    wallClockMs = clockMs;
    mostAheadMs = aheadMs();
  }

  private static KafkaException died(Throwable death) {
    return new KafkaException("a Kafka client died of " + death, death);
  }

  private RuntimeException failure(Throwable cause) {
    if (String.valueOf(cause.getMessage()).startsWith(THREAD_HAS_EXITED)) {
      made().forEach(Made::awaitDeath);
      expired = true;
    }
    Throwable death = death();
    if (death != null) {
      return died(death);
    }
    if (cause instanceof TimeoutException || cause instanceof DisconnectException) {
      doubt();
    }
    if (cause instanceof RuntimeException known) {
      return known;
    }
    return new KafkaException("a Kafka client failed: " + cause, cause);
  }

  /** Without waiting for what is under way. Does nothing the second time. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Made<Admin> own = pool == null ? admin : null;
    Made<Consumer<byte[], byte[]>> consumer = this.consumer;
    Made<Producer<byte[], byte[]>> producer = this.producer;
    // What they died of does not matter any more.
    this.admin = null;
    this.consumer = null;
    this.producer = null;
    if (own != null || consumer != null || producer != null) {
      close(own, consumer, producer);
    }
    if (pool == null) {
      calls.shutdownNow();
      if (caller != null && !Made.hasEnded(caller)) {
        STRAYS.add(caller);
      }
    }
  }

  private void close(
      @Nullable Made<Admin> admin,
      @Nullable Made<Consumer<byte[], byte[]>> consumer,
      @Nullable Made<Producer<byte[], byte[]>> producer) {
    try {
      run(
          "close",
          expired ? THREAD_ENDS_WITHIN : CLOSED_WITHIN,
          () -> closeClients(admin, consumer, producer));
    } catch (KafkaException hangs) {
      // It was interrupted, and ends by itself or is a stray.
    }
  }

  private static void closeClients(
      @Nullable Made<Admin> admin,
      @Nullable Made<Consumer<byte[], byte[]>> consumer,
      @Nullable Made<Producer<byte[], byte[]>> producer) {
    try {
      if (producer != null) {
        producer.client().close(Duration.ZERO);
      }
    } finally {
      try {
        if (consumer != null) {
          consumer.client().close(CloseOptions.timeout(Duration.ZERO));
        }
      } finally {
        if (admin != null) {
          admin.client().close(Duration.ZERO);
        }
      }
    }
  }
}
