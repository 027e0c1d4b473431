package cis490.hostproc.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc list}: asks the agent. */
final class ListCommand extends Command {

  private final OptionSpec json = addFlag("--json", "The agent's answer, as JSON on one line.");

  private final AgentOptions agent = new AgentOptions(this);

  ListCommand() {
    super("List the episodes that an agent has.", "Those of all hosts that Kafka knows: episodes.");
  }

  @Override
  public Integer call() throws Exception {
    ObjectNode answer = agent.ask(AgentOptions.request("list"));
    JsonNode episodes = answer.path("episodes");
    if (json.<Boolean>getValue()) {
      out().println(answer);
    } else if (episodes.isEmpty()) {
      err().println("no episodes now");
    } else {
      out().print(AnswerText.table(episodes));
    }
    return 0;
  }
}
