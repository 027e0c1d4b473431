package cis490.hostproc.collect;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Mark;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.sample.SampleFigures;
import cis490.hostproc.sample.SampleLoop;
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
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One episode from its opening to the proof that all has arrived. It owns no thread: a {@link
 * SampleLoop} takes its ticks, {@link ShipperThreads} ship its rows, and one thread calls what is
 * here, in this order: {@link #open}, {@link #sample}, {@link #ship} if it is to be shipped, {@link
 * #look} again and again, {@link #end} once it is sampled, {@link #finish} once it is shipped, and
 * {@link #close}. None of these waits for Kafka; all may wait for the disk.
 */
public final class LiveEpisode implements AutoCloseable {

  /** Meter: length of the episode's file. */
  private static final String JOURNAL_BYTES = "hostproc.journal.bytes";

  private final Plan plan;
  private final Recording recording;
  private @Nullable ShipFigures figures;
  private @Nullable Shipper shipper;
  private ShipperThreads.@Nullable Task shipping;

  @SuppressWarnings("NullAway.Init")
  private Standstill standstill;

  private boolean isSampling;
  private boolean isEnded;
  private Duration sampled = Duration.ZERO;

  /**
   * Opens nothing yet.
   *
   * @param plan what is to be recorded
   */
  public LiveEpisode(Plan plan) {
    this.plan = plan;
    this.recording = new Recording(plan);
  }

  /**
   * Opens the process and the file, and writes the open manifest.
   *
   * @throws FailedException if it can't begin; nothing was recorded then
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void open() throws FailedException, InterruptedException {
    recording.open();
    recording.prepare();
  }

  /**
   * Begins to sample.
   *
   * @param loop takes the ticks
   */
  public void sample(SampleLoop loop) {
    isSampling = true;
    recording.sampleIn(loop);
  }

  /**
   * Registers the meters.
   *
   * @param registry where they go
   * @return their tags
   */
  Tags bindTo(MeterRegistry registry) {
    Tags tags = Tags.of(ShipFigures.EPISODE_TAG, plan.episode().value());
    recording.figures().bindTo(registry, tags);
    Gauge.builder(JOURNAL_BYTES, recording.journal(), journal -> journal.length())
        .tags(tags)
        .register(registry);
    return tags;
  }

  /**
   * Begins to ship.
   *
   * @param threads step the shipper
   * @param registry of its meters
   * @param onDone called by one of the threads when the shipper is done
   */
  public void ship(ShipperThreads threads, MeterRegistry registry, Runnable onDone) {
    Plan.Shipping how = requireNonNull(plan.shipping());
    ShipFigures figures =
        new ShipFigures(
            registry,
            Tags.of(ShipFigures.EPISODE_TAG, plan.episode().value()),
            recording.journal()::lines);
    KnownManifest inKafka = new KnownManifest(plan.episode(), how.connector());
    recording.manifest().goOnAfter(inKafka);
    ShipJob job =
        new ShipJob(
            recording.journal(),
            JournalCursor.Keep.ALL,
            Replica.of(plan.episode(), RowFormat.headers()),
            recording.manifest(),
            how.linger(),
            false,
            plan.log().get());
    Shipper shipper = new Shipper(job, inKafka, figures);
    this.figures = figures;
    this.shipper = shipper;
    standstill = new Standstill(plan.log().get(), Standstill.AFTER, System.nanoTime());
    shipping = threads.add(shipper, onDone);
  }

  /** Ends the sampling in good order: the rows so far are shipped. For any thread, at any time. */
  public void stop() {
    stop(EndReason.SIGNAL);
  }

  /**
   * The same with a reason. The first one given stands.
   *
   * @param reason what to record
   */
  public void stop(EndReason reason) {
    recording.stop(reason);
  }

  /**
   * Once a second or so: is the file as it was written, and is all well?
   *
   * @param episodes that are looked at so, 1 or more; they share what is read of older lines
   */
  public void look(int episodes) {
    recording.look(episodes);
    if (shipper != null && figures != null && !isShipped()) {
      standstill.look(shipper, figures, System.nanoTime());
    }
  }

  /**
   * Gives a moment a name: it is in the manifest beside the file when this returns.
   *
   * @param name of the moment
   * @param detail more words; null if there are none
   * @param monoNs CLOCK_MONOTONIC, ns
   * @param wallNs CLOCK_REALTIME, ns since the Unix epoch
   * @return the mark
   * @throws IllegalStateException if the episode has too many already
   */
  public Mark mark(String name, @Nullable String detail, long monoNs, long wallNs) {
    return recording.mark(name, detail, monoNs, wallNs);
  }

  /**
   * What is known of it.
   *
   * @return the manifest now
   */
  public Manifest manifest() {
    return recording.manifest().manifest();
  }

  /**
   * What the sampling has counted.
   *
   * @return figures of this run
   */
  public SampleFigures sampling() {
    return recording.figures();
  }

  /**
   * Rows in the file that are not committed in the topic.
   *
   * @return count; -1 if nothing is shipped
   */
  public long pending() {
    return figures == null ? -1 : figures.pending();
  }

  /**
   * Whether the first tick is over, or the sampling is.
   *
   * @return false before
   */
  public boolean hasTicked() {
    return recording.hasTicked();
  }

  /**
   * Whether the sampling is over.
   *
   * @return then it can be ended
   */
  public boolean isSampled() {
    return recording.isSampled();
  }

  /**
   * After sampling: forces the rows to the disk, writes the ended manifest, and has the rest
   * shipped.
   *
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void end() throws InterruptedException {
    sampled = recording.elapsed();
    isEnded = true;
    recording.end();
    if (shipping != null) {
      shipping.complete();
    }
  }

  /**
   * Whether nothing more is shipped.
   *
   * @return then it can be finished; true also if nothing was to be shipped
   */
  public boolean isShipped() {
    return shipping == null || shipping.isDone();
  }

  /**
   * The last manifest is written: sealed if all has arrived. What is not shipped by now is not
   * shipped by this run.
   *
   * @return what came out of it
   */
  public Result finish() {
    if (shipping == null || shipper == null || figures == null) {
      recording.close(null);
      return recording.result(sampled, null);
    }
    shipping.abandon();
    Shipper.Outcome outcome = shipping.outcome();
    if (outcome == Shipper.Outcome.EQUAL) {
      recording.closeArrived();
    } else {
      recording.close(figures.acknowledged());
    }
    return recording.result(sampled, new Result.Shipping(outcome, shipper.problem(), figures));
  }

  /** Whether the file is complete: after {@link #end}. */
  boolean isEnded() {
    return isEnded;
  }

  /** Since the first tick; after the end as it was then. */
  Duration elapsed() {
    return isEnded ? sampled : recording.elapsed();
  }

  Recording recording() {
    return recording;
  }

  ShipperThreads.@Nullable Task shipping() {
    return shipping;
  }

  @Nullable ShipFigures figures() {
    return figures;
  }

  /** Ends what was started and closes what was opened, whatever state it is in. */
  @Override
  public void close() throws IOException {
    if (shipping != null) {
      shipping.abandon();
    }
    if (isSampling) {
      recording.abort();
      awaitSampled();
    }
    recording.close();
  }

  private void awaitSampled() {
    try {
      recording.awaitSampled(Duration.ofNanos(Long.MAX_VALUE));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
