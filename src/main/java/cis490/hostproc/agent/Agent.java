package cis490.hostproc.agent;

import cis490.hostproc.collect.Plan;
import cis490.hostproc.collect.Result;
import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.config.Rule;
import cis490.hostproc.control.ControlHandler;
import cis490.hostproc.control.ControlRequest;
import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.kafka.ClientPool;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.proc.ProcessFacts;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.sample.SystemClock;
import cis490.hostproc.ship.Shipper;
import cis490.hostproc.ship.ShipperThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Records every process of a host that its rules describe, or that it is asked for: one thread
 * samples all of them, some threads ship all of them, and the calling thread says what comes next.
 * Each episode's trouble is its own.
 *
 * <p>What lies unsealed under the output, of an earlier agent or of {@code collect}, is gone on
 * with if its process lives, and else is shipped and sealed in the background.
 */
public final class Agent {

  private static final int SHIPPER_THREADS = 2;
  private static final int SHIPPER_THREADS_MAX = 64;
  private static final Duration ROUND_MAX = Duration.ofMillis(250);
  private static final Duration CLOSES_WITHIN = Duration.ofSeconds(5);

  private final @Nullable Connector connector;
  private final Logger log;
  private final EpisodeLogs logs;
  private final Path procRoot;
  private final Discovery discovery;
  private final ClientPool clients = new ClientPool();
  private final Semaphore calls = new Semaphore(0);
  private final SampleLoop loop = new SampleLoop(new SystemClock(), calls::release);
  private final Roster roster = new Roster();
  private final Admission admission;
  private final Unfinished unfinished;
  private final Stages stages;
  private final Orders orders;
  private final ServiceManager manager;
  private final Events events;
  private final Shelf shelf;
  private final AtomicReference<@Nullable AgentConfig> newConfig = new AtomicReference<>();
  private AgentConfig config;
  private @Nullable LeftBehind leftBehind;
  private final Phases phases = new Phases();
  private long saidAliveNs;
  private volatile boolean isStopped;

  /**
   * Opens nothing yet.
   *
   * @param config what it is to do
   * @param connector the way to the brokers; null if nothing is shipped
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @param manager is told what it does
   * @param log of the agent and all its episodes
   */
  public Agent(
      AgentConfig config,
      @Nullable Connector connector,
      Path procRoot,
      ServiceManager manager,
      Logger log) {
    this.config = config;
    this.connector = connector == null ? null : () -> connector.connect().shared(clients);
    this.procRoot = procRoot;
    this.manager = manager;
    this.log = log;
    this.logs = new EpisodeLogs(log);
    this.shelf = new Shelf(config);
    this.events = new Events(config.events(), log);
    this.orders = new Orders(roster, events, calls::release);
    this.discovery = new Discovery(procRoot, log);
    this.admission = new Admission(log);
    this.unfinished = new Unfinished(procRoot);
    ShipperThreads shippers = new ShipperThreads(SHIPPER_THREADS, SHIPPER_THREADS_MAX);
    this.stages = new Stages(loop, shippers, connector != null, calls::release, log);
  }

  /**
   * Does what clients of the control socket ask for, while it runs.
   *
   * @return for any thread
   */
  public ControlHandler control() {
    return orders;
  }

  /** Ends all episodes in good order, and then {@link #run}. For any thread. */
  public void stop() {
    isStopped = true;
    calls.release();
  }

  /**
   * Goes on by another configuration: episodes of rules that are gone end, the others are not
   * touched. Where rows are shipped to, where they lie, and the priority stay as they were. For any
   * thread.
   *
   * @param changed what it is to do now
   */
  public void reload(AgentConfig changed) {
    newConfig.set(changed);
    calls.release();
  }

  /**
   * Records until it is stopped.
   *
   * @throws UnknownUserException if a rule names a user that is not known
   * @throws FailedException if it can't begin; nothing was recorded then
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void run() throws FailedException, InterruptedException {
    OpenFiles.require(config.limits().episodes());
    discovery.follow(config.watch());
    shelf.prepare();
    List<Recorded> unsealed = readShelf();
    Long sealedDays = config.keepSealedDays();
    if (sealedDays != null) {
      new Clearing(shelf, sealedDays, log).start();
    }
    Thread sampling = new Thread(this::sample, "hostproc-sampler");
    sampling.start();
    try {
      record(unsealed);
    } finally {
      endAll();
    }
    sampling.join(CLOSES_WITHIN.toMillis());
  }

  private void sample() {
    config.priority().take(log::warn);
    loop.run();
  }

  private void record(List<Recorded> unsealed) throws InterruptedException {
    long lookAtNs = System.nanoTime();
    boolean isFirst = true;
    while (!isStopped) {
      takeNewConfig();
      orders.take(this::begin);
      if (System.nanoTime() - lookAtNs >= 0) {
        lookAtNs = System.nanoTime() + Duration.ofMillis(config.lookEveryMs()).toNanos();
        look();
        logs.flush(System.nanoTime());
        sayAlive();
      }
      stages.advance(roster.all());
      roster.all().forEach(events::follow);
      leaveBehindTooMany();
      orders.take(this::begin);
      forgetDone();
      if (isFirst && !roster.isAny(AgentEpisode.State.NEW)) {
        isFirst = false;
        shipLeftBehind(unsealed);
        manager.ready(status());
      }
      await(lookAtNs);
    }
  }

  private void await(long lookAtNs) throws InterruptedException {
    long restNs = Math.min(lookAtNs - System.nanoTime(), ROUND_MAX.toNanos());
    if (calls.tryAcquire(Math.max(1, restNs), TimeUnit.NANOSECONDS)) {
      calls.drainPermits();
    }
  }

  private void sayAlive() {
    long nowNs = System.nanoTime();
    Duration limit = manager.watchdogInterval().orElse(Duration.ofMinutes(1));
    if (nowNs - saidAliveNs >= limit.toNanos() / 4) {
      saidAliveNs = nowNs;
      manager.watchdog();
      manager.status(status());
    }
  }

  private String status() {
    int waiting = leftBehind == null ? 0 : leftBehind.count();
    return roster.size() + " episodes" + (waiting == 0 ? "" : ", " + waiting + " left behind");
  }

  /** All unsealed episodes; those of live processes are kept in mind. */
  private List<Recorded> readShelf() throws FailedException {
    Shelf.Content content;
    try {
      content = shelf.read();
    } catch (IOException unreadable) {
      throw new FailedException(
          "output " + shelf.folder() + ": " + unreadable.getMessage(), unreadable);
    }
    content.episodes().forEach(unfinished::add);
    if (!content.foreign().isEmpty()) {
      log.warn(
          "{} files under {} have no manifest of hostproc and are left alone: {}{}",
          content.foreign().size(),
          shelf.folder(),
          content.foreign().get(0),
          content.foreign().size() > 1 ? ", …" : "");
    }
    return content.episodes().stream().filter(Recorded::isUnsealed).toList();
  }

  /** What no live process has gone on with. */
  private void shipLeftBehind(List<Recorded> unsealed) {
    if (connector == null) {
      return;
    }
    List<Recorded> left = new ArrayList<>(unsealed);
    left.removeIf(each -> roster.get(each.episode()) != null);
    if (!left.isEmpty()) {
      log.info("{} episodes were left unsealed; they are shipped in the background", left.size());
    }
    leftBehind = new LeftBehind(connector, linger(), logs);
    leftBehind.add(left);
  }

  /**
   * In a long outage more and more episodes have ended and can't be shipped. They must not keep new
   * ones from beginning: the oldest are closed, and shipped from their files later.
   */
  private void leaveBehindTooMany() {
    if (leftBehind != null && roster.size() - roster.sampled() > config.limits().episodes()) {
      roster.firstShipped().ifPresent(stages::giveUp);
    }
  }

  /** Whether it was closed before all had arrived, though nothing stands in the way for good. */
  private static boolean isUnshipped(Result result) {
    return result.shipping() != null
        && result.shipping().outcome() == Shipper.Outcome.SHIPPING
        && result.alteration() == null;
  }

  private Duration linger() {
    return Duration.ofMillis(config.kafka().lingerMs());
  }

  private void takeNewConfig() throws InterruptedException {
    AgentConfig changed = newConfig.getAndSet(null);
    if (changed == null) {
      return;
    }
    manager.reloading();
    try {
      discovery.follow(changed.watch());
      config = changed;
      admission.clear();
      log.info("read the configuration again: {}", endThoseWithoutRule());
    } catch (FailedException unknown) {
      log.error("the configuration stays as it was: {}", unknown.getMessage());
    }
    manager.ready(status());
  }

  private String endThoseWithoutRule() {
    Set<String> rules = new HashSet<>();
    config.watch().forEach(rule -> rules.add(rule.name()));
    long ending = 0;
    for (AgentEpisode each : roster.all()) {
      if (each.rule() != null && !rules.contains(each.rule())) {
        each.live().stop(EndReason.RULE_GONE);
        ending++;
      }
    }
    return rules.size() + " rules, " + ending + " episodes end";
  }

  private void look() {
    Set<ProcessKey> there = new HashSet<>();
    for (Found each : discovery.look(System.nanoTime())) {
      ProcessKey process = ProcessKey.of(each.process());
      there.add(process);
      if (roster.of(process) == null) {
        begin(each, process);
      }
    }
    admission.keepOnly(there);
  }

  private void begin(Found found, ProcessKey process) {
    Recorded before = unfinished.of(process);
    EpisodeId id;
    try {
      id = before == null ? found.episode() : before.episode();
    } catch (IllegalArgumentException invalid) {
      refuse(found, process, invalid.getMessage() + "; change the rule's episode");
      return;
    }
    String problem = admission.problem(config.limits(), roster.sampled(), shelf.folder());
    AgentEpisode other = roster.get(id);
    if (other != null) {
      problem = "process " + other.process().pid() + " is recorded as " + id + " already";
    }
    if (problem != null) {
      refuse(found, process, problem);
    } else if (!admission.isFailed(process, System.nanoTime()) && isFree(id)) {
      sayIfSeveral(found);
      Long intervalMs = before == null ? null : before.manifest().beginning().intervalMs();
      begin(
          id,
          process,
          found.rule().name(),
          place(id, before),
          grid(intervalMs == null ? found.rule().intervalMs() : intervalMs));
    }
  }

  /** False while its file is shipped in the background. */
  private boolean isFree(EpisodeId id) {
    return leftBehind == null || leftBehind.remove(id);
  }

  private void refuse(Found found, ProcessKey process, @Nullable String why) {
    admission.refuse(process, found.process().name(), found.rule().name(), String.valueOf(why));
  }

  private void sayIfSeveral(Found found) {
    if (found.rules().size() > 1) {
      log.warn(
          "process {} ({}) fits the rules {}; it is recorded by the first",
          found.process().pid(),
          found.process().name(),
          String.join(", ", found.rules().stream().map(Rule::name).toList()));
    }
  }

  /** Where an episode's rows and its manifest are. */
  private record Place(Path rows, ManifestFile manifest) {}

  private Place place(EpisodeId id, @Nullable Recorded before) {
    if (before != null) {
      return new Place(before.rows(), before.manifestFile());
    }
    Path rows = shelf.rows(id);
    return new Place(rows, shelf.manifestFile(id, rows));
  }

  private Plan.Grid grid(long intervalMs) {
    return new Plan.Grid(intervalMs, Long.MAX_VALUE, null, false, phases.next(intervalMs));
  }

  /** Somebody asks for an episode. */
  private AgentEpisode begin(ControlRequest.Start start) throws FailedException {
    ProcessFacts process =
        ProcessFacts.of(procRoot, start.pid())
            .orElseThrow(() -> new FailedException("there is no process " + start.pid()));
    AgentEpisode other = roster.of(ProcessKey.of(process));
    if (other != null) {
      throw new FailedException(
          "process " + start.pid() + " is being recorded as the episode " + other.id());
    }
    if (roster.get(start.episode()) != null || !isFree(start.episode())) {
      throw new FailedException("the episode " + start.episode() + " is at work already");
    }
    String problem = admission.problem(config.limits(), roster.sampled(), shelf.folder());
    if (problem != null) {
      throw new FailedException(problem);
    }
    Path output = start.output();
    Path rows = output == null ? shelf.rows(start.episode()) : output;
    long intervalMs = start.intervalMs() == null ? config.intervalMs() : start.intervalMs();
    return begin(
        start.episode(),
        ProcessKey.of(process),
        null,
        new Place(rows, shelf.manifestFile(start.episode(), rows)),
        new Plan.Grid(intervalMs, Long.MAX_VALUE, start.monoOriginNs(), true, null));
  }

  private AgentEpisode begin(
      EpisodeId id, ProcessKey process, @Nullable String rule, Place place, Plan.Grid grid) {
    Logger episodeLog = logs.of(id);
    Duration flushTimeout = Duration.ofSeconds(config.flushTimeoutS());
    Plan plan =
        new Plan(
            id,
            place.rows(),
            place.manifest(),
            false,
            new Plan.Subject(procRoot, process.pid(), List.of()),
            grid,
            connector == null ? null : new Plan.Shipping(connector, linger(), flushTimeout),
            () -> episodeLog);
    AgentEpisode episode = new AgentEpisode(plan, process, rule);
    roster.add(episode);
    events.follow(episode);
    stages.advance(List.of(episode));
    return episode;
  }

  /** A rule that comes back finds it again: it goes on as the same episode. */
  private void rememberIfItLives(AgentEpisode episode) {
    unfinished.remove(episode.process());
    if (episode.result() != null
        && episode.result().manifest().ending().endReason() == EndReason.RULE_GONE) {
      unfinished.add(Recorded.of(episode));
    }
  }

  private void forgetDone() {
    for (AgentEpisode each : roster.removeDone()) {
      events.follow(each);
      rememberIfItLives(each);
      discovery.forget(each.process().pid());
      Result result = each.result();
      if (result == null) {
        admission.fail(each, System.nanoTime());
      } else if (leftBehind != null && isUnshipped(result)) {
        each.log().warn(ResultText.of(result));
        leftBehind.add(List.of(Recorded.of(each)));
      } else if (result.isComplete()) {
        each.log().info(ResultText.of(result));
      } else {
        each.log().error(ResultText.of(result));
      }
    }
  }

  /** Ends all, and waits for the last rows as long as the configuration allows. */
  private void endAll() throws InterruptedException {
    manager.stopping();
    orders.close();
    roster.all().forEach(each -> each.live().stop());
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(config.flushTimeoutS()).toNanos();
    while (roster.size() > 0 && System.nanoTime() - deadlineNs < 0) {
      stages.advance(roster.all());
      forgetDone();
      await(deadlineNs);
    }
    if (leftBehind != null) {
      leftBehind.close();
    }
    giveUp();
    loop.close();
    logs.flush(Long.MAX_VALUE);
    events.close();
    clients.close();
  }

  private void giveUp() throws InterruptedException {
    long deadlineNs = System.nanoTime() + CLOSES_WITHIN.toNanos();
    roster.all().forEach(stages::giveUp);
    while (roster.isAnyBusy() && System.nanoTime() - deadlineNs < 0) {
      await(deadlineNs);
    }
    forgetDone();
  }
}
