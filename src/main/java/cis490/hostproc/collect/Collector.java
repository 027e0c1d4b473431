package cis490.hostproc.collect;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.control.ControlHandler;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.sample.Priority;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.sample.SystemClock;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.ShipperThreads;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

  /** Something is to be looked at before the next second. */
  private final Semaphore calls = new Semaphore(0);

  private final CollectorRequests requests;
  private final Priority priority;
  private long lookAtNs;
  private volatile @Nullable String priorityRefusal;

  /**
   * Opens nothing yet.
   *
   * @param plan what is to be recorded
   * @param priority of the thread that samples
   * @param progress called once a second with how far it is
   */
  public Collector(Plan plan, Priority priority, Consumer<Progress> progress) {
    this.plan = plan;
    this.priority = priority;
    this.progress = progress;
    this.episode = new LiveEpisode(plan);
    this.recording = episode.recording();
    this.requests = new CollectorRequests(plan, episode, calls::release);
  }

  /**
   * Does what clients of a control socket ask for, while it runs.
   *
   * @return for any thread
   */
  public ControlHandler control() {
    return requests;
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
    SampleLoop loop = new SampleLoop(new SystemClock(), calls::release);
    episode.sample(loop);
    loop.close();
    new Thread(() -> sample(loop), "hostproc-sampler").start();
    recording.letCommandRun();
    MeterRegistry registry = new SimpleMeterRegistry();
    episode.bindTo(registry);
    if (plan.shipping() != null) {
      episode.ship(new ShipperThreads(1, 1), registry, calls::release);
    }
    Classes.loadAll();
    lookAtNs = System.nanoTime() + LOOK_EVERY.toNanos();
    while (!episode.isSampled()) {
      goOn();
    }
    look();
    episode.end();
    requests.answerStops(null);
    awaitShipped();
    Result result = episode.finish();
    requests.take();
    requests.answerStops(result);
    requests.close();
    return result;
  }

  private void sample(SampleLoop loop) {
    // The log is not for this thread: it may still have to be made ready.
    priority.take(refusal -> priorityRefusal = refusal);
    loop.run();
  }

  /** Waits until something is to be done, and does it. */
  private void goOn() throws InterruptedException {
    if (calls.tryAcquire(Math.max(0, lookAtNs - System.nanoTime()), TimeUnit.NANOSECONDS)) {
      calls.drainPermits();
    }
    requests.take();
    if (System.nanoTime() - lookAtNs >= 0) {
      lookAtNs = System.nanoTime() + LOOK_EVERY.toNanos();
      look();
    }
  }

  /** Ends the recording in good order: the rows so far are shipped. For any thread, at any time. */
  public void stop() {
    episode.stop();
  }

  private void look() {
    episode.look(1);
    String refusal = priorityRefusal;
    if (refusal != null) {
      plan.log().get().warn(refusal);
      priorityRefusal = null;
    }
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
    while (!shipping.isDone() && System.nanoTime() - sinceNs < limitNs) {
      goOn();
      requests.answerStops(null);
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
