package cis490.hostproc.ship;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.RefusedLineException;
import cis490.hostproc.kafka.Clients;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.kafka.FailureText;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.StillAskingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Follows one file and replicates it into its topic, exactly once, until it learns that the file is
 * complete and all of it has arrived. Never gives up by itself, unless going on would not be exact.
 *
 * <p>A machine without a thread: each {@link #step()} does what is next, which may wait for Kafka
 * within the limits of its clients, and says how long nothing is to be done. Whoever steps it may
 * step others too; {@link ShipperThreads} do. A step throws nothing: what goes wrong with one
 * episode ends in its own state.
 *
 * <p>Each connection to the brokers is a {@link ShipSession}: it recovers, ships, and is thrown
 * away with the first error of any kind. What outlives it is only what is known to be committed.
 */
public final class Shipper {

  /** Where not even an address is found (an embedded broker that does not start), nothing helps. */
  private static final int CONNECT_FAILURES_MAX = 3;

  /**
   * An Error is not an outage: a class is missing, or memory. It may pass, but is not waited for.
   */
  private static final int ERRORS_MAX = 10;

  /** While another shipper asks whether the brokers are there. */
  private static final long ASK_AGAIN_NS = Duration.ofMillis(250).toNanos();

  /** How a job ended. */
  public enum Outcome {
    /** Not yet. */
    SHIPPING,
    /** All rows are in the topic, and it was read back equal. */
    EQUAL,
    /** Only a person can help; {@link #problem()} says why. */
    STOPPED
  }

  /** What the next step does. */
  enum State {
    CONNECTING("connecting"),
    RECOVERING("recovering"),
    /** The only state in which there may be nothing to do. */
    FOLLOWING("shipping"),
    READING_BACK("reading back"),
    SEALING("publishing the last manifest"),
    BACKING_OFF("waiting before the next attempt"),
    DONE("done");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** In messages. */
    @Override
    public String toString() {
      return text;
    }
  }

  private final ShipJob job;
  private final Connector connector;
  private final ShipFigures figures;
  private final List<Header> constantHeaders;
  private final Pace pace = new Pace();
  private final ManifestPublisher manifests;
  private final Fencing fencing;
  private final BackOff backOff = new BackOff();
  private final Outage outage;
  private final Logger log;

  /** The connection, and the way to it; null as long as there is none. */
  private @Nullable ShipSession session;

  @SuppressWarnings("NullAway.Init")
  private KafkaSettings settings;

  private JournalCursor committed;
  private long completeLength = -1;
  private long nextAttemptNs;
  private int connectFailures;
  private int errorsInRow;

  private volatile State state = State.CONNECTING;
  private volatile Outcome outcome = Outcome.SHIPPING;
  private volatile @Nullable String brokers;
  private volatile @Nullable String problem;
  private volatile boolean complete;
  private volatile boolean abandoned;

  /**
   * Ready to be stepped.
   *
   * @param job what and where
   * @param connector asked at the start and after each failure, by a step
   * @param figures what is counted
   */
  public Shipper(ShipJob job, Connector connector, ShipFigures figures) {
    this.job = job;
    this.connector = connector;
    this.figures = figures;
    this.constantHeaders = RowHeaders.constants(job.replica().headers());
    this.committed = job.start();
    this.manifests = new ManifestPublisher(job);
    this.fencing = new Fencing(job.isYielding());
    this.outage = new Outage(job.log());
    this.log = job.log();
  }

  /**
   * Does what is next. One thread at a time, which must not be interrupted: that would close the
   * file under the sampling thread.
   *
   * @return how long nothing is to be done, ns, unless {@link #complete()} or {@link #abandon()} is
   *     called; 0 if the next step can follow at once
   */
  public long step() {
    try {
      if (abandoned) {
        end();
        return 0;
      }
      return next();
    } catch (Throwable failure) {
      return recoverFrom(failure);
    }
  }

  private long next() throws Exception {
    switch (state) {
      case CONNECTING -> connect();
      case RECOVERING -> recover();
      case FOLLOWING -> {
        return follow();
      }
      case READING_BACK -> readBack();
      case SEALING -> seal();
      case BACKING_OFF -> {
        return awaitNextAttempt();
      }
      case DONE -> {
        // Nothing is left to do.
      }
    }
    return 0;
  }

  /** Whether there is nothing more to do, ever. */
  boolean isDone() {
    return state == State.DONE;
  }

  private void connect() throws Exception {
    try {
      settings = connector.connect();
    } catch (Exception failure) {
      connectFailures++;
      if (connectFailures >= CONNECT_FAILURES_MAX) {
        throw new ShippingStoppedException(FailureText.describe(failure));
      }
      throw failure;
    }
    connectFailures = 0;
    brokers = settings.bootstrapServers();
    state = State.RECOVERING;
  }

  private void recover() throws Exception {
    Clients clients = Clients.open(settings, job.replica().clientId());
    ShipSession session = new ShipSession(job, clients, pace, constantHeaders, figures);
    this.session = session;
    session.recover(committed);
    committed = session.committed();
    figures.noteRecovered(committed.lines());
    if (session.isCaughtUp()) {
      backOff.reset();
    }
    problem = null;
    state = State.FOLLOWING;
    offerManifest();
  }

  private void offerManifest() throws ShippingStoppedException {
    manifests.offer(settings, pace.transactionTimeout());
  }

  /** Ships what there is; ns until it is worth to look for more. */
  private long follow() throws Exception {
    // Asked before the file's length: what was appended before it was complete is then seen.
    boolean isLast = complete;
    if (isLast && completeLength < 0) {
      // Others may go on writing; for this job it is complete.
      completeLength = job.source().length();
      offerManifest();
    } else if (manifests.isBehind()) {
      offerManifest();
    }
    long end = isLast ? completeLength : job.source().length();
    ShipSession session = session();
    if (session.committed().position() < end) {
      session.ship(Math.min(job.source().force(), end));
      noteCommitted();
    } else if (isLast) {
      state = State.READING_BACK;
    }
    if (session.isCaughtUp()) {
      outage.end(committed.lines());
    }
    return !isLast && session.isCaughtUp() ? job.linger().toNanos() : 0;
  }

  private void noteCommitted() {
    committed = session().committed();
    figures.noteAcknowledged(committed.lines());
    // Not before: what recovers and then fails again would come back at once, again and again.
    backOff.reset();
    errorsInRow = 0;
    fencing.noteProgress();
  }

  private void readBack() throws Exception {
    String difference = session().readBack();
    if (difference != null) {
      throw new ShippingStoppedException(
          "topic " + job.topic() + " does not equal the file: " + difference);
    }
    state = State.SEALING;
  }

  private void seal() throws Exception {
    manifests.publishLast(
        settings, pace.transactionTimeout(), () -> job.manifests().sealed(session().committed()));
    outcome = Outcome.EQUAL;
    end();
  }

  private void end() {
    closeSession();
    state = State.DONE;
  }

  private ShipSession session() {
    return requireNonNull(session);
  }

  private void closeSession() {
    ShipSession closing = session;
    session = null;
    if (closing != null) {
      closing.close();
    }
  }

  /** Of any kind: the session is over, and either the next one is tried or a person must look. */
  private long recoverFrom(Throwable failure) {
    if (outcome != Outcome.SHIPPING) {
      // All is in the topic; that the connection to it could not be closed changes nothing.
      log.debug("not closed", failure);
      state = State.DONE;
      return 0;
    }
    try {
      Throwable reason = session == null ? failure : reasonOf(failure);
      closeAfter(reason);
      String stop = stopReason(reason);
      return stop == null ? retry(reason) : stop(stop);
    } catch (RuntimeException | Error another) {
      log.debug("shipping stopped", another);
      return stop(another.toString());
    }
  }

  /** What goes wrong in closing is not the reason. */
  private void closeAfter(Throwable reason) {
    try {
      closeSession();
    } catch (RuntimeException | Error another) {
      reason.addSuppressed(another);
    }
  }

  /** Why only a person can help; null if trying again can. */
  private @Nullable String stopReason(Throwable failure) {
    if (failure instanceof ShippingStoppedException || failure instanceof RefusedLineException) {
      return failure.getMessage();
    }
    if (failure.getCause() instanceof RefusedLineException refused) {
      return refused.getMessage();
    }
    if (failure instanceof Error) {
      // It is also tried again, wherever it comes from, but not forever.
      errorsInRow++;
      return errorsInRow > ERRORS_MAX ? failure.toString() : null;
    }
    return null;
  }

  /** Where the brokers have ended our transaction: was it time, or somebody else? */
  private Throwable reasonOf(Throwable failure) {
    if (!(failure instanceof KafkaException) || !Fencing.isCauseOf(failure)) {
      return failure;
    }
    String rival = session().findRival();
    if (rival == null) {
      return new TimeoutException(
          "the brokers ended a transaction of more than "
              + pace.transactionTimeout().toSeconds()
              + " s, or one that they did not know any more");
    }
    return fencing.isTooOften()
        ? new ShippingStoppedException(
            "fenced twice: another collector writes to " + job.topic() + " (" + rival + ")")
        : failure;
  }

  private long stop(String why) {
    problem = why;
    outcome = Outcome.STOPPED;
    log.error("shipping stopped: {}", why);
    state = State.DONE;
    return 0;
  }

  /** The next attempt is made after a while, longer each time. */
  private long retry(Throwable failure) {
    boolean isOfFile = state != State.CONNECTING && isOfFile(failure);
    state = State.CONNECTING;
    if (abandoned) {
      return 0;
    }
    if (failure instanceof StillAskingException) {
      // No failure yet: whoever asks will say so.
      nextAttemptNs = System.nanoTime() + ASK_AGAIN_NS;
      state = State.BACKING_OFF;
      return awaitNextAttempt();
    }
    if (isExpired(failure)) {
      // After a week without a row: nothing is wrong, and the next session's id is a new one.
      log.debug("a producer's id has expired", failure);
      return 0;
    }
    pace.noteFailure();
    figures.noteFailure();
    String where = isOfFile ? job.source().path().toString() : brokers;
    problem = (where == null ? "" : where + ": ") + FailureText.describe(failure);
    outage.goOn(problem, committed.lines());
    log.debug("will recover", failure);
    forceWaiting();
    nextAttemptNs = System.nanoTime() + backOff.fail();
    state = State.BACKING_OFF;
    return awaitNextAttempt();
  }

  /** Kafka's clients throw exceptions of their own. */
  private static boolean isOfFile(Throwable failure) {
    return failure instanceof IOException || failure instanceof UncheckedIOException;
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

  /**
   * So that a power cut in a long outage takes seconds of it, and not what the kernel keeps back.
   */
  private void forceWaiting() {
    try {
      job.source().force();
    } catch (IOException | UncheckedIOException refused) {
      // It is asked again before anything is shipped.
      log.debug("not forced", refused);
    }
  }

  private long awaitNextAttempt() {
    long restNs = nextAttemptNs - System.nanoTime();
    if (restNs <= 0) {
      state = State.CONNECTING;
    }
    return Math.max(0, restNs);
  }

  /** Says that the file is complete: all of it is to be shipped, and then it is done. For any. */
  void complete() {
    complete = true;
  }

  /** Gives up with the next step, without a word; the file may be closed. For any thread. */
  void abandon() {
    abandoned = true;
  }

  /** How it stands. For any thread. */
  Outcome outcome() {
    return outcome;
  }

  /** What it is doing. For any thread. */
  State state() {
    return state;
  }

  /**
   * What is in the way. For any thread.
   *
   * @return the last failure in words, or null if there was none
   */
  public @Nullable String problem() {
    String known = problem;
    return known == null && outcome == Outcome.SHIPPING ? noAnswer() : known;
  }

  private @Nullable String noAnswer() {
    return brokers == null ? null : "no answer from " + brokers;
  }
}
