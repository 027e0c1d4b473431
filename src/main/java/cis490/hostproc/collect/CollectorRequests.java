package cis490.hostproc.collect;

import cis490.hostproc.control.ControlHandler;
import cis490.hostproc.control.ControlRequest;
import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What clients of the control socket ask of a collector. The socket's thread puts requests in; the
 * collector's thread takes them up, and answers each once what it asks for is so.
 */
final class CollectorRequests implements ControlHandler {

  private record Waiting(ControlRequest request, CompletableFuture<ObjectNode> answer) {}

  private final Queue<Waiting> coming = new ConcurrentLinkedQueue<>();
  private final List<Waiting> stops = new ArrayList<>();
  private final Plan plan;
  private final LiveEpisode episode;
  private final Runnable onRequest;

  CollectorRequests(Plan plan, LiveEpisode episode, Runnable onRequest) {
    this.plan = plan;
    this.episode = episode;
    this.onRequest = onRequest;
  }

  @Override
  public CompletableFuture<ObjectNode> handle(ControlRequest request) {
    CompletableFuture<ObjectNode> answer = new CompletableFuture<>();
    coming.add(new Waiting(request, answer));
    onRequest.run();
    return answer;
  }

  /** Takes up what has come. For the collector's thread. */
  void take() {
    for (Waiting each = coming.poll(); each != null; each = coming.poll()) {
      try {
        take(each);
      } catch (FailedException refusal) {
        each.answer().completeExceptionally(refusal);
      } catch (IllegalStateException tooMany) {
        each.answer()
            .completeExceptionally(
                new FailedException("episode " + plan.episode() + " " + tooMany.getMessage()));
      }
    }
  }

  private void take(Waiting waiting) throws FailedException {
    ControlRequest request = waiting.request();
    if (request instanceof ControlRequest.Start) {
      throw new FailedException(
          "a collector has one episode, " + plan.episode() + "; an agent can start more");
    } else if (request instanceof ControlRequest.NextEvents) {
      throw new FailedException("a collector tells no events; list shows how far it is");
    } else if (request instanceof ControlRequest.Stop stop) {
      require(stop.episode());
      episode.stop(EndReason.STOPPED);
      stops.add(waiting);
    } else if (request instanceof ControlRequest.Mark mark) {
      require(mark.episode());
      if (episode.isEnded()) {
        throw new FailedException("episode " + plan.episode() + " is not being sampled");
      }
      episode.mark(mark.name(), mark.detail(), mark.monoNs(), mark.wallNs());
      waiting.answer().complete(EpisodeAnswers.marked(mark));
    } else {
      waiting.answer().complete(list());
    }
  }

  private void require(EpisodeId id) throws FailedException {
    if (!id.equals(plan.episode())) {
      throw new FailedException("there is no episode " + id + " here, but " + plan.episode());
    }
  }

  private ObjectNode list() {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer
        .putArray("episodes")
        .add(
            EpisodeAnswers.entry(
                plan,
                episode.isEnded() ? "shipping" : "sampling",
                episode.manifest().beginning().pid(),
                null,
                episode));
    return answer;
  }

  /** The file is complete and its manifest written; {@code result} is null before all is over. */
  void answerStops(@Nullable Result result) {
    stops.removeIf(each -> isAnswered(each, result));
  }

  private boolean isAnswered(Waiting stop, @Nullable Result result) {
    ControlRequest.Until until = ((ControlRequest.Stop) stop.request()).until();
    if (until == ControlRequest.Until.SEALED && result == null) {
      return false;
    }
    try {
      String why = result == null ? "" : problem(result);
      stop.answer().complete(EpisodeAnswers.ended(plan.episode(), episode.manifest(), until, why));
    } catch (FailedException notSealed) {
      stop.answer().completeExceptionally(notSealed);
    }
    return true;
  }

  private static String problem(Result result) {
    if (result.shipping() == null) {
      return "nothing is shipped";
    }
    String problem = result.shipping().problem();
    return problem == null ? "its summary says why" : problem;
  }

  /** All is over: nobody waits any longer. */
  void close() {
    FailedException ended = new FailedException("the collector has ended");
    coming.forEach(each -> each.answer().completeExceptionally(ended));
    stops.forEach(each -> each.answer().completeExceptionally(ended));
  }
}
