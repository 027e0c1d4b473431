package cis490.hostproc.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command {@code hostproc}. Exit codes: 0 done, 1 failed, 2 usage. */
@Command(
    name = "hostproc",
    description = "Records what a process really does: one row a tick, in a file and in Kafka.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

  /** Set to see the stack trace of an error that nobody foresaw. */
  private static final String DEBUG_VARIABLE = "HOSTPROC_DEBUG";

  private static final String COLLECT = "collect";

  /** In the order of the help. */
  private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put(COLLECT, CollectCommand::new);
    COMMANDS.put("ship", ShipCommand::new);
    COMMANDS.put("verify", VerifyCommand::new);
    COMMANDS.put("consume", ConsumeCommand::new);
    COMMANDS.put("episodes", EpisodesCommand::new);
    COMMANDS.put("broker", BrokerCommand::new);
    COMMANDS.put("schema", SchemaCommand::new);
  }

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Main() {}

  /**
   * Runs a command and ends the process.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    String name = args.length == 0 ? "" : args[0];
    if (name.equals(COLLECT)) {
      Preload.start();
    }
    CommandLine commandLine = commandLine(name);
    int exitCode = decoded(args) ? commandLine.execute(args) : notDecoded(commandLine.getErr());
    if (exitCode == 0 && commandLine.getOut().checkError() && !Stdout.goesToAReader()) {
      commandLine.getErr().println("hostproc: " + Stdout.FAILED + "could not be written");
      exitCode = CommandLine.ExitCode.SOFTWARE;
    }
    StopSignal.exit(exitCode);
  }

  /** In a locale without UTF-8 the JVM puts this character in place of what it can't read. */
  private static boolean decoded(String[] args) {
    return String.join("", args).indexOf('\uFFFD') < 0;
  }

  private static int notDecoded(PrintWriter err) {
    err.println("hostproc: an argument has letters that this locale lacks; set LC_ALL=C.UTF-8");
    return CommandLine.ExitCode.USAGE;
  }

  /** With the named command alone, if there is one: building the others takes time, too. */
  private static CommandLine commandLine(String name) {
    CommandLine commandLine = new CommandLine(new Main());
    if (COMMANDS.containsKey(name)) {
      commandLine.addSubcommand(COMMANDS.get(name).get());
    } else {
      COMMANDS.values().forEach(command -> commandLine.addSubcommand(command.get()));
      commandLine.addSubcommand(new AutoComplete.GenerateCompletion());
    }
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    // An argument of a started command may begin with @.
    commandLine.setExpandAtFiles(false);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setAbbreviatedOptionsAllowed(false);
    commandLine.setParameterExceptionHandler(Main::usage);
    commandLine.setExecutionExceptionHandler(Main::failed);
    return commandLine;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  private static int usage(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(name + ": " + oneLine(wrong.getMessage()) + " (see " + name + " --help)");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    if (failure instanceof FailedException) {
      err.println(name + ": " + oneLine(failure.getMessage()));
    } else if (failure instanceof IOException known) {
      err.println(name + ": " + oneLine(Failures.describe(known)));
    } else if (failure instanceof UncheckedIOException known) {
      err.println(name + ": " + oneLine(Failures.describe(known.getCause())));
    } else {
      err.println(
          name + ": " + oneLine(failure.toString()) + " (" + DEBUG_VARIABLE + "=1 for more)");
    }
    if (System.getenv(DEBUG_VARIABLE) != null) {
      failure.printStackTrace(err);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String oneLine(String message) {
    return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
