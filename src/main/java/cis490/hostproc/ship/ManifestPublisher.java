package cis490.hostproc.ship;

import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.FailureText;
import cis490.hostproc.kafka.KafkaSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Puts an episode's manifest into the topic that all collectors share. A partition without a leader
 * or somebody's open transaction can delay that, and must not delay rows: so this has a
 * transactional id and clients of its own, and threads that do nothing else. The clients are closed
 * again each time.
 *
 * <p>The id has one owner at a time, as that of the rows has: what is read of the manifests after
 * {@code initTransactions} is the last there is, and whoever comes later makes this one fail.
 */
final class ManifestPublisher {

  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(2);
  private static final Duration AGAIN_FIRST = Duration.ofSeconds(1);
  private static final int DOUBLINGS_MAX = 6;

  /** Of all episodes in this process: so many are published at a time. */
  private static final int PUBLISHERS_MAX = 8;

  private static final Executor PUBLISHERS = publishers();

  private final ShipJob job;

  /** What is there by now, or null; with the next five guarded by this. */
  private byte @Nullable [] published;

  private boolean isPublishing;
  private boolean again;
  private int failures;
  private long againAtNs;
  private @Nullable ShippingStoppedException stopped;

  ManifestPublisher(ShipJob job) {
    this.job = job;
  }

  private static Executor publishers() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            PUBLISHERS_MAX,
            PUBLISHERS_MAX,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "hostproc-manifest");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Has the manifest published as it is now; later, if one is just being published, or that has
   * failed just before: {@link #isBehind()} says when it is to be offered again. Does not wait.
   *
   * @param settings where the brokers are
   * @param transactionTimeout that the brokers allow
   * @throws ShippingStoppedException if an earlier one has found that none may be published, and so
   *     no rows either
   */
  synchronized void offer(KafkaSettings settings, Duration transactionTimeout)
      throws ShippingStoppedException {
    requireNotStopped();
    boolean isDue = failures == 0 || System.nanoTime() - againAtNs >= 0;
    again = isPublishing || !isDue;
    if (!again) {
      isPublishing = true;
      PUBLISHERS.execute(() -> tryToPublish(settings, transactionTimeout));
    }
  }

  /** Whether what was offered last is not being published. */
  synchronized boolean isBehind() {
    return !isPublishing && (again || failures > 0);
  }

  private synchronized void requireNotStopped() throws ShippingStoppedException {
    if (stopped != null) {
      throw stopped;
    }
  }

  private void tryToPublish(KafkaSettings settings, Duration transactionTimeout) {
    try {
      publish(settings, transactionTimeout, job.manifests()::now);
      succeeded();
    } catch (ShippingStoppedException stop) {
      stop(stop);
    } catch (Exception | Error failure) {
      failed(failure);
    } finally {
      ended();
    }
  }

  private synchronized void succeeded() {
    if (failures > 1) {
      job.log().info("the manifest is in {} now", job.replica().episodesTopic());
    }
    failures = 0;
  }

  private synchronized void stop(ShippingStoppedException stop) {
    stopped = stop;
  }

  /** The first failure is not logged: shipping itself may have lost the brokers. */
  private synchronized void failed(Throwable failure) {
    againAtNs = System.nanoTime() + (AGAIN_FIRST.toNanos() << Math.min(failures, DOUBLINGS_MAX));
    failures++;
    if (failures == 2) {
      job.log()
          .warn(
              "the manifest is not in {} yet, rows go on: {}",
              job.replica().episodesTopic(),
              FailureText.describe(failure));
    }
    job.log().debug("the manifest was not published", failure);
  }

  private synchronized void ended() {
    isPublishing = false;
    notifyAll();
  }

  /**
   * Publishes the episode's last manifest, on the calling thread.
   *
   * @param settings where the brokers are
   * @param transactionTimeout that the brokers allow
   * @param last gives it; asked once nobody else can publish one
   * @throws ShippingStoppedException if none may be published
   * @throws Exception if it is not published
   */
  void publishLast(KafkaSettings settings, Duration transactionTimeout, Callable<byte[]> last)
      throws Exception {
    awaitEnd();
    requireNotStopped();
    publish(settings, transactionTimeout, last);
  }

  /** Each of its waits has a limit. */
  private synchronized void awaitEnd() throws InterruptedException {
    while (isPublishing) {
      TimeUnit.SECONDS.timedWait(this, 1);
    }
  }

  private void publish(
      KafkaSettings settings, Duration transactionTimeout, Callable<byte[]> manifest)
      throws Exception {
    try (Clients clients = Clients.open(settings, job.replica().clientId() + "-manifest")) {
      KeptTopic episodes = KeptTopic.ofEpisodes(clients, job.replica().episodesTopic());
      clients.watch(job.replica().episodesTopic(), episodes.ensure());
      Producer<byte[], byte[]> producer =
          clients.producer(job.replica().manifestTransactionalId(), transactionTimeout);
      clients.run("initTransactions", clients.blockLimit(), producer::initTransactions);
      byte[] json = manifest.call();
      synchronized (this) {
        if (Arrays.equals(json, published)) {
          return;
        }
      }
      long offset = send(clients, producer, json);
      synchronized (this) {
        published = json;
      }
      // Another's open transaction may hide ours for a while; it is committed all the same. The
      // commit's marker also takes an offset.
      episodes.awaitStable(offset + 2, VISIBLE_WITHIN);
    }
  }

  private long send(Clients clients, Producer<byte[], byte[]> producer, byte[] json) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(job.replica().episodesTopic(), 0, job.replica().key(), json);
    return clients.call(
        "the manifest",
        clients.deliveryLimit().plus(clients.blockLimit()),
        () -> {
          producer.beginTransaction();
          Future<RecordMetadata> sent = producer.send(record);
          producer.commitTransaction();
          return sent.get().offset();
        });
  }
}
