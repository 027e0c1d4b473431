package cis490.hostproc.cli;

import cis490.hostproc.control.ControlClient;
import cis490.hostproc.control.ControlRequest;
import cis490.hostproc.episode.FailedException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.OptionSpec;

/** Which agent, and how long to wait for it: the same for every command that asks one. */
final class AgentOptions {

  private static final long TIMEOUT_S_MAX = Duration.ofDays(1).toSeconds();

  private final Command command;
  private final OptionSpec socket;
  private final OptionSpec timeoutS;

  AgentOptions(Command command) {
    this.command = command;
    socket =
        command.add(
            OptionSpec.builder("--socket")
                .type(Path.class)
                .paramLabel("PATH")
                .defaultValue("/run/hostproc/agent.sock")
                .description("Where the agent listens. Default: ${DEFAULT-VALUE}"));
    timeoutS =
        command.add(
            OptionSpec.builder("--timeout-s")
                .type(Long.class)
                .paramLabel("S")
                .defaultValue("60")
                .description("How long to wait for the answer. Default: ${DEFAULT-VALUE}"));
  }

  static ObjectNode request(String what) {
    return JsonNodeFactory.instance.objectNode().put("do", what);
  }

  /** What any agent would refuse is a mistake on the command line. */
  ObjectNode ask(ObjectNode request) throws FailedException, IOException {
    String problem = ControlRequest.problem(request);
    if (problem != null) {
      throw command.usage(problem);
    }
    try (ControlClient agent = ControlClient.connect(socket.getValue(), timeout())) {
      return agent.ask(request);
    }
  }

  private Duration timeout() {
    long seconds = timeoutS.getValue();
    if (seconds < 1 || seconds > TIMEOUT_S_MAX) {
      throw command.usage("--timeout-s " + seconds + ": 1 to " + TIMEOUT_S_MAX);
    }
    return Duration.ofSeconds(seconds);
  }
}
