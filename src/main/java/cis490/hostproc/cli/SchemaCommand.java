package cis490.hostproc.cli;

import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.control.ControlRequest;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.row.RowFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code hostproc schema}. */
final class SchemaCommand extends Command {

  enum Which {
    row(RowFormat.SCHEMA_RESOURCE),
    episode(Manifest.SCHEMA_RESOURCE),
    agent(AgentConfig.SCHEMA_RESOURCE),
    control(ControlRequest.SCHEMA_RESOURCE);

    private final String resource;

    Which(String resource) {
      this.resource = resource;
    }
  }

  private final PositionalParamSpec which =
      add(
          PositionalParamSpec.builder()
              .type(Which.class)
              .arity("0..1")
              .paramLabel("row|episode|agent|control")
              .defaultValue("row")
              .description("${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}."));

  SchemaCommand() {
    super(
        "Print a JSON schema.",
        "Of a row, a manifest, the agent's configuration, or the lines on its control socket.");
  }

  @Override
  public Integer call() throws IOException {
    Which chosen = which.getValue();
    try (InputStream schema = SchemaCommand.class.getResourceAsStream(chosen.resource)) {
      out().print(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
      out().flush();
    }
    return 0;
  }
}
