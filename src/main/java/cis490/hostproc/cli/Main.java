package cis490.hostproc.cli;

import cis490.hostproc.collect.StartedCommand;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;

/** The command {@code hostproc}. Exit codes: 0 done, 1 failed, 2 usage. */
public final class Main extends Command {

  /** In the order of the help; {@link #command} makes them. */
  private static final List<String> COMMANDS =
      List.of(
          "collect",
          "agent",
          "ship",
          "verify",
          "export",
          "retire",
          "consume",
          "episodes",
          "start",
          "stop",
          "mark",
          "list",
          "broker",
          "schema");

  /** After it comes the command to start. */
  static final String WORDS_FOLLOW = "--";

  private static final int FAILED = CommandLine.ExitCode.SOFTWARE;

  private Main() {
    super("Records what a process really does: one row a tick, in a file and in Kafka.");
    spec().usageMessage().synopsisSubcommandLabel("COMMAND");
  }

  /**
   * Runs a command and ends the process.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    if (Arrays.asList(args).contains(WORDS_FOLLOW)) {
      StartedCommand.prepare();
    }
    Stderr.install();
    Deaths.watch();
    StopSignal.watch();
    try {
      StopSignal.exit(run(args));
    } catch (Throwable failure) {
      // Whatever it is: a main thread that is gone would leave a process that nobody can end.
      Deaths.ofMain(failure);
    }
  }

  /**
   * Runs a command inside another program: signals are not handled, and what needs a process of its
   * own (starting a command, seeing its stdout closed) does not work. One at a time, since
   * System.err is one.
   *
   * @param args the command line
   * @param out standard output
   * @param err standard error, log included
   * @return the exit code
   */
  public static int run(String[] args, OutputStream out, PrintStream err) {
    PrintStream before = System.err;
    System.setErr(err);
    Stdout.redirect(out);
    try {
      return run(args);
    } finally {
      System.setErr(before);
    }
  }

  private static int run(String[] args) {
    String name = args.length == 0 ? "" : args[0];
    CommandLine commandLine;
    int exitCode;
    String undecoded = Undecoded.problem(args);
    if (undecoded != null) {
      commandLine = all();
      commandLine.getErr().println("hostproc: " + undecoded);
      exitCode = CommandLine.ExitCode.USAGE;
    } else if (COMMANDS.contains(name)) {
      // Alone, under its full name: building the others would take time.
      commandLine = configured(command(name).commandLine("hostproc " + name));
      exitCode = commandLine.execute(Arrays.copyOfRange(args, 1, args.length));
    } else {
      commandLine = all();
      exitCode = commandLine.execute(args);
    }
    return printed(commandLine) || exitCode != 0 ? exitCode : FAILED;
  }

  /** Whether everything written to standard output got there; reports why not. */
  private static boolean printed(CommandLine commandLine) {
    commandLine.getOut().flush();
    String problem = Stdout.problem();
    if (problem != null) {
      String name = commandLine.getCommandSpec().qualifiedName();
      commandLine.getErr().println(name + ": " + problem);
    }
    return problem == null;
  }

  private static Command command(String name) {
    return switch (name) {
      case "collect" -> new CollectCommand();
      case "agent" -> new AgentCommand();
      case "ship" -> new ShipCommand();
      case "verify" -> new VerifyCommand();
      case "export" -> new ExportCommand();
      case "retire" -> new RetireCommand();
      case "consume" -> new ConsumeCommand();
      case "episodes" -> new EpisodesCommand();
      case "start" -> new StartCommand();
      case "stop" -> new StopCommand();
      case "mark" -> new MarkCommand();
      case "list" -> new ListCommand();
      case "broker" -> new BrokerCommand();
      case "schema" -> new SchemaCommand();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static CommandLine all() {
    CommandLine commandLine = new Main().commandLine("hostproc");
    COMMANDS.forEach(name -> commandLine.addSubcommand(command(name).commandLine(name)));
    commandLine.addSubcommand(new AutoComplete.GenerateCompletion());
    return configured(commandLine);
  }

  private static CommandLine configured(CommandLine commandLine) {
    commandLine.setOut(Stdout.writer());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    // An argument of a started command may begin with @.
    commandLine.setExpandAtFiles(false);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setAbbreviatedOptionsAllowed(false);
    ErrorLines errorLines = new ErrorLines();
    commandLine.setParameterExceptionHandler(errorLines);
    commandLine.setExecutionExceptionHandler(errorLines);
    return commandLine;
  }

  @Override
  public Integer call() {
    throw usage("which command?");
  }
}
