package cis490.hostproc.agent;

import cis490.hostproc.archive.FileShipment;
import cis490.hostproc.collect.Log;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.kafka.Connector;
import cis490.hostproc.ship.Shipper;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ships and seals the episodes that others have left unsealed, one after the other, on a thread of
 * its own. What can't be shipped is named once and left as it is.
 */
final class LeftBehind implements AutoCloseable {

  private final Connector connector;
  private final Duration linger;
  private final EpisodeLogs logs;
  private final Thread thread = new Thread(this::run, "hostproc-left-behind");

  /** Guarded by this, as all that follows. */
  private final Deque<Recorded> queue = new ArrayDeque<>();

  private final Set<EpisodeId> refused = new HashSet<>();
  private @Nullable Recorded current;
  private @Nullable FileShipment shipment;
  private boolean isClosed;

  LeftBehind(Connector connector, Duration linger, EpisodeLogs logs) {
    this.connector = connector;
    this.linger = linger;
    this.logs = logs;
    thread.setDaemon(true);
    thread.start();
  }

  /** In their order, after those that wait already. */
  synchronized void add(Collection<Recorded> episodes) {
    for (Recorded each : episodes) {
      if (!refused.contains(each.episode()) && !isWaiting(each.episode())) {
        queue.add(each);
      }
    }
    notifyAll();
  }

  private boolean isWaiting(EpisodeId episode) {
    return isShipping(episode) || queue.stream().anyMatch(each -> each.episode().equals(episode));
  }

  /** Whether its file is just being read here: nobody else may open it in this process. */
  synchronized boolean isShipping(EpisodeId episode) {
    return current != null && current.episode().equals(episode);
  }

  /** It is recorded again, or retired: false if it is just being shipped. */
  synchronized boolean remove(EpisodeId episode) {
    queue.removeIf(each -> each.episode().equals(episode));
    return !isShipping(episode);
  }

  /** How many are not done. */
  synchronized int count() {
    return queue.size() + (current == null ? 0 : 1);
  }

  private void run() {
    try {
      Recorded next = next();
      while (next != null) {
        ship(next);
        next = next();
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable Recorded next() throws InterruptedException {
    current = null;
    while (queue.isEmpty() && !isClosed) {
      wait();
    }
    current = isClosed ? null : queue.poll();
    return current;
  }

  private void ship(Recorded episode) throws InterruptedException {
    FileShipment.Plan plan =
        new FileShipment.Plan(
            episode.episode(),
            episode.rows(),
            episode.manifestFile(),
            false,
            false,
            false,
            null,
            linger,
            connector,
            logs.of(episode.episode()));
    try (FileShipment shipment = begin(new FileShipment(plan, progress -> {}))) {
      FileShipment.Result result = shipment.run();
      if (result.outcome() == Shipper.Outcome.EQUAL && result.isSealed()) {
        plan.log().info("sealed, {} rows; its collector had left it", result.rows().inTopic());
      } else if (result.outcome() == Shipper.Outcome.STOPPED) {
        refuse(episode);
      }
    } catch (FailedException refusal) {
      plan.log().error("not shipped: {}", refusal.getMessage());
      refuse(episode);
    } catch (RuntimeException | Error failure) {
      Log.get().error(episode.episode() + ": not shipped", failure);
      refuse(episode);
    }
  }

  private synchronized FileShipment begin(FileShipment begun) {
    shipment = begun;
    if (isClosed) {
      begun.stop();
    }
    return begun;
  }

  private synchronized void refuse(Recorded episode) {
    refused.add(episode.episode());
  }

  /** What is under way is given up; the next agent goes on with it. */
  @Override
  public synchronized void close() {
    isClosed = true;
    queue.clear();
    if (shipment != null) {
      shipment.stop();
    }
    notifyAll();
  }
}
