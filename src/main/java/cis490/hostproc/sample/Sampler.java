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
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The sampling loop: at each deadline read, encode, append. It waits for its deadlines and for
 * nothing else: no lock, no logging, no fsync, no network.
 *
 * <p>A tick belongs to the deadline that was waited for. When work, or a late wake-up, went past
 * further deadlines, those ticks are counted as missed and the next one still ahead is taken up:
 * the grid never shifts. Whatever ends the loop: ticks due = rows + missed + malformed + unwritten.
 * A tick is due if its deadline has come before the loop ended; the look that finds the process
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
  private final RowEncoder encoder = new RowEncoder();
  private final CountDownLatch firstTick = new CountDownLatch(1);

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

  @SuppressWarnings("NullAway.Init")
  private volatile Thread thread;

  /**
   * Ready to {@link #run}.
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
   * loading of classes. Before {@link #run}.
   */
  public void warmUp() {
    TimerSlack.minimise();
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
   * Ends the loop, within microseconds whatever the interval. The first reason given stands.
   *
   * @param reason what to record
   */
  public void stop(EndReason reason) {
    if (stop == null) {
      stop = reason;
    }
    Thread waiting = thread;
    if (waiting != null) {
      clock.wake(waiting);
    }
  }

  /**
   * Waits until the first tick is over, or the loop is.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void awaitFirstTick() throws InterruptedException {
    firstTick.await();
  }

  /**
   * Samples on the calling thread until there is a reason to end.
   *
   * @param schedule the deadlines
   * @return the reason
   */
  public @Nullable EndReason run(Schedule schedule) {
    thread = Thread.currentThread();
    TimerSlack.minimise();
    nowNs = clock.monotonicNs();
    if (stop != null) {
      firstTick.countDown();
      return stop;
    }
    try {
      EndReason end = loop(schedule);
      ticksDue = schedule.due(nowNs) - (isGone ? 1 : 0);
      return end;
    } catch (RuntimeException | Error failure) {
      long due = schedule.due(clock.monotonicNs());
      figures.countMissed(due - figures.ticks());
      ticksDue = due;
      throw failure;
    } finally {
      firstTick.countDown();
    }
  }

  private @Nullable EndReason loop(Schedule schedule) {
    long tick = schedule.firstTick();
    while (true) {
      long deadlineNs = schedule.deadlineNs(tick);
      if (deadlineNs >= schedule.endNs()) {
        return await(schedule.endNs()) ? EndReason.DURATION : stop;
      }
      if (!await(deadlineNs)) {
        return stop;
      }
      EndReason end = tick(schedule.originNs(), deadlineNs);
      firstTick.countDown();
      long next = schedule.next(tick, nowNs);
      figures.countMissed(next - tick - 1);
      if (end != null) {
        isGone = true;
        return end;
      }
      tick = next;
    }
  }

  /** True at the deadline, false if the loop is to stop. A tick that is due by then is taken. */
  private boolean await(long deadlineNs) {
    while (true) {
      long waitNs = deadlineNs - nowNs;
      if (waitNs <= 0) {
        return true;
      }
      if (stop != null) {
        nowNs = clock.monotonicNs();
        return nowNs >= deadlineNs;
      }
      clock.park(waitNs);
      nowNs = clock.monotonicNs();
    }
  }

  /**
   * How many ticks were due when the loop ended, by the grid alone: for who checks the counts.
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
