package cis490.hostproc.ship;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.RefusedLineException;
import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.kafka.FailureText;
import cis490.hostproc.kafka.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one file and replicates it into its topic, exactly once, until told that the file is
 * complete and all of it has arrived. Runs on a thread of its own and never gives up by itself,
 * unless going on would not be exact.
 *
 * <p>Each connection to the brokers is a {@link ShipSession}: it recovers, ships, and is thrown
 * away with the first error of any kind. What outlives it is only what is known to be committed.
 */
public final class Shipper implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Shipper.class);

  /** Where not even an address is found (an embedded broker that does not start), nothing helps. */
  private static final int CONNECT_FAILURES_MAX = 3;

  /** An Error is no outage: a class is missing, or memory. It may pass, but is not waited for. */
  private static final int ERRORS_MAX = 10;

  /** Who yields does so when fenced twice within this. */
  private static final Duration YIELD_WITHIN = Duration.ofMinutes(1);

  private static final Duration SAY_AGAIN_AFTER = Duration.ofSeconds(10);
  private static final Duration BACK_OFF_FIRST = Duration.ofMillis(100);
  private static final Duration BACK_OFF_MAX = Duration.ofSeconds(5);

  /** The only state in which there may be nothing to do. */
  static final String FOLLOWING = "shipping";

  /** How a job ended. */
  public enum Outcome {
    /** Not yet. */
    SHIPPING,
    /** All rows are in the topic, and it was read back equal. */
    EQUAL,
    /** Only a person can help; {@link #problem()} says why. */
    STOPPED
  }

  private final ShipJob job;
  private final Connector connector;
  private final ShipFigures figures;
  private final List<Header> constantHeaders;
  private final CountDownLatch complete = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  private final Pace pace = new Pace();
  private final ManifestPublisher manifests;

  private JournalCursor committed;
  private volatile String brokers;
  private long completeLength = -1;
  private int connectFailures;
  private int fencings;
  private long fencedAtNs;
  private int failuresInRow;
  private int errorsInRow;
  private long lostSinceNs;
  private long lostAtRow;

  /** What was said last of it, and when; something else is said not too often. */
  private String said;

  private long saidAtNs;
  private Duration sayAgainAfter;
  private boolean lost;
  private volatile String state = "starting";

  private volatile Outcome outcome = Outcome.SHIPPING;
  private volatile String problem;
  private volatile boolean abandoned;

  /**
   * Ready to {@link #run()}.
   *
   * @param job what and where
   * @param connector asked at the start and after each failure, on the shipper's thread
   * @param figures what is counted
   */
  public Shipper(ShipJob job, Connector connector, ShipFigures figures) {
    this.job = job;
    this.connector = connector;
    this.figures = figures;
    this.constantHeaders = RowHeaders.constants(job.replica().headers());
    this.committed = job.start();
    this.manifests = new ManifestPublisher(job);
  }

  /**
   * Ships on the calling thread until all is done or shipping is stopped. Must not be interrupted:
   * that would close the file under the sampling thread.
   */
  @Override
  public void run() {
    try {
      while (outcome == Outcome.SHIPPING && !abandoned) {
        sessionOrError();
      }
    } catch (RuntimeException | Error failure) {
      stopped(failure.toString());
      LOG.debug("shipping stopped", failure);
    } finally {
      done.countDown();
    }
  }

  /** An Error is tried again, too, wherever it comes from; not for ever. */
  private void sessionOrError() {
    try {
      session();
    } catch (Error failure) {
      errorsInRow++;
      if (errorsInRow > ERRORS_MAX || outcome != Outcome.SHIPPING) {
        throw failure;
      }
      retry(failure, brokers);
    }
  }

  private void session() {
    state = "connecting";
    KafkaSettings settings = connect();
    if (settings == null) {
      return;
    }
    state = "recovering";
    try {
      ship(settings);
    } catch (ShippingStoppedException | RefusedLineException stop) {
      stopped(stop.getMessage());
    } catch (Exception failure) {
      if (failure.getCause() instanceof RefusedLineException stop) {
        stopped(stop.getMessage());
      } else {
        retry(failure, isOfFile(failure) ? job.source().path().toString() : brokers);
      }
    }
  }

  /** Kafka's clients throw exceptions of their own. */
  private static boolean isOfFile(Exception failure) {
    return failure instanceof IOException || failure instanceof UncheckedIOException;
  }

  private KafkaSettings connect() {
    try {
      KafkaSettings settings = connector.connect();
      connectFailures = 0;
      brokers = settings.bootstrapServers();
      return settings;
    } catch (Exception failure) {
      connectFailures++;
      if (connectFailures < CONNECT_FAILURES_MAX) {
        retry(failure, brokers);
      } else {
        stopped(describe(failure));
      }
      return null;
    }
  }

  private void ship(KafkaSettings settings) throws Exception {
    Clients clients = Clients.open(settings, job.replica().clientId());
    try (ShipSession session = new ShipSession(job, clients, pace, constantHeaders, figures)) {
      try {
        session.recover(committed);
        recovered(session);
        state = FOLLOWING;
        follow(session, settings);
      } catch (KafkaException failure) {
        throw isFenced(failure) ? fenced(session, failure) : failure;
      }
    }
  }

  /** The brokers have ended what our producer began, whoever asked for it. */
  private static boolean isFenced(Throwable failure) {
    Throwable each = failure;
    while (each != null
        && !(each instanceof ProducerFencedException)
        && !(each instanceof InvalidProducerEpochException)) {
      each = each.getCause() == each ? null : each.getCause();
    }
    return each != null;
  }

  /** Time explains it, or somebody else has been found who did it, for the second time now. */
  private Exception fenced(ShipSession session, KafkaException failure) {
    String rival = session.findRival();
    if (rival == null) {
      return new TimeoutException(
          "the brokers ended a transaction of more than "
              + pace.transactionTimeout().toSeconds()
              + " s, or one that they did not know any more");
    }
    fencings++;
    fencedAtNs = System.nanoTime();
    return fencings > 1
        ? new ShippingStoppedException(
            "fenced twice: another collector writes to " + job.topic() + " (" + rival + ")")
        : failure;
  }

  private void recovered(ShipSession session) {
    committed = session.committed();
    figures.recovered(committed.lines());
    if (session.caughtUp()) {
      failuresInRow = 0;
    }
    problem = null;
  }

  /** Ships what there is, waits for more; returns when all of a complete file is in the topic. */
  private void follow(ShipSession session, KafkaSettings settings) throws Exception {
    manifests.offer(settings, pace.transactionTimeout());
    while (!abandoned) {
      // Asked before the file's length: what was appended before it was complete is then seen.
      boolean last = complete.getCount() == 0;
      if (last && completeLength < 0) {
        // Whoever may go on writing, it is complete here.
        completeLength = job.source().length();
        manifests.offer(settings, pace.transactionTimeout());
      } else if (manifests.isBehind()) {
        manifests.offer(settings, pace.transactionTimeout());
      }
      long end = last ? completeLength : job.source().length();
      if (session.committed().position() < end) {
        session.ship(Math.min(job.source().force(), end));
        committed(session);
      } else if (last) {
        finish(session, settings);
        return;
      }
      if (lost && session.caughtUp()) {
        caughtUp();
      }
      if (!last && session.caughtUp()) {
        complete.await(job.linger().toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  private void committed(ShipSession session) {
    committed = session.committed();
    figures.acknowledged(committed.lines());
    // Not before: what recovers and then fails again would come back at once, again and again.
    failuresInRow = 0;
    errorsInRow = 0;
    if (!job.yields() || System.nanoTime() - fencedAtNs > YIELD_WITHIN.toNanos()) {
      fencings = 0;
    }
  }

  private void caughtUp() {
    long awayMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lostSinceNs);
    LOG.info(
        "shipping again after {} ms, {} rows caught up", awayMs, committed.lines() - lostAtRow);
    lost = false;
  }

  private void finish(ShipSession session, KafkaSettings settings) throws Exception {
    state = "reading back";
    String difference = session.readBack();
    if (difference != null) {
      throw new ShippingStoppedException(
          "topic " + job.topic() + " does not equal the file: " + difference);
    }
    state = "publishing the last manifest";
    manifests.publishLast(
        settings, pace.transactionTimeout(), () -> job.manifests().sealed(session.committed()));
    outcome = Outcome.EQUAL;
  }

  private void stopped(String why) {
    problem = why;
    outcome = Outcome.STOPPED;
    LOG.error("shipping stopped: {}", why);
  }

  /**
   * The brokers forget a producer that has not written for long (transactional.id.expiration.ms).
   */
  private static boolean isExpired(Throwable failure) {
    Throwable each = failure;
    while (each != null && !(each instanceof InvalidPidMappingException)) {
      each = each.getCause() == each ? null : each.getCause();
    }
    return each != null;
  }

  /** Says once that the brokers are away, then waits, longer each time. */
  private void retry(Throwable failure, String where) {
    if (abandoned) {
      return;
    }
    if (isExpired(failure)) {
      // After a week without a row: nothing is wrong, and the next session's id is a new one.
      LOG.debug("a producer's id has expired", failure);
      return;
    }
    pace.failed();
    figures.recovery();
    problem = (where == null ? "" : where + ": ") + describe(failure);
    if (!lost) {
      lost = true;
      lostSinceNs = System.nanoTime();
      lostAtRow = committed.lines();
      LOG.warn("shipping broke off, rows wait in the file: {}", problem);
      said(SAY_AGAIN_AFTER);
    } else if (!problem.equals(said) && System.nanoTime() - saidAtNs > sayAgainAfter.toNanos()) {
      // What was in the way first may be over, and now it is something that only a person can end.
      LOG.warn("rows still wait in the file: {}", problem);
      said(sayAgainAfter.multipliedBy(2));
    }
    LOG.debug("will recover", failure);
    forceWaiting();
    failuresInRow++;
    try {
      TimeUnit.NANOSECONDS.sleep(backOffNs(failuresInRow));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      abandoned = true;
    }
  }

  private void said(Duration sayAgainAfter) {
    said = problem;
    saidAtNs = System.nanoTime();
    this.sayAgainAfter = sayAgainAfter;
  }

  /**
   * So that a power cut in a long outage takes seconds of it, and not what the kernel keeps back.
   */
  private void forceWaiting() {
    try {
      job.source().force();
    } catch (IOException | UncheckedIOException refused) {
      // It is asked again before anything is shipped.
      LOG.debug("not forced", refused);
    }
  }

  /**
   * Doubles up to the ceiling; a random half of it, so that a lab's collectors don't come at once.
   */
  private static long backOffNs(int failures) {
    long ceiling =
        Math.min(BACK_OFF_MAX.toNanos(), BACK_OFF_FIRST.toNanos() << Math.min(failures - 1, 16));
    return ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling / 2 + 1);
  }

  private static String describe(Throwable failure) {
    return FailureText.describe(failure);
  }

  /** Says that the file is complete: all of it is to be shipped, and then it is done. */
  public void complete() {
    complete.countDown();
  }

  /**
   * Waits until all is done, or shipping is stopped.
   *
   * @param limit how long at most
   * @return how it stands; {@link Outcome#SHIPPING} if the time was too short
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public Outcome await(Duration limit) throws InterruptedException {
    done.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    return outcome;
  }

  /** What it is doing, in a few words. */
  String state() {
    return state;
  }

  /** Gives up as soon as it can, without a word; the file may be closed. */
  public void abandon() {
    abandoned = true;
  }

  /**
   * What is in the way.
   *
   * @return the last failure in words, or null if there was none
   */
  public String problem() {
    String known = problem;
    return known == null && outcome == Outcome.SHIPPING ? noAnswer() : known;
  }

  private String noAnswer() {
    return brokers == null ? null : "no answer from " + brokers;
  }
}
