package cis490.hostproc.cli;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.FileFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * One line on stderr for what went wrong, and the exit code. A class rather than two lambdas, since
 * for those the JVM keeps neither interface in the archive of classes.
 */
final class ErrorLines implements IParameterExceptionHandler, IExecutionExceptionHandler {

  /** Set to see the stack trace of an unexpected error. */
  private static final String DEBUG_VARIABLE = "HOSTPROC_DEBUG";

  @Override
  public int handleParseException(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(name + ": " + oneLine(wrong.getMessage()) + " (see " + name + " --help)");
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    if (failure instanceof FailedException) {
      err.println(name + ": " + oneLine(failure.getMessage()));
    } else if (failure instanceof IOException known) {
      err.println(name + ": " + oneLine(FileFailure.describe(known)));
    } else if (failure instanceof UncheckedIOException known) {
      err.println(name + ": " + oneLine(FileFailure.describe(requireNonNull(known.getCause()))));
    } else {
      err.println(
          name + ": " + oneLine(failure.toString()) + " (" + DEBUG_VARIABLE + "=1 for more)");
    }
    if (System.getenv(DEBUG_VARIABLE) != null) {
      failure.printStackTrace(err);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Messages can contain names and texts of others. */
  static String oneLine(@Nullable String message) {
    return Text.printable(String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
