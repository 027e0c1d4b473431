package cis490.hostproc.collect;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Mark;
import cis490.hostproc.episode.Run;
import cis490.hostproc.episode.Ticks;
import cis490.hostproc.episode.Version;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.NoSuchProcessException;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.sample.SampleFigures;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.sample.Sampler;
import cis490.hostproc.sample.Schedule;
import cis490.hostproc.sample.SystemClock;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One episode being recorded: its process, its file and its manifest. Owns no thread and prints
 * nothing. A {@link SampleLoop} takes its ticks, {@link #stop} is for any thread, and all else for
 * the one that has opened it.
 */
final class Recording implements AutoCloseable {

  private static final int OPEN_MANIFEST_TRIES = 4;

  /** Exit code of a command that SIGINT has ended, and how long our own SIGINT may take then. */
  private static final int INTERRUPTED = 128 + 2;

  private static final Duration TOLD_WITHIN = Duration.ofMillis(200);

  private final Plan plan;
  private final SystemClock clock = new SystemClock();
  private final SampleFigures figures = new SampleFigures();
  private final SampleWarnings warnings;

  @SuppressWarnings("NullAway.Init")
  private Machine machine;

  @SuppressWarnings("NullAway.Init")
  private Target target;

  @SuppressWarnings("NullAway.Init")
  private Journal journal;

  @SuppressWarnings("NullAway.Init")
  private EarlierRuns earlier;

  @SuppressWarnings("NullAway.Init")
  private KeptManifest manifest;

  private long startedNs;

  private @Nullable EndReason endReason;

  private @Nullable String alteration;

  private final AtomicReference<@Nullable EndReason> stopReason = new AtomicReference<>();

  /** Counted down by the first stop. */
  private final CountDownLatch toldToStop = new CountDownLatch(1);

  @SuppressWarnings("NullAway.Init")
  private volatile Sampler sampler;

  Recording(Plan plan) {
    this.plan = plan;
    this.warnings = new SampleWarnings(figures, plan.rowsFile(), plan.log());
  }

  private Logger log() {
    return plan.log().get();
  }

  /** A command comes last: whatever is refused before, it was never started. */
  void open() throws FailedException, InterruptedException {
    Plan.Subject subject = plan.subject();
    try {
      machine = Machine.read(subject.procRoot());
      if (subject.command().isEmpty()) {
        target = Target.running(subject.procRoot(), subject.pid());
      } else {
        ProgramFile.requireExecutable(subject.command().get(0));
      }
      ManifestFile file = plan.manifestFile();
      EarlierRuns.requireOwnManifest(plan, file);
      journal = Journal.open(plan.rowsFile());
      earlier = EarlierRuns.of(plan, machine, target, journal, file);
      journal.repair();
      if (target == null) {
        target = Target.starting(subject.procRoot(), subject.command());
      }
      manifest = new KeptManifest(file, journal, plan.log());
    } catch (NoSuchProcessException | MalformedKernelTextException wrong) {
      throw new FailedException(wrong.getMessage(), wrong);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(failure), failure);
    }
    if (journal.tornBytes() > 0) {
      log().warn("{}: cut a torn last row, {} bytes", journal.path(), journal.tornBytes());
    }
  }

  /** Ready to sample at once: everything is loaded, and the file has its manifest. */
  void prepare() {
    sampler = new Sampler(target.files(), journal, machine.units().pageSizeBytes(), clock, figures);
    sampler.warmUp();
    EndReason stopped = stopReason.get();
    if (stopped != null) {
      sampler.stop(stopped);
    }
    if (journal.lines() > 0) {
      // The manifest will say where this run begins.
      forceRows();
    }
    writeOpenManifest();
  }

  /**
   * Before the first row, so that a run that is killed right after it leaves rows whose process and
   * origin are known. Where the origin is the first tick, that tick is set as far ahead as writing
   * takes; a disk that is slower the second time is given another try, and then costs lateness.
   */
  private void writeOpenManifest() {
    // The loading of classes comes before all measuring.
    opening(clock.monotonicNs(), clock.wallNs()).toJson();
    long aheadNs = 0;
    for (int i = 0; i < OPEN_MANIFEST_TRIES; i++) {
      long beforeNs = clock.monotonicNs();
      startedNs = startFrom(beforeNs + aheadNs);
      manifest.become(opening(startedNs, clock.wallNs() + startedNs - beforeNs));
      long afterNs = clock.monotonicNs();
      if (afterNs <= startedNs) {
        break;
      }
      aheadNs = Math.max(aheadNs, 2 * (afterNs - beforeNs));
    }
  }

  /** A grid that is there already has its place. */
  private long startFrom(long ns) {
    Plan.Phase phase = plan.grid().phase();
    boolean isNew = plan.grid().originMonoNs() == null && earlier.originMonoNs() == null;
    return phase != null && isNew ? phase.from(ns) : ns;
  }

  private Manifest opening(long nowNs, long wallNs) {
    Run.Start run = runStart(nowNs, wallNs);
    Manifest.Beginning beginning =
        Manifest.Beginning.of(
            plan.episode(),
            RowFormat.SOURCE,
            RowFormat.AVAILABLE_IN_DEPLOYMENT,
            RowFormat.SCHEMA_ID,
            run,
            machine.units().clockTicksPerSecond(),
            machine.units().pageSizeBytes());
    Manifest before = earlier.manifest();
    return before == null ? Manifest.open(beginning, run) : before.goingOn(beginning, run);
  }

  /** Times that count from an earlier run's origin go on doing so. */
  private Run.Start runStart(long nowNs, long wallNs) {
    Long given = plan.grid().originMonoNs();
    long newOriginNs = given != null ? given : nowNs;
    return new Run.Start(
        Version.hostproc(),
        machine.host().name(),
        machine.host().bootId(),
        target.pid(),
        target.name(),
        target.files().stat().startTimeTicks(),
        plan.grid().intervalMs(),
        earlier.originMonoNs() == null ? newOriginNs : earlier.originMonoNs(),
        machine.monoOffsetNs(),
        wallNs,
        journal.lines(),
        journal.tornBytes());
  }

  /** Until the process ends, the time is over, or it is stopped. */
  void sampleIn(SampleLoop loop) {
    loop.add(sampler, schedule());
  }

  boolean hasTicked() {
    return sampler.hasTicked();
  }

  boolean isSampled() {
    return sampler.isOver();
  }

  /** Waits for the end of sampling, so long at most; whether it has come. */
  boolean awaitSampled(Duration limit) throws InterruptedException {
    return sampler.awaitEnd(limit);
  }

  private Schedule schedule() {
    long originNs = requireNonNull(manifest.manifest().beginning().originMonoNs());
    Plan.Grid grid = plan.grid();
    return grid.isAtOnce()
        ? Schedule.atOnce(originNs, grid.intervalNs(), startedNs, grid.durationNs())
        : Schedule.from(originNs, grid.intervalNs(), startedNs, grid.durationNs());
  }

  /** A command has stood still until its first tick. */
  void letCommandRun() throws InterruptedException {
    if (target.isCommand()) {
      sampler.awaitFirstTick();
      if (!isStopped()) {
        target.proceed(() -> sampler.stop(EndReason.PROCESS_GONE));
      }
    }
  }

  /** For any thread. The first reason stands. */
  void stop(EndReason reason) {
    stopReason.compareAndSet(null, reason);
    toldToStop.countDown();
    Sampler running = sampler;
    if (running != null) {
      running.stop(reason);
    }
  }

  private boolean isStopped() {
    return toldToStop.getCount() == 0;
  }

  /** Gives a moment a name, in the manifest beside the file and in Kafka's. */
  Mark mark(String name, @Nullable String detail, long monoNs, long wallNs) {
    long originNs = requireNonNull(manifest.manifest().beginning().originMonoNs());
    Mark mark = new Mark(name, detail, monoNs - originNs, wallNs);
    manifest.become(manifest.manifest().marked(mark));
    return mark;
  }

  /** Once a second or so: is the file as it was written, and is all well? One of so many. */
  void look(int episodes) {
    noteAlteration(journal.look(episodes));
    warnings.say(clock.monotonicNs());
    manifest.writeAgain();
  }

  /** Once: what was altered first. */
  private void noteAlteration(@Nullable String found) {
    if (found != null && alteration == null) {
      log().error("{}; the episode will not be sealed, the exit code will be 1", found);
      alteration = found;
      manifest.become(manifest.manifest().altered(found));
    }
  }

  /** After sampling: the command ends too, and the manifest says how it all ended. */
  void end() throws InterruptedException {
    endReason = sampler.endReason();
    if (sampler.failure() != null) {
      log().error("sampling failed", sampler.failure());
    }
    Integer exitCode = target.stop();
    sayWhetherNeverStarted(exitCode);
    sayWhetherMiscounted();
    endManifest(exitCode);
    sayWhoStillRuns();
  }

  /** What the file of the command did not show; nearly all of that is refused before. */
  private void sayWhetherNeverStarted(@Nullable Integer exitCode) {
    if (target.hasFailedToStart()) {
      endReason = EndReason.FAILURE;
      log()
          .error(
              "{} could not be started (exit code {}; the line before says why); the rows are of"
                  + " the process that was to become it",
              plan.subject().command().get(0),
              exitCode);
    }
  }

  /** A defect of hostproc, which would go unnoticed otherwise. */
  private void sayWhetherMiscounted() {
    Long due = sampler.ticksDue();
    long counted = figures.ticks();
    if (due != null && due != counted) {
      log().error("{} ticks were due, and {} were counted: please report this", due, counted);
    }
  }

  /** They may hold stdout open, or be what was to be sampled. */
  private void sayWhoStillRuns() {
    String survivors = target.isCommand() ? Survivors.find(target) : null;
    if (survivors != null) {
      log()
          .warn(
              "the command has ended, and processes of it still run: {}; collect --pid PID samples"
                  + " one, kill PID ends it",
              survivors);
    }
  }

  private void endManifest(@Nullable Integer exitCode) throws InterruptedException {
    long wallNs = clock.wallNs();
    if (Integer.valueOf(INTERRUPTED).equals(exitCode)) {
      // A terminal's Ctrl-C goes to the command as well, and that may be quicker.
      toldToStop.await(TOLD_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }
    Ticks ticks =
        new Ticks(
            figures.missed(), figures.malformed(), figures.unwritten(), figures.lateness().max());
    Run.End run = new Run.End(wallNs, reason(), exitCode, figures.rows());
    Manifest.Ending ending =
        new Manifest.Ending(
            wallNs, reason(), exitCode, journal.lines(), null, journal.length(), null, null);
    Manifest ended = manifest.manifest().runEnded(run, ticks).ended(ending);
    forceRows();
    manifest.become(ended);
  }

  /**
   * Before the manifest counts them: it outlives a power cut at once, and a file that has less than
   * it says is taken for a damaged one.
   */
  private void forceRows() {
    try {
      journal.force();
    } catch (IOException failure) {
      log().error("{}: {}", journal.path(), FileFailure.describe(failure));
    }
  }

  private @Nullable EndReason reason() {
    boolean ended = endReason == EndReason.PROCESS_GONE || endReason == EndReason.PROCESS_ZOMBIE;
    if (ended && isStopped()) {
      return stopReason.get();
    }
    // A command of ours is a zombie for a moment, until we have waited for it.
    return ended && target.isCommand() ? EndReason.PROCESS_GONE : endReason;
  }

  /** All has arrived and was read back equal. */
  void closeArrived() {
    manifest.becomeArrived();
    // All of an equal file was looked at by whoever found it so.
    noteAlteration(journal.look(1));
  }

  /** Nothing was to arrive, or not all has; {@code rowsAcknowledged} is null in the first case. */
  void close(@Nullable Long rowsAcknowledged) {
    manifest.become(manifest.manifest().closed(chainOfFile(), rowsAcknowledged));
    noteAlteration(journal.lookAtAll());
  }

  /** Null if the disk refuses, or if the file does not hold what was written. */
  private @Nullable String chainOfFile() {
    try {
      // So that the manifest never names rows that a power cut can take, offline included.
      long length = journal.force();
      JournalCursor cursor = JournalCursor.atStart(journal);
      cursor.skipTo(length);
      return journal.alteration(cursor) == null ? cursor.chain() : null;
    } catch (IOException failure) {
      log().error("{}: {}", journal.path(), FileFailure.describe(failure));
      return null;
    }
  }

  Duration elapsed() {
    return Duration.ofNanos(clock.monotonicNs() - startedNs);
  }

  SampleFigures figures() {
    return figures;
  }

  Journal journal() {
    return journal;
  }

  KeptManifest manifest() {
    return manifest;
  }

  Result result(Duration sampled, Result.@Nullable Shipping shipping) {
    return new Result(
        manifest.manifest(), sampled, journal.length(), alteration, figures, shipping);
  }

  /** Stops whatever runs, and ends the command. */
  void abort() {
    Sampler running = sampler;
    if (running != null) {
      running.stop(EndReason.FAILURE);
    }
  }

  /** Ends what was started and closes what was opened: command, files. Sampling must have ended. */
  @Override
  public void close() throws IOException {
    if (target != null) {
      target.close();
    }
    if (journal != null) {
      journal.close();
    }
  }
}
