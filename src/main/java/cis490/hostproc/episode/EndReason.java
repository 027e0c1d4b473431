package cis490.hostproc.episode;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why sampling ended. */
public enum EndReason {
  /** The process was no longer there. */
  @JsonProperty("process_gone")
  PROCESS_GONE("the process is gone"),
  /** The process was dead, and its parent had not waited for it. */
  @JsonProperty("process_zombie")
  PROCESS_ZOMBIE("the process is dead (a zombie)"),
  /** The time asked for was over. */
  @JsonProperty("duration")
  DURATION("the duration is over"),
  /** SIGINT, SIGTERM or SIGHUP to the collector. */
  @JsonProperty("signal")
  SIGNAL("stopped by a signal"),
  /** Somebody asked the agent to end it. */
  @JsonProperty("stopped")
  STOPPED("stopped on request"),
  /** The agent was given rules without the one that found the process. */
  @JsonProperty("rule_gone")
  RULE_GONE("its rule is gone"),
  /** The collector itself failed; its log says how. */
  @JsonProperty("failure")
  FAILURE("the collector failed"),
  /** Nobody wrote it down: the collector was killed, or hostproc did not sample the rows. */
  @JsonProperty("unknown")
  UNKNOWN("its end was not recorded");

  private final String text;

  EndReason(String text) {
    this.text = text;
  }

  /**
   * For people.
   *
   * @return a few words
   */
  public String text() {
    return text;
  }
}
