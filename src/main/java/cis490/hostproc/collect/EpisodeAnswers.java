package cis490.hostproc.collect;

import cis490.hostproc.control.ControlRequest;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What clients of a control socket are told about one episode. */
public final class EpisodeAnswers {

  private EpisodeAnswers() {}

  /**
   * The beginning of each answer.
   *
   * @param id of the episode
   * @return to be added to
   */
  public static ObjectNode of(EpisodeId id) {
    return JsonNodeFactory.instance.objectNode().put("episode", id.value());
  }

  /**
   * A mark is in the manifest.
   *
   * @param mark that was asked for
   * @return the answer
   */
  public static ObjectNode marked(ControlRequest.Mark mark) {
    return of(mark.episode()).put("name", mark.name()).put("mono_ns", mark.monoNs());
  }

  /**
   * An episode has ended.
   *
   * @param id of the episode
   * @param manifest of it
   * @param until what was waited for
   * @param why it is not sealed, in words
   * @return the answer
   * @throws FailedException if it was to be sealed, and is not
   */
  public static ObjectNode ended(
      EpisodeId id, Manifest manifest, ControlRequest.Until until, String why)
      throws FailedException {
    if (until == ControlRequest.Until.SEALED && manifest.state() != Manifest.State.SEALED) {
      throw new FailedException("the episode has ended, and is not sealed: " + why);
    }
    return of(id)
        .put("rows", manifest.ending().rows())
        .put("state", manifest.state().name().toLowerCase(Locale.ROOT));
  }

  /**
   * One of a list.
   *
   * @param plan of the episode
   * @param state as the list calls it
   * @param pid of its process
   * @param rule that has found it; null if none has
   * @param live the episode
   * @return the entry
   */
  public static ObjectNode entry(
      Plan plan, String state, @Nullable Long pid, @Nullable String rule, LiveEpisode live) {
    return of(plan.episode())
        .put("state", state.toLowerCase(Locale.ROOT))
        .put("pid", pid)
        .put("rule", rule)
        .put("interval_ms", plan.grid().intervalMs())
        .put("rows", live.sampling().rows())
        .put("ticks_missed", live.sampling().missed())
        .put("rows_pending", live.pending())
        .put("lateness_max_ns", live.sampling().lateness().max())
        .put("output", plan.rowsFile().toAbsolutePath().toString());
  }
}
