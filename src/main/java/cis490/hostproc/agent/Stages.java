package cis490.hostproc.agent;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.sample.SampleLoop;
import cis490.hostproc.ship.ShipperThreads;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * What is done with an episode, stage by stage: opened, sampled, shipped, closed. Whatever may wait
 * for a disk is done by workers, one thing at a time for an episode, so that one disk that hangs
 * keeps no other episode from its next stage.
 */
final class Stages {

  private static final int WORKERS_MAX = 32;
  private static final long WORKER_IDLE_S = 10;

  private final SampleLoop loop;
  private final ShipperThreads shippers;
  private final boolean isShipping;
  private final Runnable onChange;
  private final Logger log;
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

  /** What is next for an episode, if anything is. For the agent's thread. */
  void advance(AgentEpisode episode) {
    if (episode.isBusy()) {
      return;
    }
    boolean isLookDue = episode.isLookDue(System.nanoTime());
    switch (episode.state()) {
      case NEW -> work(episode, () -> open(episode));
      case SAMPLING -> {
        if (episode.live().isSampled()) {
          work(episode, () -> end(episode));
        } else if (isLookDue || episode.hasMarks()) {
          work(episode, episode::look);
        }
      }
      case SHIPPING -> {
        if (episode.live().isShipped()) {
          work(episode, episode::finish);
        } else if (isLookDue) {
          work(episode, episode::look);
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

  private static void end(AgentEpisode episode) throws InterruptedException {
    episode.look();
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
      log.error(episode.id() + ": the episode has failed", failure);
      episode.refuse(failure.toString());
    } finally {
      episode.busy(false);
      onChange.run();
    }
  }
}
