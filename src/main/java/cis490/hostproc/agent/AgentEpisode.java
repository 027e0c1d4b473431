package cis490.hostproc.agent;

import cis490.hostproc.collect.LiveEpisode;
import cis490.hostproc.collect.Plan;
import cis490.hostproc.collect.Result;
import cis490.hostproc.control.ControlRequest;
import cis490.hostproc.episode.EpisodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * An episode of the agent. The agent's thread says what is next; a worker does it, one thing at a
 * time, since all of it may wait for a disk.
 */
final class AgentEpisode {

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** What is done with it. */
  enum State {
    /** Process and file are to be opened. */
    NEW,
    /** It has its ticks. */
    SAMPLING,
    /** Sampled, and the file is complete; the rest of the rows is on its way. */
    SHIPPING,
    /** Nothing is left to do. */
    DONE
  }

  /** A mark that is to be written, and who is told then: null, or what is wrong. */
  private record WaitingMark(ControlRequest.Mark mark, Consumer<@Nullable String> onWritten) {}

  private final Plan plan;
  private final ProcessKey process;
  private final @Nullable String rule;
  private final LiveEpisode live;
  private final Logger log;
  private final Queue<WaitingMark> marks = new ConcurrentLinkedQueue<>();

  /** Written by the one worker that is at it, or by the agent's thread if none is. */
  private volatile State state = State.NEW;

  private volatile boolean isBusy;

  /** Whether it was to go on while it was busy. */
  private volatile boolean isAwaited;

  private volatile @Nullable String refusal;
  private volatile @Nullable Result result;

  private Events.Told told = Events.Told.NOTHING;

  /** When it began to be sampled, {@link System#nanoTime()}. */
  private volatile long begunNs;

  /** At first any: not all of them are looked at in one moment. */
  private long lookAtNs =
      System.nanoTime() + ThreadLocalRandom.current().nextLong(LOOK_EVERY.toNanos());

  /** {@code rule} is null if no rule has found it. */
  AgentEpisode(Plan plan, ProcessKey process, @Nullable String rule) {
    this.plan = plan;
    this.process = process;
    this.rule = rule;
    this.live = new LiveEpisode(plan);
    this.log = plan.log().get();
  }

  Plan plan() {
    return plan;
  }

  EpisodeId id() {
    return plan.episode();
  }

  ProcessKey process() {
    return process;
  }

  @Nullable String rule() {
    return rule;
  }

  LiveEpisode live() {
    return live;
  }

  Logger log() {
    return log;
  }

  State state() {
    return state;
  }

  void become(State next) {
    if (next == State.SAMPLING) {
      begunNs = System.nanoTime();
    }
    state = next;
  }

  long begunNs() {
    return begunNs;
  }

  /** What its events have told so far. */
  Events.Told told() {
    return told;
  }

  void tell(Events.Told what) {
    told = what;
  }

  boolean isBusy() {
    return isBusy;
  }

  void busy(boolean now) {
    isBusy = now;
  }

  boolean isAwaited() {
    return isAwaited;
  }

  void awaited(boolean now) {
    isAwaited = now;
  }

  /** Why it could not begin, or go on; null if it could. */
  @Nullable String refusal() {
    return refusal;
  }

  /** Null before it is done, and if it never began. */
  @Nullable Result result() {
    return result;
  }

  /** True once every second or so. */
  boolean isLookDue(long nowNs) {
    boolean isDue = nowNs - lookAtNs >= 0;
    if (isDue) {
      lookAtNs = nowNs + LOOK_EVERY.toNanos();
    }
    return isDue;
  }

  void add(ControlRequest.Mark mark, Consumer<@Nullable String> onWritten) {
    marks.add(new WaitingMark(mark, onWritten));
  }

  boolean hasMarks() {
    return !marks.isEmpty();
  }

  /** Looks after it, one of so many, and writes the marks that wait. */
  void look(int episodes) {
    for (WaitingMark each = marks.poll(); each != null; each = marks.poll()) {
      each.onWritten().accept(problem(each.mark()));
    }
    live.look(episodes);
  }

  private @Nullable String problem(ControlRequest.Mark mark) {
    try {
      live.mark(mark.name(), mark.detail(), mark.monoNs(), mark.wallNs());
      return null;
    } catch (IllegalStateException tooMany) {
      return "episode " + id() + " " + tooMany.getMessage();
    }
  }

  /** Nothing more is done. */
  void refuse(String why) {
    refusal = why;
    close();
  }

  /** The last step: nothing stays open. */
  void finish() {
    result = live.finish();
    close();
  }

  private void close() {
    for (WaitingMark each = marks.poll(); each != null; each = marks.poll()) {
      each.onWritten().accept("episode " + id() + " has ended");
    }
    try {
      live.close();
    } catch (IOException failure) {
      log.warn("not closed: {}", failure.getMessage());
    }
    state = State.DONE;
  }
}
