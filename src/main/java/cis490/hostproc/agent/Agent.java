package cis490.hostproc.agent;

import cis490.hostproc.collect.Plan;
import cis490.hostproc.collect.Result;
import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.config.Rule;
import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.kafka.ClientPool;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.proc.Host;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.sample.SystemClock;
import cis490.hostproc.ship.ShipperThreads;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Records every process of a host that its rules describe: one thread samples all of them, some
 * threads ship all of them, and the calling thread says what comes next. Each episode's trouble is
 * its own.
 *
 * <p>What lies unsealed under the output, of an earlier agent or of {@code collect}, is gone on
 * with if its process lives, and else is shipped and sealed in the background.
 */
public final class Agent {

  private static final int SHIPPER_THREADS = 2;
  private static final int SHIPPER_THREADS_MAX = 64;
  private static final int WORKERS_MAX = 32;
  private static final long WORKER_IDLE_S = 10;

  /** First ticks are spread over so much, or over an interval that is shorter. */
  private static final long SPREAD_NS = Duration.ofMillis(100).toNanos();

  /** The golden ratio: however many there are, no two come close. */
  private static final double SPREAD_STEP = 0.618_033_988_749_895;

  private final @Nullable Connector connector;
  private final Logger log;
  private final EpisodeLogs logs;
  private final Path procRoot;
  private final Host host;
  private final Discovery discovery;
  private final ClientPool clients = new ClientPool();
  private final Semaphore calls = new Semaphore(0);
  private final SampleLoop loop = new SampleLoop(new SystemClock(), calls::release);
  private final ShipperThreads shippers = new ShipperThreads(SHIPPER_THREADS, SHIPPER_THREADS_MAX);
  private final ThreadPoolExecutor workers =
      new ThreadPoolExecutor(
          0,
          WORKERS_MAX,
          WORKER_IDLE_S,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "hostproc-worker");
            thread.setDaemon(true);
            return thread;
          });

  private final Map<EpisodeId, AgentEpisode> episodes = new LinkedHashMap<>();
  private final Map<ProcessKey, AgentEpisode> byProcess = new HashMap<>();

  /** Unsealed episodes of live processes, which go on as soon as a rule finds these. */
  private final Map<ProcessKey, Recorded> unfinished = new HashMap<>();

  /** Processes that can't be recorded, and why: said once of each. */
  private final Map<ProcessKey, String> refused = new HashMap<>();

  private final AtomicReference<@Nullable AgentConfig> newConfig = new AtomicReference<>();
  private AgentConfig config;
  private Shelf shelf;
  private @Nullable LeftBehind leftBehind;
  private long begun;
  private volatile boolean isStopped;

  /**
   * Opens nothing yet.
   *
   * @param config what it is to do
   * @param connector the way to the brokers; null if nothing is shipped
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @param log of the agent and all its episodes
   */
  public Agent(AgentConfig config, @Nullable Connector connector, Path procRoot, Logger log) {
    this.config = config;
    this.connector = connector == null ? null : () -> connector.connect().shared(clients);
    this.procRoot = procRoot;
    this.log = log;
    this.logs = new EpisodeLogs(log);
    this.shelf = new Shelf(config);
    this.host = Host.read(procRoot);
    this.discovery = new Discovery(procRoot, log);
  }

  /** Ends all episodes in good order, and then {@link #run}. For any thread. */
  public void stop() {
    isStopped = true;
    calls.release();
  }

  /**
   * Goes on by another configuration: episodes of rules that are gone end, the others are not
   * touched. Where rows are shipped to, and where they lie, stays as it was. For any thread.
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
   * @throws FailedException if it can't begin; nothing was recorded then
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void run() throws FailedException, InterruptedException {
    OpenFiles.require(config.limits().episodes());
    discovery.follow(config.watch());
    List<Recorded> unsealed = readShelf();
    new Thread(loop::run, "hostproc-sampler").start();
    long lookAtNs = System.nanoTime();
    try {
      while (!isStopped) {
        takeNewConfig();
        if (System.nanoTime() - lookAtNs >= 0) {
          lookAtNs = System.nanoTime() + Duration.ofMillis(config.lookEveryMs()).toNanos();
          look();
          logs.flush(System.nanoTime());
          if (unsealed != null && openingCount() == 0) {
            shipLeftBehind(unsealed);
            unsealed = null;
          }
        }
        episodes.values().forEach(this::advance);
        forgetDone();
        await(Math.min(lookAtNs, nextLookAtNs()));
      }
    } finally {
      endAll();
    }
  }

  private long openingCount() {
    return episodes.values().stream()
        .filter(each -> each.state() == AgentEpisode.State.OPENING)
        .count();
  }

  private long nextLookAtNs() {
    return System.nanoTime() + AgentEpisode.LOOK_EVERY.toNanos() / Math.max(1, episodes.size());
  }

  private void await(long untilNs) throws InterruptedException {
    if (calls.tryAcquire(Math.max(1, untilNs - System.nanoTime()), TimeUnit.NANOSECONDS)) {
      calls.drainPermits();
    }
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
    for (Recorded each : content.episodes()) {
      Long pid = each.manifest().beginning().pid();
      Long start = each.manifest().beginning().processStartTicks();
      boolean isOfThisBoot = host.bootId().equals(each.manifest().beginning().bootId());
      boolean isRetired = each.manifest().state() == cis490.hostproc.episode.Manifest.State.RETIRED;
      if (isOfThisBoot && host.known() && pid != null && start != null && !isRetired) {
        unfinished.put(new ProcessKey(pid, start), each);
      }
    }
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
    left.removeIf(each -> episodes.containsKey(each.episode()));
    if (!left.isEmpty()) {
      log.info("{} episodes were left unsealed; they are shipped in the background", left.size());
    }
    leftBehind = new LeftBehind(connector, linger(), logs);
    leftBehind.add(left);
  }

  private Duration linger() {
    return Duration.ofMillis(config.kafka().lingerMs());
  }

  private void takeNewConfig() throws InterruptedException {
    AgentConfig changed = newConfig.getAndSet(null);
    if (changed == null) {
      return;
    }
    try {
      discovery.follow(changed.watch());
    } catch (FailedException unknown) {
      log.error("the configuration stays as it was: {}", unknown.getMessage());
      return;
    }
    config = changed;
    refused.clear();
    Set<String> rules = new HashSet<>();
    changed.watch().forEach(rule -> rules.add(rule.name()));
    long ending = 0;
    for (AgentEpisode each : episodes.values()) {
      if (each.rule() != null && !rules.contains(each.rule())) {
        each.live().stop(EndReason.RULE_GONE);
        ending++;
      }
    }
    log.info("read the configuration again: {} rules, {} episodes end", rules.size(), ending);
  }

  private void look() {
    List<Found> found = discovery.look(System.nanoTime());
    Set<ProcessKey> there = new HashSet<>();
    for (Found each : found) {
      ProcessKey process = new ProcessKey(each.process().pid(), each.process().startTimeTicks());
      there.add(process);
      if (!byProcess.containsKey(process)) {
        begin(each, process);
      }
    }
    refused.keySet().retainAll(there);
  }

  private void begin(Found found, ProcessKey process) {
    Recorded before = unfinished.get(process);
    String problem = before == null ? problem(found) : null;
    if (problem == null) {
      problem = hostProblem();
    }
    if (problem != null) {
      refuse(process, found, problem);
      return;
    }
    EpisodeId id = before == null ? found.episode() : before.episode();
    if (episodes.containsKey(id)) {
      refuse(process, found, "another process is being recorded as the episode " + id);
    } else if (leftBehind == null || leftBehind.remove(id)) {
      sayIfSeveral(found);
      begin(id, process, found.rule(), before);
    }
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

  private void refuse(ProcessKey process, Found found, String problem) {
    if (!problem.equals(refused.put(process, problem))) {
      log.error(
          "process {} ({}, rule {}) is not recorded: {}",
          process.pid(),
          found.process().name(),
          found.rule().name(),
          problem);
    }
  }

  /** Why it can't be an episode; null if it can. */
  private @Nullable String problem(Found found) {
    try {
      EpisodeId unused = found.episode();
      return null;
    } catch (IllegalArgumentException invalid) {
      return invalid.getMessage() + "; change the rule's episode";
    }
  }

  /** Why no further episode can begin now. */
  private @Nullable String hostProblem() {
    long most = config.limits().episodes();
    if (episodes.size() >= most) {
      return "limits.episodes: " + most + " episodes run already";
    }
    Path folder = shelf.folder();
    while (!Files.exists(folder) && folder.toAbsolutePath().getParent() != null) {
      folder = folder.toAbsolutePath().getParent();
    }
    try {
      long freeBytes = Files.getFileStore(folder).getUsableSpace();
      return freeBytes >= config.limits().freeDiskBytes()
          ? null
          : "limits.free_disk: " + folder + " has less than that left";
    } catch (IOException unknown) {
      return null;
    }
  }

  private void begin(EpisodeId id, ProcessKey process, Rule rule, @Nullable Recorded before) {
    Path rows = before == null ? shelf.rows(id) : before.rows();
    Long intervalBefore = before == null ? null : before.manifest().beginning().intervalMs();
    long intervalMs = intervalBefore == null ? rule.intervalMs() : intervalBefore;
    Logger episodeLog = logs.of(id);
    Plan plan =
        new Plan(
            id,
            rows,
            before == null ? shelf.manifestFile(id, rows) : before.manifestFile(),
            false,
            new Plan.Subject(procRoot, process.pid(), List.of()),
            new Plan.Grid(intervalMs, Long.MAX_VALUE, null, false, spreadNs(intervalMs)),
            connector == null
                ? null
                : new Plan.Shipping(
                    connector, linger(), Duration.ofSeconds(config.flushTimeoutS())),
            () -> episodeLog);
    AgentEpisode episode = new AgentEpisode(plan, process, rule.name());
    episodes.put(id, episode);
    byProcess.put(process, episode);
    work(episode, () -> open(episode));
  }

  private long spreadNs(long intervalMs) {
    double part = begun++ * SPREAD_STEP % 1;
    return (long) (part * Math.min(SPREAD_NS, Duration.ofMillis(intervalMs).toNanos()));
  }

  private void open(AgentEpisode episode) throws InterruptedException {
    try {
      episode.live().open();
    } catch (FailedException refusal) {
      episode.refuse(String.valueOf(refusal.getMessage()));
      episode.close();
      return;
    }
    episode.live().sample(loop);
    if (connector != null) {
      episode.live().ship(shippers, new CompositeMeterRegistry(), calls::release);
    }
    episode.become(AgentEpisode.State.SAMPLING);
  }

  /** What is next for an episode, if anything is. */
  private void advance(AgentEpisode episode) {
    if (episode.isBusy()) {
      return;
    }
    boolean isLookDue = System.nanoTime() - episode.lookAtNs() >= 0;
    if (isLookDue) {
      episode.lookAt(System.nanoTime() + AgentEpisode.LOOK_EVERY.toNanos());
    }
    switch (episode.state()) {
      case SAMPLING -> {
        if (episode.live().isSampled()) {
          work(episode, () -> end(episode));
        } else if (isLookDue) {
          work(episode, episode.live()::look);
        }
      }
      case SHIPPING -> {
        if (episode.live().isShipped()) {
          work(episode, episode::finish);
        } else if (isLookDue) {
          work(episode, episode.live()::look);
        }
      }
      default -> {
        // It is being opened, or is done.
      }
    }
  }

  private void end(AgentEpisode episode) throws InterruptedException {
    episode.live().end();
    episode.become(AgentEpisode.State.SHIPPING);
  }

  /** Part of an episode's life, which may wait for a disk. */
  @FunctionalInterface
  private interface Work {
    void run() throws InterruptedException;
  }

  private void work(AgentEpisode episode, Work work) {
    episode.busy(true);
    try {
      workers.execute(() -> run(episode, work));
    } catch (RejectedExecutionException allWait) {
      // The next round tries again.
      episode.busy(false);
    }
  }

  private void run(AgentEpisode episode, Work work) {
    try {
      work.run();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error failure) {
      log.error("{}: the episode has failed", episode.plan().episode(), failure);
      episode.close();
    } finally {
      episode.busy(false);
      calls.release();
    }
  }

  private void forgetDone() {
    List<AgentEpisode> done =
        episodes.values().stream()
            .filter(each -> each.state() == AgentEpisode.State.DONE && !each.isBusy())
            .toList();
    for (AgentEpisode each : done) {
      say(each);
      episodes.remove(each.plan().episode());
      ProcessKey process = each.process();
      byProcess.remove(process);
      unfinished.remove(process);
      if (each.refusal() != null) {
        refused.put(process, each.refusal());
      }
      discovery.forget(process.pid());
    }
  }

  private void say(AgentEpisode episode) {
    Result result = episode.result();
    if (result == null) {
      episode.log().error("not recorded: {}", episode.refusal());
      return;
    }
    String text = ResultText.of(result);
    if (result.isComplete()) {
      episode.log().info(text);
    } else {
      episode.log().error(text);
    }
  }

  /** Ends all, and waits for the last rows as long as the configuration allows. */
  private void endAll() throws InterruptedException {
    episodes.values().forEach(each -> each.live().stop());
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(config.flushTimeoutS()).toNanos();
    while (!episodes.isEmpty() && System.nanoTime() - deadlineNs < 0) {
      episodes.values().forEach(this::advance);
      forgetDone();
      await(System.nanoTime() + AgentEpisode.LOOK_EVERY.toNanos());
    }
    if (leftBehind != null) {
      leftBehind.close();
    }
    giveUp();
    loop.close();
    logs.flush(Long.MAX_VALUE);
    clients.close();
  }

  /** What has not arrived by now is safe in the files, and the next agent ships it. */
  private void giveUp() throws InterruptedException {
    for (AgentEpisode each : episodes.values()) {
      if (!each.isBusy() && each.state() == AgentEpisode.State.SHIPPING) {
        work(each, each::finish);
      }
    }
    long deadlineNs = System.nanoTime() + AgentEpisode.LOOK_EVERY.toNanos() * 5;
    while (episodes.values().stream().anyMatch(AgentEpisode::isBusy)
        && System.nanoTime() - deadlineNs < 0) {
      await(System.nanoTime() + AgentEpisode.LOOK_EVERY.toNanos());
    }
    forgetDone();
  }
}
