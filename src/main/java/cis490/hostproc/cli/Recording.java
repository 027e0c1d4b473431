package cis490.hostproc.cli;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Run;
import cis490.hostproc.episode.Ticks;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.Journal;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.proc.Auxv;
import cis490.hostproc.proc.Host;
import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.NoSuchProcessException;
import cis490.hostproc.proc.TimeNamespace;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.sample.ProgramFile;
import cis490.hostproc.sample.SampleFigures;
import cis490.hostproc.sample.Sampler;
import cis490.hostproc.sample.Schedule;
import cis490.hostproc.sample.SystemClock;
import cis490.hostproc.ship.KnownManifest;
import cis490.hostproc.ship.ManifestFeed;
import cis490.hostproc.ship.Replica;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.ShipJob;
import cis490.hostproc.ship.Shipper;
import cis490.hostproc.ship.Standstill;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One run of {@code hostproc collect}: opens the target and the file, has the one thread sample and
 * the other ship, and sees both to their end.
 */
final class Recording implements AutoCloseable {

  /** Meter: length of the episode's file. */
  private static final String JOURNAL_BYTES = "hostproc.journal.bytes";

  private static final int OPEN_MANIFEST_TRIES = 4;

  /** Longer than any of the shipper's waits may take. */
  static final Duration STANDSTILL_AFTER = Duration.ofMinutes(2);

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** Exit code of a command that SIGINT has ended, and how long our own SIGINT may take then. */
  private static final int INTERRUPTED = 128 + 2;

  private static final Duration TOLD_WITHIN = Duration.ofMillis(200);

  /** For what has no limit but progress: reading back tens of millions of rows. */
  private static final Duration STOP_MARGIN = Duration.ofMinutes(10);

  private final CollectCommand options;
  private final SystemClock clock = new SystemClock();
  private final SampleFigures sampleFigures = new SampleFigures();
  private final Complaints complaints;
  private final ManifestFile manifestFile;

  private Host host;
  private Target target;
  private Journal journal;
  private Auxv units;

  /** Of the file's earlier runs, or null. */
  private Manifest before;

  private final Long monoOffsetNs = TimeNamespace.monotonicOffsetNs();

  /** What the rows of this process in the file count their times from, or null. */
  private Long earlierOriginNs;

  private Thread sampling;
  private MeterRegistry registry;
  private KafkaConnection connection;

  /** What Kafka knows; null if nothing is shipped. */
  private KnownManifest inKafka;

  private ShipFigures shipFigures;
  private Shipper shipper;
  private Standstill standstill;
  private StatusLine status;
  private long startedNs;
  private long originNs;
  private EndReason endReason;
  private String alteration;
  private boolean manifestBehind;

  /** Counted down by the thread that answers signals. */
  private final CountDownLatch toldToStop = new CountDownLatch(1);

  private volatile Sampler sampler;

  /** Read by the shipper's thread, too. */
  private volatile Manifest manifest;

  /** Set by the shipper's thread; null until the topic was read back equal. */
  private volatile Manifest closing;

  Recording(CollectCommand options) {
    this.options = options;
    this.complaints = new Complaints(sampleFigures, options.rowsFile());
    this.manifestFile = ManifestFile.beside(options.rowsFile());
  }

  /** From the first tick to the last row's arrival. */
  Summary run() throws FailedException, InterruptedException {
    StopSignal.onStop(this::stop, options.flushTimeout().plus(Target.STOP_LIMIT).plus(STOP_MARGIN));
    open();
    startSampling();
    registry = new SimpleMeterRegistry();
    sampleFigures.bindTo(registry, tags());
    Gauge.builder(JOURNAL_BYTES, journal, Journal::length).tags(tags()).register(registry);
    if (!options.offline()) {
      startShipping();
    }
    Classes.loadAll();
    watch();
    Duration sampled = elapsed();
    Integer exitCode = target.stop();
    sayWhetherNeverStarted(exitCode);
    sayWhetherMiscounted();
    end(exitCode);
    sayWhoStillRuns();
    Shipper.Outcome outcome = options.offline() ? null : finishShipping(sampled);
    close(outcome);
    return new Summary(
        options,
        new Summary.Figures(sampleFigures, shipFigures, journal.length()),
        manifest,
        sampled,
        outcome,
        shipper == null ? null : shipper.problem(),
        alteration);
  }

  private Tags tags() {
    return Tags.of(ShipFigures.EPISODE_TAG, options.episode().value());
  }

  /** What the file of the command did not show; nearly all of that is refused before. */
  private void sayWhetherNeverStarted(Integer exitCode) {
    if (target.hasFailedToStart()) {
      endReason = EndReason.FAILURE;
      Log.get()
          .error(
              "{} could not be started (exit code {}; the line before says why); the rows are of"
                  + " the process that was to become it",
              options.command().get(0),
              exitCode);
    }
  }

  /** A defect of ours, which nobody would see otherwise. */
  private void sayWhetherMiscounted() {
    Long due = sampler.ticksDue();
    long counted = sampleFigures.ticks();
    if (due != null && due != counted) {
      Log.get().error("{} ticks were due, and {} were counted: please report this", due, counted);
    }
  }

  /** They may hold stdout open, or be what was to be sampled. */
  private void sayWhoStillRuns() {
    String survivors = target.isCommand() ? Survivors.find(target) : null;
    if (survivors != null) {
      Log.get()
          .warn(
              "the command has ended, and processes of it still run: {}; collect --pid PID samples"
                  + " one, kill PID ends it",
              survivors);
    }
  }

  private void stop() {
    toldToStop.countDown();
    Sampler running = sampler;
    if (running != null) {
      running.stop(EndReason.SIGNAL);
    }
  }

  private boolean stopped() {
    return toldToStop.getCount() == 0;
  }

  /** A command comes last: whatever is refused before, it was never started. */
  private void open() throws FailedException, InterruptedException {
    try {
      units = Auxv.ofThisKernel();
      host = Host.read(options.procRoot());
      if (options.command().isEmpty()) {
        target = Target.running(options.procRoot(), options.pid());
      } else {
        ProgramFile.requireExecutable(options.command().get(0));
      }
      requireOwnManifest();
      journal = Journal.open(options.rowsFile());
      if (journal.length() + journal.tornBytes() > 0) {
        resume();
      } else {
        before = manifestFile.read().orElse(null);
      }
      journal.repair();
      if (target == null) {
        target = Target.starting(options.procRoot(), options.command());
      }
    } catch (NoSuchProcessException | MalformedKernelTextException wrong) {
      throw new FailedException(wrong.getMessage(), wrong);
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(failure), failure);
    }
    if (journal.tornBytes() > 0) {
      Log.get().warn("{}: cut a torn last row, {} bytes", journal.path(), journal.tornBytes());
    }
  }

  /** A manifest without its rows, or of another episode's, is never overwritten. */
  private void requireOwnManifest() throws IOException, FailedException {
    Manifest beside = manifestFile.read().orElse(null);
    if (beside == null) {
      return;
    }
    String id = beside.beginning().episodeId();
    if (!id.equals(options.episode().value())) {
      throw new FailedException(
          manifestFile.path()
              + " is of the episode "
              + Report.printable(id)
              + "; choose another --output");
    }
    Path rows = options.rowsFile();
    Long bytes = beside.ending().bytes();
    if (bytes != null && bytes > 0 && (!Files.exists(rows) || Files.size(rows) == 0)) {
      throw new FailedException(
          rows
              + " has no rows, and by its manifest "
              + manifestFile.path()
              + " it had "
              + beside.ending().rows()
              + "; choose another --episode, or move the manifest away");
    }
  }

  /**
   * The file has rows already: of the same process, or the user has said that it may be another.
   */
  private void resume() throws IOException, FailedException {
    before = manifestFile.read().orElse(null);
    Manifest.Beginning known = before == null ? null : before.beginning();
    String holds = journal.path() + " holds " + journal.lines() + " rows";
    if (known != null && !known.episodeId().equals(options.episode().value())) {
      throw new FailedException(
          holds + " of the episode " + known.episodeId() + "; choose another --output");
    }
    if (known != null && before.state() == Manifest.State.RETIRED) {
      throw new FailedException(holds + " of a retired episode; choose another --episode");
    }
    String alteration =
        known == null ? null : before.alterationOf(journal.length() + journal.tornBytes());
    if (alteration != null) {
      throw new FailedException(
          Report.printable(alteration) + ", while it was recorded; choose another --episode");
    }
    boolean same = known != null && isTarget(known);
    if (!same && !options.appendOtherProcess()) {
      boolean unknown = known == null || known.pid() == null;
      throw new FailedException(
          holds
              + (unknown ? " of an unknown process" : " of another process")
              + "; choose another --episode, or say --append-other-process");
    }
    if (same) {
      requireSameGrid(known);
      earlierOriginNs = known.originMonoNs();
    }
    Log.get().info("{}; going on after them", holds);
  }

  /** The manifest's process is that of its last run. */
  private boolean isTarget(Manifest.Beginning known) {
    return target != null
        && host.known()
        && known.isProcess(host.bootId(), target.pid(), target.files().stat().startTimeTicks());
  }

  /** One process, one origin and one interval: its times can be compared all through the file. */
  private void requireSameGrid(Manifest.Beginning known) throws FailedException {
    if (options.monoOriginNs() != null && !options.monoOriginNs().equals(known.originMonoNs())) {
      throw new FailedException(
          journal.path() + " counts its times from --mono-origin-ns " + known.originMonoNs());
    }
    Long knownOffsetNs = known.monoOffsetNs();
    if (knownOffsetNs != null && !knownOffsetNs.equals(monoOffsetNs)) {
      throw new FailedException(
          journal.path() + " counts its times by the clock of another time namespace");
    }
    if (!Objects.equals(options.intervalMs(), known.intervalMs())) {
      throw new FailedException(
          journal.path() + " has its rows at --interval-ms " + known.intervalMs());
    }
  }

  private Manifest opening(long nowNs, long wallNs) {
    Run.Start run = runStart(nowNs, wallNs);
    Manifest.Beginning beginning =
        Manifest.Beginning.of(
            options.episode(),
            RowFormat.SOURCE,
            RowFormat.AVAILABLE_IN_DEPLOYMENT,
            RowFormat.SCHEMA_ID,
            run,
            units.clockTicksPerSecond(),
            units.pageSizeBytes());
    return before == null ? Manifest.open(beginning, run) : before.goingOn(beginning, run);
  }

  /** Times that count from an earlier run's origin go on doing so. */
  private Run.Start runStart(long nowNs, long wallNs) {
    long newOriginNs = options.monoOriginNs() != null ? options.monoOriginNs() : nowNs;
    return new Run.Start(
        Version.hostproc(),
        host.name(),
        host.bootId(),
        target.pid(),
        target.name(),
        target.files().stat().startTimeTicks(),
        options.intervalMs(),
        earlierOriginNs == null ? newOriginNs : earlierOriginNs,
        monoOffsetNs,
        wallNs,
        journal.lines(),
        journal.tornBytes());
  }

  private void startSampling() throws InterruptedException {
    sampler = new Sampler(target.files(), journal, units.pageSizeBytes(), clock, sampleFigures);
    sampler.warmUp();
    if (stopped()) {
      sampler.stop(EndReason.SIGNAL);
    }
    sampling = new Thread(this::sample, "hostproc-sampler");
    writeOpenManifest();
    sampling.start();
    status = new StatusLine(System.err);
    if (target.isCommand()) {
      sampler.awaitFirstTick();
      letCommandRun();
    }
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
      startedNs = beforeNs + aheadNs;
      manifest = opening(startedNs, clock.wallNs() + aheadNs);
      writeManifest();
      long afterNs = clock.monotonicNs();
      if (afterNs <= startedNs) {
        break;
      }
      aheadNs = 2 * (afterNs - beforeNs);
    }
    originNs = manifest.beginning().originMonoNs();
  }

  private void letCommandRun() {
    if (!stopped()) {
      target.proceed(() -> sampler.stop(EndReason.PROCESS_GONE));
    }
  }

  private void sample() {
    try {
      endReason = sampler.run(schedule());
    } catch (RuntimeException | Error failure) {
      endReason = EndReason.FAILURE;
      Log.get().error("sampling failed", failure);
    }
  }

  private Schedule schedule() {
    long intervalNs = options.intervalNs();
    long durationNs = options.durationNs();
    return target.isCommand()
        ? Schedule.atOnce(originNs, intervalNs, startedNs, durationNs)
        : Schedule.from(originNs, intervalNs, startedNs, durationNs);
  }

  private void startShipping() {
    shipFigures = new ShipFigures(registry, tags(), journal::lines);
    EpisodeId episode = options.episode();
    ShipJob job =
        new ShipJob(
            journal,
            JournalCursor.Keep.ALL,
            Replica.of(episode, RowFormat.headers()),
            new Manifests(),
            options.linger(),
            false);
    connection = options.kafka().connection();
    inKafka = new KnownManifest(episode, connection);
    shipper = new Shipper(job, inKafka, shipFigures);
    standstill = new Standstill(STANDSTILL_AFTER, clock.monotonicNs());
    Thread shipping = new Thread(shipper, "hostproc-shipper");
    // What it leaves unfinished, the next run's recovery settles.
    shipping.setDaemon(true);
    shipping.start();
  }

  private void watch() throws InterruptedException {
    while (sampling.isAlive()) {
      sampling.join(LOOK_EVERY.toMillis());
      sayWhetherAltered(journal.look());
      complaints.say(clock.monotonicNs());
      lookAtShipping();
      if (manifestBehind) {
        writeManifest();
      }
      status.show(progress(elapsed()));
    }
    complaints.say(clock.monotonicNs());
    status.clear();
  }

  private void lookAtShipping() throws InterruptedException {
    if (shipper != null && shipper.await(Duration.ZERO) == Shipper.Outcome.SHIPPING) {
      standstill.look(shipper, shipFigures, clock.monotonicNs());
    }
  }

  /** Once: what was altered first. */
  private void sayWhetherAltered(String found) {
    if (found != null && alteration == null) {
      Log.get().error("{}; the episode will not be sealed, the exit code will be 1", found);
      alteration = found;
      manifest = manifest.altered(found);
      writeManifest();
    }
  }

  private StatusLine.Progress progress(Duration elapsed) {
    return new StatusLine.Progress(
        elapsed,
        sampleFigures.rows(),
        sampleFigures.missed(),
        shipFigures == null ? -1 : shipFigures.pending());
  }

  private Duration elapsed() {
    return Duration.ofNanos(clock.monotonicNs() - startedNs);
  }

  private void end(Integer exitCode) throws InterruptedException {
    long wallNs = clock.wallNs();
    if (Integer.valueOf(INTERRUPTED).equals(exitCode)) {
      // A terminal's Ctrl-C goes to the command as well, and that may be quicker.
      toldToStop.await(TOLD_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }
    Ticks ticks =
        new Ticks(
            sampleFigures.missed(),
            sampleFigures.malformed(),
            sampleFigures.unwritten(),
            sampleFigures.lateness().max());
    Run.End run = new Run.End(wallNs, reason(), exitCode, sampleFigures.rows());
    Manifest.Ending ending =
        new Manifest.Ending(
            wallNs, reason(), exitCode, journal.lines(), null, journal.length(), null, null);
    manifest = manifest.runEnded(run, ticks).ended(ending);
    forceRows();
    writeManifest();
  }

  /**
   * Before the manifest counts them: it outlives a power cut at once, and a file that has less than
   * it says is taken for a damaged one.
   */
  private void forceRows() {
    try {
      journal.force();
    } catch (IOException failure) {
      Log.get().error("{}: {}", journal.path(), FileFailure.describe(failure));
    }
  }

  private EndReason reason() {
    boolean ended = endReason == EndReason.PROCESS_GONE || endReason == EndReason.PROCESS_ZOMBIE;
    if (ended && stopped()) {
      return EndReason.SIGNAL;
    }
    // A command of ours is a zombie for a moment, until we have waited for it.
    return ended && target.isCommand() ? EndReason.PROCESS_GONE : endReason;
  }

  /** As Kafka gets it. */
  private final class Manifests implements ManifestFeed {

    @Override
    public byte[] now() throws Exception {
      return known(manifest).toJson();
    }

    @Override
    public byte[] sealed(JournalCursor end) throws Exception {
      return closing(end);
    }
  }

  /** On the shipper's thread: with what Kafka knows of earlier runs, if they are this file's. */
  private Manifest known(Manifest ours) throws Exception {
    Manifest earlier = inKafka.read();
    if (earlier == null) {
      return ours;
    }
    if (ours.isOfOtherRecordingThan(earlier)) {
      throw inKafka.otherRecording(earlier, journal);
    }
    if (!ours.sharesRunWith(earlier)) {
      inKafka.requireSameFile(earlier, journal);
    }
    inKafka.accept(earlier);
    return ours.goingOnAfter(earlier);
  }

  /** Called by the shipper, once all has arrived and was read back equal. */
  private byte[] closing(JournalCursor end) throws Exception {
    closing =
        isAll(end)
            ? manifest.sealed(end.chain(), end.lines())
            : manifest.closed(end.chain(), end.lines());
    return known(closing).toJson();
  }

  /**
   * Whether what has arrived is every line that was written, and the file still holds these. What
   * the topic equals would else not be what others find as the episode's file.
   */
  private boolean isAll(JournalCursor arrived) {
    try {
      return arrived.lines() == journal.lines()
          && arrived.position() == journal.length()
          && journal.alteration(arrived) == null
          && journal.lookAtAll() == null;
    } catch (IOException unreadable) {
      Log.get().error("{}: {}", journal.path(), FileFailure.describe(unreadable));
      return false;
    }
  }

  private void close(Shipper.Outcome outcome) {
    Long acknowledged = shipFigures == null ? null : shipFigures.acknowledged();
    boolean equal = outcome == Shipper.Outcome.EQUAL;
    manifest = equal ? closing : manifest.closed(chainOfFile(), acknowledged);
    writeManifest();
    // All of an equal file was looked at by whoever found it so.
    sayWhetherAltered(equal ? journal.look() : journal.lookAtAll());
  }

  /** Null if the disk refuses, or if the file does not hold what was written: nobody knows it. */
  private String chainOfFile() {
    try {
      // So that the manifest never names rows that a power cut can take, offline included.
      long length = journal.force();
      JournalCursor cursor = JournalCursor.atStart(journal);
      cursor.skipTo(length);
      return journal.alteration(cursor) == null ? cursor.chain() : null;
    } catch (IOException failure) {
      Log.get().error("{}: {}", journal.path(), FileFailure.describe(failure));
      return null;
    }
  }

  /** The last rows, and the proof that all have arrived, which may take as long as it advances. */
  private Shipper.Outcome finishShipping(Duration sampled) throws InterruptedException {
    shipper.complete();
    long limitNs = options.flushTimeout().toNanos();
    long deadlineNs = clock.monotonicNs() + limitNs;
    long readBack = 0;
    Shipper.Outcome outcome = shipper.await(LOOK_EVERY);
    while (outcome == Shipper.Outcome.SHIPPING && clock.monotonicNs() < deadlineNs) {
      sayWhetherAltered(journal.look());
      lookAtShipping();
      status.show(progress(sampled));
      outcome = shipper.await(LOOK_EVERY);
      if (shipFigures.rowsReadBack() > readBack) {
        readBack = shipFigures.rowsReadBack();
        deadlineNs = clock.monotonicNs() + limitNs;
      }
    }
    shipper.abandon();
    status.clear();
    return outcome;
  }

  /**
   * Says once that it can't, and once that it can again. While sampling goes on it is tried again:
   * without a manifest the rows of a run that is killed have no owner, and no run goes on in them.
   */
  private void writeManifest() {
    try {
      manifestFile.write(inKafka == null ? manifest : manifest.goingOnAfter(inKafka.accepted()));
      if (manifestBehind) {
        Log.get().info("{} is up to date again", manifestFile.path());
      }
      manifestBehind = false;
    } catch (IOException failure) {
      if (!manifestBehind) {
        Log.get()
            .error(
                "the manifest is not up to date: {}",
                FileFailure.describe(manifestFile.path(), failure));
      }
      manifestBehind = true;
    }
  }

  /** Leaves nothing behind that was started: command, broker, open files. */
  @Override
  public void close() throws IOException {
    if (status != null) {
      status.clear();
    }
    endSampling();
    if (target != null) {
      target.close();
    }
    if (connection != null) {
      connection.close();
    }
    if (journal != null) {
      journal.close();
    }
  }

  private void endSampling() {
    if (sampling == null) {
      return;
    }
    sampler.stop(EndReason.FAILURE);
    try {
      sampling.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
