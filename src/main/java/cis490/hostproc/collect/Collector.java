package cis490.hostproc.collect;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.sample.SystemClock;
import cis490.hostproc.ship.KnownManifest;
import cis490.hostproc.ship.Replica;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.ShipJob;
import cis490.hostproc.ship.Shipper;
import cis490.hostproc.ship.ShipperThreads;
import cis490.hostproc.ship.Standstill;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Records one episode from its first tick to the last row's arrival, with a thread that samples and
 * one that ships. The calling thread looks after both.
 */
public final class Collector implements AutoCloseable {

  /** How long a command may take to end after SIGTERM. */
  public static final Duration COMMAND_ENDS_WITHIN = Target.STOP_LIMIT;

  /** Meter: length of the episode's file. */
  private static final String JOURNAL_BYTES = "hostproc.journal.bytes";

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final Plan plan;
  private final Consumer<Progress> progress;
  private final Recording recording;

  @SuppressWarnings("NullAway.Init")
  private Thread sampling;

  @SuppressWarnings("NullAway.Init")
  private ShipFigures figures;

  @SuppressWarnings("NullAway.Init")
  private Shipper shipper;

  @SuppressWarnings("NullAway.Init")
  private ShipperThreads.Task shipping;

  @SuppressWarnings("NullAway.Init")
  private Standstill standstill;

  /**
   * Opens nothing yet.
   *
   * @param plan what is to be recorded
   * @param progress called once a second with how far it is
   */
  public Collector(Plan plan, Consumer<Progress> progress) {
    this.plan = plan;
    this.progress = progress;
    this.recording = new Recording(plan);
  }

  /**
   * Records.
   *
   * @return what came out of it
   * @throws FailedException if it can't begin; nothing was recorded then
   * @throws InterruptedException if the calling thread is interrupted
   */
  public Result run() throws FailedException, InterruptedException {
    recording.open();
    recording.prepare();
    SampleLoop loop = new SampleLoop(new SystemClock(), () -> {});
    recording.sampleIn(loop);
    loop.close();
    sampling = new Thread(loop::run, "hostproc-sampler");
    sampling.start();
    recording.letCommandRun();
    MeterRegistry registry = new SimpleMeterRegistry();
    Tags tags = Tags.of(ShipFigures.EPISODE_TAG, plan.episode().value());
    recording.figures().bindTo(registry, tags);
    Gauge.builder(JOURNAL_BYTES, recording.journal(), Journal::length)
        .tags(tags)
        .register(registry);
    if (plan.shipping() != null) {
      startShipping(registry, tags);
    }
    Classes.loadAll();
    while (!recording.awaitSampled(LOOK_EVERY)) {
      look(recording.elapsed());
    }
    look(recording.elapsed());
    Duration sampled = recording.elapsed();
    recording.end();
    return recording.result(sampled, shipper == null ? closeOffline() : finishShipping(sampled));
  }

  /** Ends the recording in good order: the rows so far are shipped. For any thread, at any time. */
  public void stop() {
    recording.stop();
  }

  private void startShipping(MeterRegistry registry, Tags tags) {
    figures = new ShipFigures(registry, tags, recording.journal()::lines);
    Plan.Shipping how = requireNonNull(plan.shipping());
    KnownManifest inKafka = new KnownManifest(plan.episode(), how.connector());
    recording.manifest().goOnAfter(inKafka);
    ShipJob job =
        new ShipJob(
            recording.journal(),
            JournalCursor.Keep.ALL,
            Replica.of(plan.episode(), RowFormat.headers()),
            recording.manifest(),
            how.linger(),
            false);
    shipper = new Shipper(job, inKafka, figures);
    standstill = new Standstill(Standstill.AFTER, System.nanoTime());
    shipping = ShipperThreads.step(shipper);
  }

  private void look(Duration elapsed) throws InterruptedException {
    recording.look();
    if (shipper != null && shipping.await(Duration.ZERO) == Shipper.Outcome.SHIPPING) {
      standstill.look(shipper, figures, System.nanoTime());
    }
    progress.accept(
        new Progress(
            elapsed,
            recording.figures().rows(),
            recording.figures().missed(),
            figures == null ? -1 : figures.pending()));
  }

  private Result.@Nullable Shipping closeOffline() {
    recording.close(null);
    return null;
  }

  /**
   * Ships the last rows and proves that all have arrived, which may take as long as it advances.
   */
  private Result.Shipping finishShipping(Duration sampled) throws InterruptedException {
    shipping.complete();
    long limitNs = requireNonNull(plan.shipping()).flushTimeout().toNanos();
    long sinceNs = System.nanoTime();
    long readBack = 0;
    Shipper.Outcome outcome = shipping.await(LOOK_EVERY);
    while (outcome == Shipper.Outcome.SHIPPING && System.nanoTime() - sinceNs < limitNs) {
      look(sampled);
      outcome = shipping.await(LOOK_EVERY);
      if (figures.rowsReadBack() > readBack) {
        readBack = figures.rowsReadBack();
        sinceNs = System.nanoTime();
      }
    }
    shipping.abandon();
    if (outcome == Shipper.Outcome.EQUAL) {
      recording.closeArrived();
    } else {
      recording.close(figures.acknowledged());
    }
    return new Result.Shipping(outcome, shipper.problem(), figures);
  }

  /** Ends everything that was started. */
  @Override
  public void close() throws IOException {
    if (sampling != null) {
      recording.abort();
      awaitSampling();
    }
    recording.close();
  }

  private void awaitSampling() {
    try {
      sampling.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
