package cis490.hostproc.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc start}: asks the agent. */
final class StartCommand extends Command {

  private final EpisodeOption episode = new EpisodeOption(this);

  private final OptionSpec pid =
      add(
          OptionSpec.builder("--pid")
              .type(Long.class)
              .paramLabel("PID")
              .required(true)
              .description("The process to sample."));

  private final OptionSpec intervalMs =
      add(
          OptionSpec.builder("--interval-ms")
              .type(Long.class)
              .paramLabel("MS")
              .description("Time between ticks. Default: the agent's."));

  private final OptionSpec monoOriginNs =
      add(
          OptionSpec.builder("--mono-origin-ns")
              .type(Long.class)
              .paramLabel("N")
              .description(
                  "The CLOCK_MONOTONIC reading that t_mono_ns counts from. Default: the episode's"
                      + " start."));

  private final OptionSpec output =
      add(
          OptionSpec.builder("--output")
              .type(Path.class)
              .paramLabel("FILE")
              .description("The rows' file. Default: where the agent has its episodes."));

  private final AgentOptions agent = new AgentOptions(this);

  StartCommand() {
    super(
        "Have the agent begin an episode.", "Returns once the episode's first row is in its file.");
  }

  @Override
  public Integer call() throws Exception {
    ObjectNode request = AgentOptions.request("start").put("episode", episode.id().value());
    request.put("pid", pid.<Long>getValue());
    if (intervalMs.getValue() != null) {
      request.put("interval_ms", intervalMs.<Long>getValue());
    }
    if (monoOriginNs.getValue() != null) {
      request.put("mono_origin_ns", monoOriginNs.<Long>getValue());
    }
    Path file = output.getValue();
    if (file != null) {
      request.put("output", file.toAbsolutePath().toString());
    }
    out().print(AnswerText.of(agent.ask(request)));
    return 0;
  }
}
