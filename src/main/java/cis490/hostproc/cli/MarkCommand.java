package cis490.hostproc.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code hostproc mark}: asks the agent. */
final class MarkCommand extends Command {

  private final EpisodeOption episode = new EpisodeOption(this);

  private final PositionalParamSpec name =
      add(
          PositionalParamSpec.builder()
              .type(String.class)
              .arity("1")
              .required(true)
              .paramLabel("NAME")
              .description("What happens: 1 to 64 characters."));

  private final OptionSpec detail =
      add(
          OptionSpec.builder("--detail")
              .type(String.class)
              .paramLabel("TEXT")
              .description("More words: at most 1,024 characters."));

  private final OptionSpec monoNs =
      add(
          OptionSpec.builder("--mono-ns")
              .type(Long.class)
              .paramLabel("N")
              .description(
                  "The moment on CLOCK_MONOTONIC. Default: when the agent receives the mark."));

  private final AgentOptions agent = new AgentOptions(this);

  MarkCommand() {
    super(
        "Give a moment of an episode a name.",
        "The agent stamps it with the two clocks of a row. Marks are in the episode's manifest.");
  }

  @Override
  public Integer call() throws Exception {
    ObjectNode request =
        AgentOptions.request("mark")
            .put("episode", episode.id().value())
            .put("name", name.<String>getValue());
    if (detail.getValue() != null) {
      request.put("detail", detail.<String>getValue());
    }
    if (monoNs.getValue() != null) {
      request.put("mono_ns", monoNs.<Long>getValue());
    }
    out().print(AnswerText.of(agent.ask(request)));
    return 0;
  }
}
