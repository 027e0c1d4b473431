package cis490.hostproc.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/**
 * A command and its options, in the order of the help: a field for each, that adds itself. They are
 * given to picocli in plain calls, since it takes much of the time from exec to the first row to
 * read them from annotations (docs/performance.md, "From exec to the first row").
 */
abstract class Command implements Callable<Integer> {

  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  Command(String... description) {
    spec.versionProvider(new VersionLines());
    spec.usageMessage().description(description).sortOptions(false);
  }

  final OptionSpec add(OptionSpec.Builder option) {
    OptionSpec built = option.build();
    spec.addOption(built);
    return built;
  }

  final PositionalParamSpec add(PositionalParamSpec.Builder words) {
    PositionalParamSpec built = words.build();
    spec.addPositional(built);
    return built;
  }

  /** An option that is there or is not; its value is a Boolean, never null. */
  final OptionSpec addFlag(String name, String... description) {
    return add(
        OptionSpec.builder(name)
            .type(boolean.class)
            .defaultValue("false")
            .description(description));
  }

  /** Ready to be run, once: all options are there but help and version, which come last. */
  final CommandLine commandLine(String name) {
    spec.name(name);
    add(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Show this help message and exit."));
    add(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print version information and exit."));
    return new CommandLine(spec);
  }

  final CommandSpec spec() {
    return spec;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** To be thrown: one line, and exit code 2. */
  final ParameterException usage(@Nullable String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
