package cis490.hostproc.archive;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.KnownManifest;
import cis490.hostproc.ship.Replica;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.ShipJob;
import cis490.hostproc.ship.Shipper;
import cis490.hostproc.ship.ShipperThreads;
import cis490.hostproc.ship.Standstill;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Ships a file that is there already: checks it before anything is sent, has a shipper ship it, and
 * closes the episode if nobody else will.
 */
public final class FileShipment implements AutoCloseable {

  /** After {@link #stop()}: the last rows of a file that was followed, and their proof. */
  public static final Duration STOPS_WITHIN = Duration.ofSeconds(30);

  private static final Duration LOOK_EVERY = Duration.ofMillis(200);
  private static final int LINES_BETWEEN_LOOKS = 10_000;

  private final Plan plan;
  private final Consumer<Progress> listener;

  @SuppressWarnings("NullAway.Init")
  private CheckedFile file;

  @SuppressWarnings("NullAway.Init")
  private ShippedManifest manifest;

  @SuppressWarnings("NullAway.Init")
  private ShipFigures figures;

  @SuppressWarnings("NullAway.Init")
  private Shipper shipper;

  @SuppressWarnings("NullAway.Init")
  private ShipperThreads.Task shipping;

  private long startedNs;
  private long shippingSinceNs;
  private volatile boolean stopped;

  /**
   * What is to be shipped, and how.
   *
   * @param episode whose rows they are
   * @param file of rows
   * @param manifestFile where its manifest is, or will be
   * @param follow whether it still grows
   * @param skipInvalid whether lines that are not rows are left out
   * @param renamed whether the file was recorded under another name
   * @param giveUpAfter time without progress; null for never
   * @param linger how long rows gather
   * @param connector the way to the brokers
   * @param log what happens to this episode
   */
  public record Plan(
      EpisodeId episode,
      Path file,
      ManifestFile manifestFile,
      boolean follow,
      boolean skipInvalid,
      boolean renamed,
      @Nullable Duration giveUpAfter,
      Duration linger,
      Connector connector,
      Logger log) {}

  /** What is being done. */
  public enum Step {
    /** The file is read; nothing is sent yet. */
    CHECKING,
    /** How far the topic is, is not known yet. */
    CONNECTING,
    /** Rows go into the topic. */
    SHIPPING,
    /** The topic is read back. */
    READING_BACK
  }

  /**
   * How far it is.
   *
   * @param step what is being done
   * @param elapsed since this began, or since the file was checked
   * @param done lines checked, rows in the topic, or rows read back
   * @param all of them
   * @param pending rows that are not in the topic yet
   * @param rowsPerSecond shipped; 0 before the first
   */
  public record Progress(
      Step step, Duration elapsed, long done, long all, long pending, double rowsPerSecond) {}

  /**
   * What came out of it.
   *
   * @param outcome whether all is in the topic
   * @param problem what was in the way last; null if nothing was
   * @param isSealed whether the episode is complete now
   * @param file what the file has
   * @param rows what the topic has
   * @param took how long it took; null if not all is in the topic
   */
  public record Result(
      Shipper.Outcome outcome,
      @Nullable String problem,
      boolean isSealed,
      Lines file,
      Rows rows,
      @Nullable Times took) {}

  /**
   * What the file has.
   *
   * @param bytes its length
   * @param tornBytes behind the last newline
   * @param invalid lines that are not rows
   * @param firstInvalid file, line number and reason of the first of them; null if there is none
   */
  public record Lines(long bytes, long tornBytes, long invalid, @Nullable String firstInvalid) {}

  /**
   * What the topic has.
   *
   * @param shipped by this run
   * @param found that were there already
   * @param inTopic committed
   * @param pending in the file, and not in the topic
   */
  public record Rows(long shipped, long found, long inTopic, long pending) {}

  /**
   * How long it took.
   *
   * @param connecting until it was known how far the topic was
   * @param shipping until all rows were committed
   * @param readingBack until they were compared, and the manifest published
   */
  public record Times(Duration connecting, Duration shipping, Duration readingBack) {}

  /**
   * Opens nothing yet.
   *
   * @param plan what is to be shipped
   * @param listener called a few times a second with how far it is
   */
  public FileShipment(Plan plan, Consumer<Progress> listener) {
    this.plan = plan;
    this.listener = listener;
  }

  /**
   * Ships, until all has arrived or nothing goes on. Once.
   *
   * @return what came out of it
   * @throws FailedException if the file can't be shipped; nothing was sent then
   * @throws InterruptedException if the calling thread is interrupted
   */
  public Result run() throws FailedException, InterruptedException {
    file = CheckedFile.open(plan);
    startedNs = System.nanoTime();
    file.check(this::showChecking, () -> stopped);
    startShipping();
    Shipper.Outcome outcome = watch();
    long endedNs = System.nanoTime();
    shipping.abandon();
    if (outcome == Shipper.Outcome.EQUAL) {
      manifest.keep();
    }
    return result(outcome, endedNs);
  }

  /** Ends the shipment in good order: of a followed file, the rows so far are shipped. */
  public void stop() {
    stopped = true;
  }

  private void showChecking(long lines) {
    if (lines % LINES_BETWEEN_LOOKS == 0) {
      show(Step.CHECKING, lines, file.reader().lines());
    }
  }

  private void show(Step step, long done, long all) {
    long pending = figures == null ? 0 : figures.pending();
    Duration elapsed = Duration.ofNanos(System.nanoTime() - startedNs);
    listener.accept(new Progress(step, elapsed, done, all, pending, rowsPerSecond()));
  }

  private double rowsPerSecond() {
    return shippingSinceNs == 0
        ? 0
        : shippedNow() / Math.max(1e-3, (System.nanoTime() - shippingSinceNs) / 1e9);
  }

  /** By this run; a topic that was lost meanwhile can make it less than none. */
  private long shippedNow() {
    return Math.max(0, figures.acknowledged() - Math.max(0, figures.found()));
  }

  private void startShipping() {
    EpisodeId episode = plan.episode();
    figures =
        new ShipFigures(
            new SimpleMeterRegistry(),
            Tags.of(ShipFigures.EPISODE_TAG, episode.value()),
            file::rows);
    KnownManifest inKafka = new KnownManifest(episode, plan.connector());
    manifest = new ShippedManifest(plan, file, inKafka);
    ShipJob job =
        new ShipJob(
            file.reader(),
            file.gate(),
            Replica.of(episode, RowFormat.headers()),
            manifest,
            plan.linger(),
            true,
            plan.log());
    shipper = new Shipper(job, inKafka, figures);
    startedNs = System.nanoTime();
    shipping = ShipperThreads.step(shipper);
    if (!plan.follow()) {
      shipping.complete();
    }
  }

  private Shipper.Outcome watch() throws InterruptedException {
    long movedAtNs = System.nanoTime();
    long moved = -1;
    Standstill standstill = new Standstill(plan.log(), Standstill.AFTER, movedAtNs);
    Duration limit = plan.giveUpAfter();
    boolean complete = !plan.follow();
    Shipper.Outcome now = shipping.await(LOOK_EVERY);
    while (now == Shipper.Outcome.SHIPPING) {
      long progress = figures.found() + figures.acknowledged() + figures.rowsReadBack();
      if (progress != moved) {
        moved = progress;
        movedAtNs = System.nanoTime();
      }
      if (limit != null && System.nanoTime() - movedAtNs > limit.toNanos()) {
        return now;
      }
      if (stopped && !plan.follow()) {
        return now;
      }
      if (!complete && (stopped || file.isEndedByItsCollector())) {
        complete = true;
        limit = STOPS_WITHIN;
        movedAtNs = System.nanoTime();
        shipping.complete();
      }
      standstill.look(shipper, figures, System.nanoTime());
      showShipping();
      now = shipping.await(LOOK_EVERY);
    }
    return now;
  }

  private void showShipping() {
    if (figures.found() < 0) {
      show(Step.CONNECTING, 0, file.rows());
      return;
    }
    if (shippingSinceNs == 0) {
      // The way to the first answer, a broker's start perhaps, says nothing about the rate.
      shippingSinceNs = System.nanoTime();
    }
    if (figures.rowsReadBack() > 0) {
      show(Step.READING_BACK, figures.rowsReadBack(), figures.acknowledged());
    } else {
      show(Step.SHIPPING, figures.acknowledged(), file.rows());
    }
  }

  private Result result(Shipper.Outcome outcome, long endedNs) {
    return new Result(
        outcome,
        shipper.problem(),
        manifest.isSealed(),
        new Lines(
            file.reader().knownLength(),
            file.reader().tornBytes(),
            file.gate().invalidLines(),
            file.gate().firstProblem()),
        new Rows(
            shippedNow(), Math.max(0, figures.found()), figures.acknowledged(), figures.pending()),
        outcome == Shipper.Outcome.EQUAL ? took(endedNs) : null);
  }

  private Times took(long endedNs) {
    long shippingNs = figures.shippingSinceNs();
    long readingBackNs = figures.readingBackSinceNs();
    return new Times(
        Duration.ofNanos(shippingNs - startedNs),
        Duration.ofNanos(readingBackNs - shippingNs),
        Duration.ofNanos(endedNs - readingBackNs));
  }

  /** Leaves nothing open. */
  @Override
  public void close() {
    if (shipping != null) {
      shipping.abandon();
    }
    if (file != null) {
      file.close();
    }
  }
}
