package cis490.hostproc.collect;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.sample.SystemClock;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.Shipper;
import cis490.hostproc.ship.ShipperThreads;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Records one episode from its first tick to the last row's arrival, with a thread that samples and
 * one that ships. The calling thread looks after both.
 */
public final class Collector implements AutoCloseable {

  /** How long a command may take to end after SIGTERM. */
  public static final Duration COMMAND_ENDS_WITHIN = Target.STOP_LIMIT;

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final Plan plan;
  private final Consumer<Progress> progress;
  private final LiveEpisode episode;
  private final Recording recording;

  /**
   * Opens nothing yet.
   *
   * @param plan what is to be recorded
   * @param progress called once a second with how far it is
   */
  public Collector(Plan plan, Consumer<Progress> progress) {
    this.plan = plan;
    this.progress = progress;
    this.episode = new LiveEpisode(plan);
    this.recording = episode.recording();
  }

  /**
   * Records.
   *
   * @return what came out of it
   * @throws FailedException if it can't begin; nothing was recorded then
   * @throws InterruptedException if the calling thread is interrupted
   */
  public Result run() throws FailedException, InterruptedException {
    episode.open();
    SampleLoop loop = new SampleLoop(new SystemClock(), () -> {});
    episode.sample(loop);
    loop.close();
    new Thread(loop::run, "hostproc-sampler").start();
    recording.letCommandRun();
    MeterRegistry registry = new SimpleMeterRegistry();
    episode.bindTo(registry);
    if (plan.shipping() != null) {
      episode.ship(new ShipperThreads(1, 1), registry, () -> {});
    }
    Classes.loadAll();
    while (!recording.awaitSampled(LOOK_EVERY)) {
      look();
    }
    look();
    episode.end();
    awaitShipped();
    return episode.finish();
  }

  /** Ends the recording in good order: the rows so far are shipped. For any thread, at any time. */
  public void stop() {
    episode.stop();
  }

  private void look() {
    episode.look(1);
    ShipFigures figures = episode.figures();
    progress.accept(
        new Progress(
            episode.elapsed(),
            recording.figures().rows(),
            recording.figures().missed(),
            figures == null ? -1 : figures.pending()));
  }

  /** Until the proof that all has arrived, which may take as long as it advances. */
  private void awaitShipped() throws InterruptedException {
    ShipperThreads.Task shipping = episode.shipping();
    ShipFigures figures = episode.figures();
    if (shipping == null || figures == null) {
      return;
    }
    long limitNs = requireNonNull(plan.shipping()).flushTimeout().toNanos();
    long sinceNs = System.nanoTime();
    long readBack = 0;
    Shipper.Outcome outcome = shipping.await(LOOK_EVERY);
    while (outcome == Shipper.Outcome.SHIPPING && System.nanoTime() - sinceNs < limitNs) {
      look();
      outcome = shipping.await(LOOK_EVERY);
      if (figures.rowsReadBack() > readBack) {
        readBack = figures.rowsReadBack();
        sinceNs = System.nanoTime();
      }
    }
  }

  /** Ends everything that was started. */
  @Override
  public void close() throws IOException {
    episode.close();
  }
}
