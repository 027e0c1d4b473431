package cis490.hostproc.agent;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.ship.ShipperThreads;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Collection;
import org.slf4j.Logger;

/**
 * What is done with an episode, stage by stage: opened, sampled, shipped, closed. Whatever may wait
 * for a disk is done by workers, one thing at a time for an episode, so that one disk that hangs
 * keeps no other episode from its next stage.
 */
final class Stages {

  private final SampleLoop loop;
  private final ShipperThreads shippers;
  private final boolean isShipping;
  private final Runnable onChange;
  private final Logger log;
  private final Workers workers = new Workers();

  /** {@code onChange} is called by any thread when an episode may have a next stage. */
  Stages(
      SampleLoop loop, ShipperThreads shippers, boolean isShipping, Runnable onChange, Logger log) {
    this.loop = loop;
    this.shippers = shippers;
    this.isShipping = isShipping;
    this.onChange = onChange;
    this.log = log;
  }

  /** Part of an episode's life. */
  @FunctionalInterface
  private interface Work {
    void run() throws InterruptedException;
  }

  /** Each episode's next stage, if it has come. To be called often, by the agent's thread. */
  void advance(Collection<AgentEpisode> all) {
    long nowNs = System.nanoTime();
    for (AgentEpisode each : all) {
      each.awaited(true);
      if (!each.isBusy()) {
        each.awaited(false);
        advance(each, nowNs, all.size());
      }
    }
    workers.check(nowNs);
  }

  private void advance(AgentEpisode episode, long nowNs, int episodes) {
    boolean isLookDue = episode.isLookDue(nowNs);
    switch (episode.state()) {
      case NEW -> work(episode, () -> open(episode));
      case SAMPLING -> {
        if (episode.live().isSampled()) {
          work(episode, () -> end(episode, episodes));
        } else if (isLookDue || episode.hasMarks()) {
          work(episode, () -> episode.look(episodes));
        }
      }
      case SHIPPING -> {
        if (episode.live().isShipped()) {
          work(episode, episode::finish);
        } else if (isLookDue) {
          work(episode, () -> episode.look(episodes));
        }
      }
      case DONE -> {
        // Nothing is left to do.
      }
    }
  }

  private void open(AgentEpisode episode) throws InterruptedException {
    try {
      episode.live().open();
    } catch (FailedException refusal) {
      episode.refuse(String.valueOf(refusal.getMessage()));
      return;
    }
    episode.live().sample(loop);
    if (isShipping) {
      episode.live().ship(shippers, new CompositeMeterRegistry(), onChange);
    }
    episode.become(AgentEpisode.State.SAMPLING);
  }

  private static void end(AgentEpisode episode, int episodes) throws InterruptedException {
    episode.look(episodes);
    episode.live().end();
    episode.become(AgentEpisode.State.SHIPPING);
  }

  /** What has not arrived by now is safe in the file, and the next agent ships it. */
  void giveUp(AgentEpisode episode) {
    if (!episode.isBusy() && episode.state() == AgentEpisode.State.SHIPPING) {
      work(episode, episode::finish);
    }
  }

  private void work(AgentEpisode episode, Work work) {
    episode.busy(true);
    workers.execute(() -> run(episode, work));
  }

  private void run(AgentEpisode episode, Work work) {
    AgentEpisode.State before = episode.state();
    try {
      work.run();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error failure) {
      log.error(episode.id() + ": the episode has failed", failure);
      episode.refuse(failure.toString());
    } finally {
      episode.busy(false);
      // Most looks change nothing.
      if (episode.state() != before || episode.isAwaited()) {
        onChange.run();
      }
    }
  }
}
