package cis490.hostproc.cli;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.row.RowFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hostproc schema}. */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Prints the JSON schema of a row or of an episode's manifest.")
final class SchemaCommand implements Callable<Integer> {

  enum Which {
    row(RowFormat.SCHEMA_RESOURCE),
    episode(Manifest.SCHEMA_RESOURCE);

    private final String resource;

    Which(String resource) {
      this.resource = resource;
    }
  }

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "row|episode",
      defaultValue = "row",
      description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Which which;

  @Spec private CommandSpec spec;

  SchemaCommand() {}

  @Override
  public Integer call() throws IOException {
    try (InputStream schema = SchemaCommand.class.getResourceAsStream(which.resource)) {
      spec.commandLine().getOut().print(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
      spec.commandLine().getOut().flush();
    }
    return 0;
  }
}
