package cis490.hostproc.sample;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.row.Row;
import cis490.hostproc.row.RowEncoder;
import cis490.hostproc.sample.SampleFigures.Warning;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ticks of one episode: at each deadline read, encode, append. A {@link SampleLoop} waits for
 * the deadlines, of this episode and of others. A tick waits for nothing: no lock, no logging, no
 * fsync, no network.
 *
 * <p>A tick belongs to the deadline that was waited for. When work, or a late wake-up, went past
 * further deadlines, those ticks are counted as missed and the next one still ahead is taken up:
 * the grid never shifts. Whatever ends the sampling: ticks due = rows + missed + malformed +
 * unwritten. A tick is due if its deadline has come before the end; the look that finds the process
 * gone is not a tick.
 */
public final class Sampler {

  private static final int WARM_UP_SAMPLES = 20;

  private final ProcessFiles files;
  private final Journal journal;
  private final long pageSizeBytes;
  private final Clock clock;
  private final SampleFigures figures;
  private final Row row = new Row();
  private final CountDownLatch firstTick = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);

  /** The loop's, as are the next three: set when sampling begins. */
  @SuppressWarnings("NullAway.Init")
  private Schedule schedule;

  /** Shared by all samplers of a loop, so that it stays in the processor's caches. */
  @SuppressWarnings("NullAway.Init")
  private RowEncoder encoder;

  private long tick;

  /** When there is something to do: the next tick, or the end of the duration. */
  private long dueNs;

  /** The last reading of CLOCK_MONOTONIC: one reading serves everything at that moment. */
  private long nowNs;

  /** Whether the last look has found no process. */
  private boolean isGone;

  private int ioFailuresInRow;
  private int statusFailuresInRow;
  private boolean ioLinesSeen;
  private boolean statusLinesSeen;

  private volatile @Nullable Long ticksDue;
  private volatile @Nullable EndReason stop;
  private volatile @Nullable EndReason endReason;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable SampleLoop loop;

  /**
   * Ready to be given to a {@link SampleLoop}.
   *
   * @param files the process, open
   * @param journal where the rows go
   * @param pageSizeBytes bytes in a page
   * @param clock time
   * @param figures what is counted
   */
  public Sampler(
      ProcessFiles files, Journal journal, long pageSizeBytes, Clock clock, SampleFigures figures) {
    this.files = files;
    this.journal = journal;
    this.pageSizeBytes = pageSizeBytes;
    this.clock = clock;
    this.figures = figures;
    noteUnopened();
  }

  /**
   * Reads and encodes a few samples and discards them, so that the first ticks do not pay for the
   * loading of classes. Before the first tick.
   */
  public void warmUp() {
    TimerSlack.minimise();
    RowEncoder encoder = new RowEncoder();
    for (int i = 0; i < WARM_UP_SAMPLES; i++) {
      try {
        if (files.read() == ProcessFiles.Found.ALIVE) {
          row.take(files, pageSizeBytes);
        }
      } catch (MalformedKernelTextException | IOException unreadable) {
        // The ticks will count it.
      }
      row.at(clock.monotonicNs(), clock.wallNs());
      encoder.encode(row);
    }
  }

  /**
   * Ends the sampling, within microseconds whatever the interval. The first reason given stands.
   *
   * @param reason what to record
   */
  public void stop(EndReason reason) {
    if (stop == null) {
      stop = reason;
    }
    SampleLoop running = loop;
    if (running != null) {
      running.wake();
    }
  }

  /**
   * Waits until the first tick is over, or the sampling is.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void awaitFirstTick() throws InterruptedException {
    firstTick.await();
  }

  /**
   * Whether the first tick is over, or the sampling is.
   *
   * @return false before
   */
  public boolean hasTicked() {
    return firstTick.getCount() == 0;
  }

  /**
   * Waits until the sampling is over.
   *
   * @param limit how long at most
   * @return whether it is
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    return over.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Whether the sampling is over.
   *
   * @return false also before it has begun
   */
  public boolean isOver() {
    return over.getCount() == 0;
  }

  /**
   * Why the sampling ended.
   *
   * @return null if it has not
   */
  public @Nullable EndReason endReason() {
    return endReason;
  }

  /**
   * What broke the sampling; its reason is {@link EndReason#FAILURE} then.
   *
   * @return null if nothing did
   */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Given to a loop, by any thread. */
  void join(SampleLoop loop, Schedule schedule) {
    this.schedule = schedule;
    this.tick = schedule.firstTick();
    this.encoder = loop.encoder();
    this.loop = loop;
    setDue();
  }

  private void setDue() {
    dueNs = Math.min(schedule.deadlineNs(tick), schedule.endNs());
  }

  /** When the next {@link #step} is due, CLOCK_MONOTONIC, ns. For the loop, as the next four. */
  long dueNs() {
    return dueNs;
  }

  /** What was stopped before its first tick is over without one. */
  void begin() {
    if (stop != null) {
      end(stop);
    }
  }

  /** Ends what was told to stop; a tick that is due by now is still taken. */
  void endIfStopped(long nowNs) {
    EndReason reason = stop;
    if (reason != null && nowNs < dueNs && !isOver()) {
      this.nowNs = nowNs;
      ticksDue = schedule.due(nowNs);
      end(reason);
    }
  }

  /** Does what is due: a tick, or the end. Returns the last reading of CLOCK_MONOTONIC, ns. */
  long step(long startNs) {
    nowNs = startNs;
    try {
      takeTick();
    } catch (RuntimeException | Error broken) {
      failure = broken;
      nowNs = clock.monotonicNs();
      long due = schedule.due(nowNs);
      figures.countMissed(due - figures.ticks());
      ticksDue = due;
      end(EndReason.FAILURE);
    }
    return nowNs;
  }

  private void takeTick() {
    long deadlineNs = schedule.deadlineNs(tick);
    EndReason end =
        deadlineNs >= schedule.endNs() ? EndReason.DURATION : tick(schedule.originNs(), deadlineNs);
    if (end != EndReason.DURATION) {
      firstTick.countDown();
      long next = schedule.next(tick, nowNs);
      figures.countMissed(next - tick - 1);
      isGone = end != null;
      tick = next;
      setDue();
    }
    if (end == null && nowNs < dueNs) {
      end = stop;
    }
    if (end != null) {
      ticksDue = schedule.due(nowNs) - (isGone ? 1 : 0);
      end(end);
    }
  }

  private void end(EndReason reason) {
    endReason = reason;
    firstTick.countDown();
    over.countDown();
  }

  /**
   * How many ticks were due when the sampling ended, by the grid alone: for who checks the counts.
   *
   * @return count; null if it has not ended, or was stopped before it began
   */
  public @Nullable Long ticksDue() {
    return ticksDue;
  }

  /** One sample; not null if it was the last. */
  private @Nullable EndReason tick(long originNs, long deadlineNs) {
    long startNs = nowNs;
    boolean appended = false;
    try {
      switch (files.read()) {
        case GONE -> {
          return EndReason.PROCESS_GONE;
        }
        case ZOMBIE -> {
          return EndReason.PROCESS_ZOMBIE;
        }
        case ALIVE -> row.take(files, pageSizeBytes);
      }
      noteUnreadable();
      row.at(clock.monotonicNs() - originNs, clock.wallNs());
      appended = append();
    } catch (MalformedKernelTextException malformed) {
      figures.countMalformed();
      figures.warn(warning(malformed), malformed.getMessage());
    } catch (IOException unreadable) {
      figures.countMalformed();
      figures.warn(Warning.STAT_UNREADABLE, unreadable.getMessage());
    }
    nowNs = clock.monotonicNs();
    figures.countTick(startNs - deadlineNs);
    if (appended) {
      figures.countRow(nowNs - startNs);
    }
    return null;
  }

  private boolean append() {
    if (journal.append(encoder.encode(row))) {
      return true;
    }
    // In this order: who sees the count finds the reason.
    figures.warn(Warning.UNWRITTEN, requireNonNull(journal.failure()).getMessage());
    figures.countUnwritten();
    return false;
  }

  private static Warning warning(MalformedKernelTextException malformed) {
    return switch (malformed.file()) {
      case "io" -> Warning.IO_MALFORMED;
      case "status" -> Warning.STATUS_MALFORMED;
      default -> Warning.STAT_MALFORMED;
    };
  }

  /** Files that could not be opened; {@link #noteUnreadable} is for later failures. */
  private void noteUnopened() {
    if (!files.ioPresent()) {
      figures.warn(Warning.IO_UNREADABLE, requireNonNull(files.ioFailure()).getMessage());
    }
    if (!files.statusPresent()) {
      figures.warn(Warning.STATUS_UNREADABLE, requireNonNull(files.statusFailure()).getMessage());
    }
  }

  /** A single failure is not a warning: a process that is ending also answers this way. */
  private void noteUnreadable() {
    ioFailuresInRow = files.ioPresent() ? 0 : ioFailuresInRow + 1;
    statusFailuresInRow = files.statusPresent() ? 0 : statusFailuresInRow + 1;
    if (ioFailuresInRow == 2) {
      figures.warn(Warning.IO_UNREADABLE, requireNonNull(files.ioFailure()).getMessage());
    }
    if (statusFailuresInRow == 2) {
      figures.warn(Warning.STATUS_UNREADABLE, requireNonNull(files.statusFailure()).getMessage());
    }
    if (!ioLinesSeen && files.ioPresent()) {
      ioLinesSeen = true;
      noteAbsent(Warning.IO_LINES_ABSENT, "io", files.io().absent());
    }
    if (!statusLinesSeen && files.statusPresent()) {
      statusLinesSeen = true;
      noteAbsent(Warning.STATUS_LINES_ABSENT, "status", files.status().absent());
    }
  }

  private void noteAbsent(Warning warning, String file, @Nullable String lines) {
    if (lines != null) {
      figures.warn(warning, file + " has no " + lines);
    }
  }
}
