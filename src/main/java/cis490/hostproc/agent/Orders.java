package cis490.hostproc.agent;

import cis490.hostproc.collect.EpisodeAnswers;
import cis490.hostproc.control.ControlHandler;
import cis490.hostproc.control.ControlRequest;
import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What clients of the control socket have asked for. The socket's thread puts requests in; the
 * agent's thread takes them up, and answers each once what it asks for is so.
 */
final class Orders implements ControlHandler {

  /** Begins the episode of a request. */
  interface Beginner {
    AgentEpisode begin(ControlRequest.Start start) throws FailedException;
  }

  /** As many as the socket has connections. More are of clients that are gone, or ask twice. */
  private static final int LISTENING_MAX = 64;

  private record Order(ControlRequest request, CompletableFuture<ObjectNode> answer) {}

  /** An order that waits for its episode. */
  private record Waiting(
      AgentEpisode episode, ControlRequest request, CompletableFuture<ObjectNode> answer) {}

  private final Queue<Order> coming = new ConcurrentLinkedQueue<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final Deque<Order> listening = new ArrayDeque<>();
  private final Roster roster;
  private final Events events;
  private final Runnable onChange;

  Orders(Roster roster, Events events, Runnable onChange) {
    this.roster = roster;
    this.events = events;
    this.onChange = onChange;
  }

  @Override
  public CompletableFuture<ObjectNode> handle(ControlRequest request) {
    CompletableFuture<ObjectNode> answer = new CompletableFuture<>();
    coming.add(new Order(request, answer));
    onChange.run();
    return answer;
  }

  /** Takes up what has come, and answers what is so by now. For the agent's thread. */
  void take(Beginner beginner) {
    for (Order each = coming.poll(); each != null; each = coming.poll()) {
      try {
        take(each, beginner);
      } catch (FailedException refusal) {
        each.answer().completeExceptionally(refusal);
      }
    }
    waiting.removeIf(Orders::isAnswered);
    listening.removeIf(this::isTold);
  }

  private void take(Order order, Beginner beginner) throws FailedException {
    ControlRequest request = order.request();
    if (request instanceof ControlRequest.Start start) {
      waiting.add(new Waiting(beginner.begin(start), start, order.answer()));
    } else if (request instanceof ControlRequest.Stop stop) {
      AgentEpisode episode = require(stop.episode());
      episode.live().stop(EndReason.STOPPED);
      waiting.add(new Waiting(episode, stop, order.answer()));
    } else if (request instanceof ControlRequest.Mark mark) {
      mark(require(mark.episode()), mark, order.answer());
    } else if (request instanceof ControlRequest.NextEvents) {
      listening.removeIf(this::isTold);
      listening.add(order);
      if (listening.size() > LISTENING_MAX) {
        // Without an event, those of clients that are gone would use up what the socket can take.
        listening.remove().answer().complete(events.after(null));
      }
    } else {
      order.answer().complete(list());
    }
  }

  private boolean isTold(Order order) {
    ObjectNode news = events.after(((ControlRequest.NextEvents) order.request()).after());
    return news != null && order.answer().complete(news);
  }

  private AgentEpisode require(EpisodeId id) throws FailedException {
    AgentEpisode episode = roster.get(id);
    if (episode == null || episode.state() == AgentEpisode.State.DONE) {
      throw new FailedException("there is no episode " + id + " here now; list shows which are");
    }
    return episode;
  }

  private static void mark(
      AgentEpisode episode, ControlRequest.Mark mark, CompletableFuture<ObjectNode> answer)
      throws FailedException {
    if (episode.state() != AgentEpisode.State.SAMPLING) {
      throw new FailedException("episode " + episode.id() + " is not being sampled");
    }
    episode.add(
        mark,
        problem -> {
          if (problem == null) {
            answer.complete(EpisodeAnswers.marked(mark));
          } else {
            answer.completeExceptionally(new FailedException(problem));
          }
        });
  }

  /** Also where its client has gone. */
  private static boolean isAnswered(Waiting waiting) {
    AgentEpisode episode = waiting.episode();
    boolean isDone = episode.state() == AgentEpisode.State.DONE;
    if (isDone && episode.result() == null) {
      return fail(waiting, String.valueOf(episode.refusal()));
    }
    if (waiting.request() instanceof ControlRequest.Start) {
      return isBegun(waiting);
    }
    boolean isEnded = isDone || episode.state() == AgentEpisode.State.SHIPPING;
    ControlRequest.Until until = ((ControlRequest.Stop) waiting.request()).until();
    if (until == ControlRequest.Until.SEALED ? !isDone : !isEnded) {
      return false;
    }
    try {
      waiting
          .answer()
          .complete(
              EpisodeAnswers.ended(episode.id(), episode.live().manifest(), until, why(episode)));
    } catch (FailedException notSealed) {
      waiting.answer().completeExceptionally(notSealed);
    }
    return true;
  }

  private static String why(AgentEpisode episode) {
    return episode.result() == null
        ? String.valueOf(episode.refusal())
        : ResultText.of(episode.result());
  }

  private static boolean isBegun(Waiting waiting) {
    AgentEpisode episode = waiting.episode();
    if (episode.state() == AgentEpisode.State.NEW || !episode.live().hasTicked()) {
      return false;
    }
    long rows = episode.live().sampling().rows();
    if (rows == 0) {
      boolean isOver = episode.live().isSampled();
      return isOver && fail(waiting, "the process ended before its first row");
    }
    ObjectNode answer = EpisodeAnswers.of(episode.id());
    answer.put("rows", rows);
    answer.put("output", episode.plan().rowsFile().toAbsolutePath().toString());
    answer.put("mono_origin_ns", episode.live().manifest().beginning().originMonoNs());
    waiting.answer().complete(answer);
    return true;
  }

  private static boolean fail(Waiting waiting, String why) {
    waiting.answer().completeExceptionally(new FailedException(why));
    return true;
  }

  private ObjectNode list() {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode episodes = answer.putArray("episodes");
    for (AgentEpisode each : roster.all()) {
      episodes.add(entry(each));
    }
    return answer;
  }

  private static ObjectNode entry(AgentEpisode episode) {
    return EpisodeAnswers.entry(
        episode.plan(),
        episode.state().name(),
        episode.process().pid(),
        episode.rule(),
        episode.live());
  }

  /** The agent ends: nobody waits any longer. */
  void close() {
    FailedException ended = new FailedException("the agent has ended");
    for (Order each = coming.poll(); each != null; each = coming.poll()) {
      each.answer().completeExceptionally(ended);
    }
    waiting.forEach(each -> each.answer().completeExceptionally(ended));
    waiting.clear();
    listening.forEach(each -> each.answer().completeExceptionally(ended));
    listening.clear();
  }
}
