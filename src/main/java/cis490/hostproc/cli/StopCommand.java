package cis490.hostproc.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc stop}: asks the agent. */
final class StopCommand extends Command {

  enum Until {
    ended,
    sealed
  }

  private final EpisodeOption episode = new EpisodeOption(this);

  private final OptionSpec until =
      add(
          OptionSpec.builder("--wait")
              .type(Until.class)
              .paramLabel("UNTIL")
              .defaultValue("ended")
              .description(
                  "${COMPLETION-CANDIDATES}: the file is complete and the manifest written, or the"
                      + " topic was also read back equal. Default: ${DEFAULT-VALUE}"));

  private final AgentOptions agent = new AgentOptions(this);

  StopCommand() {
    super("Have the agent end an episode.", "The process itself goes on.");
  }

  @Override
  public Integer call() throws Exception {
    ObjectNode request =
        AgentOptions.request("stop")
            .put("episode", episode.id().value())
            .put("wait", until.<Until>getValue().name());
    out().print(AnswerText.of(agent.ask(request)));
    return 0;
  }
}
