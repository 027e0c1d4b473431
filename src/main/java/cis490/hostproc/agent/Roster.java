package cis490.hostproc.agent;

import cis490.hostproc.episode.EpisodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The episodes that an agent has now, by id and by process. Touched by the agent's thread alone.
 */
final class Roster {

  private final Map<EpisodeId, AgentEpisode> byId = new LinkedHashMap<>();
  private final Map<ProcessKey, AgentEpisode> byProcess = new HashMap<>();

  void add(AgentEpisode episode) {
    byId.put(episode.id(), episode);
    byProcess.put(episode.process(), episode);
  }

  @Nullable AgentEpisode get(EpisodeId id) {
    return byId.get(id);
  }

  @Nullable AgentEpisode of(ProcessKey process) {
    return byProcess.get(process);
  }

  Collection<AgentEpisode> all() {
    return byId.values();
  }

  int size() {
    return byId.size();
  }

  /** How many are sampled, or are about to be. */
  int sampled() {
    int sampled = 0;
    for (AgentEpisode each : byId.values()) {
      boolean isNew = each.state() == AgentEpisode.State.NEW;
      sampled += isNew || each.state() == AgentEpisode.State.SAMPLING ? 1 : 0;
    }
    return sampled;
  }

  /** The one that is being shipped for the longest time. */
  Optional<AgentEpisode> firstShipped() {
    return byId.values().stream()
        .filter(each -> each.state() == AgentEpisode.State.SHIPPING && !each.isBusy())
        .findFirst();
  }

  boolean isAny(AgentEpisode.State state) {
    return byId.values().stream().anyMatch(each -> each.state() == state);
  }

  boolean isAnyBusy() {
    return byId.values().stream().anyMatch(AgentEpisode::isBusy);
  }

  /** Takes out those that are done. */
  List<AgentEpisode> removeDone() {
    List<AgentEpisode> done = new ArrayList<>();
    for (AgentEpisode each : byId.values()) {
      if (each.state() == AgentEpisode.State.DONE && !each.isBusy()) {
        done.add(each);
      }
    }
    for (AgentEpisode each : done) {
      byId.remove(each.id());
      byProcess.remove(each.process(), each);
    }
    return done;
  }
}
