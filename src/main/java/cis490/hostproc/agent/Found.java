package cis490.hostproc.agent;

import cis490.hostproc.config.Rule;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.proc.ProcessFacts;
import java.util.List;
import java.util.Map;

/**
 * A process that rules have found.
 *
 * @param process it
 * @param rules that fit, in the order of the configuration, at least one
 * @param values of the first rule's placeholders
 */
public record Found(ProcessFacts process, List<Rule> rules, Map<String, String> values) {

  /**
   * The rule that it is recorded by.
   *
   * @return the first that fits
   */
  public Rule rule() {
    return rules.get(0);
  }

  /**
   * The id of its episode, by the rule's template.
   *
   * @return its id
   * @throws IllegalArgumentException if that is not a valid one, or a placeholder has no value
   */
  public EpisodeId episode() {
    return new EpisodeId(rule().episode().expand(values));
  }
}
