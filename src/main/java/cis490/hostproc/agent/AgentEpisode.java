package cis490.hostproc.agent;

import cis490.hostproc.collect.LiveEpisode;
import cis490.hostproc.collect.Plan;
import cis490.hostproc.collect.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * An episode of the agent. The agent's thread says what is next; a worker does it, one thing at a
 * time, since all of it may wait for a disk.
 */
final class AgentEpisode {

  /** What is done with it. */
  enum State {
    /** Process and file are being opened. */
    OPENING,
    /** It has its ticks. */
    SAMPLING,
    /** Sampled; the rest of the rows is on its way. */
    SHIPPING,
    /** Nothing is left to do. */
    DONE
  }

  static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final Plan plan;
  private final ProcessKey process;
  private final @Nullable String rule;
  private final LiveEpisode live;
  private final Logger log;

  /** Written by the one worker that is at it, or by the agent's thread if none is. */
  private volatile State state = State.OPENING;

  private volatile boolean isBusy;
  private volatile @Nullable String refusal;
  private volatile @Nullable Result result;

  /** At first any: not all of them are looked at in one moment. */
  private long lookAtNs =
      System.nanoTime() + ThreadLocalRandom.current().nextLong(LOOK_EVERY.toNanos());

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

  ProcessKey process() {
    return process;
  }

  /** Null if no rule has found it. */
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
    state = next;
  }

  boolean isBusy() {
    return isBusy;
  }

  void busy(boolean now) {
    isBusy = now;
  }

  /** Why it could not begin; null if it could. */
  @Nullable String refusal() {
    return refusal;
  }

  void refuse(String why) {
    refusal = why;
    state = State.DONE;
  }

  /** Null before it is done, and if it never began. */
  @Nullable Result result() {
    return result;
  }

  /** When it is looked at next, {@link System#nanoTime()}. */
  long lookAtNs() {
    return lookAtNs;
  }

  void lookAt(long whenNs) {
    lookAtNs = whenNs;
  }

  /** The last step: whatever state it is in, nothing stays open. */
  void finish() {
    result = live.finish();
    close();
  }

  void close() {
    state = State.DONE;
    try {
      live.close();
    } catch (IOException failure) {
      log.warn("not closed: {}", failure.getMessage());
    }
  }
}
