package cis490.hostproc.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.journal.FileFailure;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What happens to the episodes: {@code started}, {@code first_row}, {@code no_rows}, {@code ended},
 * {@code sealed}; as JSON lines in a file, and the last of them for who asks. Called by the agent's
 * thread; a thread of its own writes, since the disk may hang.
 */
final class Events {

  private static final long NS_PER_S = 1_000_000_000L;
  private static final int WAITING_MAX = 10_000;
  private static final int KEPT_MAX = 1_000;
  private static final Duration NO_ROWS_AFTER = Duration.ofSeconds(1);
  private static final long ENDS_WITHIN_S = 2;

  private final @Nullable Path file;
  private final Logger log;

  private final Deque<ObjectNode> kept = new ArrayDeque<>();

  /** How many there were: the number of the last one. */
  private long last;

  /** Of the writing thread. */
  private boolean isFailing;

  private final ThreadPoolExecutor writer =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING_MAX),
          task -> {
            Thread thread = new Thread(task, "hostproc-events");
            thread.setDaemon(true);
            return thread;
          });

  /** What was told of an episode. */
  enum Told {
    NOTHING,
    STARTED,
    NO_ROWS,
    FIRST_ROW,
    ENDED,
    SEALED
  }

  /** {@code file} is null if nobody wants to know; that an episode has no rows is always logged. */
  Events(@Nullable Path file, Logger log) {
    this.file = file;
    this.log = log;
    writer.allowCoreThreadTimeOut(true);
  }

  /** Tells what is new of an episode. */
  void follow(AgentEpisode episode) {
    switch (episode.state()) {
      case NEW -> tell(episode, Told.STARTED);
      case SAMPLING -> followSampling(episode);
      case SHIPPING -> tell(episode, Told.ENDED);
      case DONE -> {
        if (episode.result() != null) {
          tell(episode, Told.ENDED);
          if (episode.live().manifest().state() == Manifest.State.SEALED) {
            tell(episode, Told.SEALED);
          }
        }
      }
    }
  }

  private void followSampling(AgentEpisode episode) {
    if (episode.live().sampling().rows() > 0) {
      tell(episode, Told.FIRST_ROW);
    } else if (System.nanoTime() - episode.begunNs() > firstRowWithinNs(episode)
        && episode.told().compareTo(Told.NO_ROWS) < 0) {
      episode.log().error("has no row yet: see the lines before, or its process does not run");
      tell(episode, Told.NO_ROWS);
    }
  }

  private static long firstRowWithinNs(AgentEpisode episode) {
    return NO_ROWS_AFTER.plusMillis(episode.plan().grid().intervalMs()).toNanos();
  }

  private void tell(AgentEpisode episode, Told what) {
    if (episode.told().compareTo(what) >= 0) {
      return;
    }
    episode.tell(what);
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    Instant now = Instant.now();
    event.put("event", what.name().toLowerCase(Locale.ROOT));
    event.put("episode", episode.id().value());
    event.put("t_wall_ns", now.getEpochSecond() * NS_PER_S + now.getNano());
    event.put("mono_ns", System.nanoTime());
    event.put("pid", episode.process().pid());
    event.put("rule", episode.rule());
    event.put("rows", episode.live().sampling().rows());
    event.put("ticks_missed", episode.live().sampling().missed());
    event.put("ticks_malformed", episode.live().sampling().malformed());
    event.put("ticks_unwritten", episode.live().sampling().unwritten());
    if (what.compareTo(Told.ENDED) >= 0) {
      Manifest.Ending ending = episode.live().manifest().ending();
      event.put(
          "end_reason",
          ending.endReason() == null ? null : ending.endReason().name().toLowerCase(Locale.ROOT));
    }
    keep(event);
    write(event.toString());
  }

  private void keep(ObjectNode event) {
    last++;
    kept.add(event);
    if (kept.size() > KEPT_MAX) {
      kept.remove();
    }
  }

  /** What is new to somebody who knows the events up to a number; null as long as nothing is. */
  @Nullable ObjectNode after(@Nullable Long number) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("last", last);
    ArrayNode events = answer.putArray("events");
    if (number == null) {
      return answer;
    }
    if (number == last) {
      return null;
    }
    // A greater one is of an earlier agent.
    long known = number > last ? 0 : number;
    long first = last - kept.size();
    kept.stream().skip(Math.max(0, known - first)).forEach(event -> events.add(event.deepCopy()));
    return answer.put("lost", Math.max(0, first - known));
  }

  private void write(String line) {
    if (file == null) {
      return;
    }
    try {
      writer.execute(() -> append(file, line));
    } catch (RejectedExecutionException tooMany) {
      log.warn("an event is lost, {} wait for the disk: {}", WAITING_MAX, line);
    }
  }

  private void append(Path file, String line) {
    try {
      Files.write(
          file,
          (line + '\n').getBytes(UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      isFailing = false;
    } catch (IOException failure) {
      if (!isFailing) {
        log.warn("events are lost: {}", FileFailure.describe(file, failure));
      }
      isFailing = true;
    }
  }

  /** Waits a moment for what is still to be written. */
  void close() throws InterruptedException {
    writer.shutdown();
    boolean unused = writer.awaitTermination(ENDS_WITHIN_S, TimeUnit.SECONDS);
  }
}
