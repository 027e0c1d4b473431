package cis490.hostproc.cli;

import cis490.hostproc.agent.ControlRequest;
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
              .paramLabel("row|episode|control")
              .defaultValue("row")
              .description("${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}."));

  SchemaCommand() {
    super(
        "Print a JSON schema.",
        "Of a row, of an episode's manifest, or of the lines on an agent's control socket.");
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
