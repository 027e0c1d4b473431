package cis490.hostproc.cli;

import cis490.hostproc.collect.Collector;
import cis490.hostproc.collect.Log;
import cis490.hostproc.collect.Plan;
import cis490.hostproc.collect.Result;
import cis490.hostproc.control.ControlSocket;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.sample.Priority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code hostproc collect}: the options; {@link Collector} does it. */
final class CollectCommand extends Command {

  private static final double NS_PER_S = 1e9;
  private static final long INTERVAL_MS_MAX = Duration.ofHours(1).toMillis();
  private static final double DURATION_S_MAX = Duration.ofDays(3650).toSeconds();
  private static final long FLUSH_TIMEOUT_S_MAX = Duration.ofDays(1).toSeconds();

  /** For what has no limit but progress: reading back tens of millions of rows. */
  private static final Duration STOP_MARGIN = Duration.ofMinutes(10);

  enum SummaryForm {
    text,
    json
  }

  private final EpisodeOption episode = new EpisodeOption(this);

  private final OptionSpec pid =
      add(
          OptionSpec.builder("--pid")
              .type(Long.class)
              .paramLabel("PID")
              .description("The process to sample."));

  private final PositionalParamSpec command =
      add(
          PositionalParamSpec.builder()
              .type(List.class)
              .auxiliaryTypes(String.class)
              .arity("0..*")
              .paramLabel("COMMAND [ARG…]")
              .hideParamSyntax(true)
              .description("After --: start this and sample it from its birth."));

  private final OptionSpec intervalMs =
      add(
          OptionSpec.builder("--interval-ms")
              .type(Long.class)
              .paramLabel("MS")
              .defaultValue("100")
              .description("Time between ticks. Default: ${DEFAULT-VALUE}"));

  private final OptionSpec durationS =
      add(
          OptionSpec.builder("--duration-s")
              .type(Double.class)
              .paramLabel("S")
              .description("End after this many seconds. Default: when the process ends."));

  private final OptionSpec output =
      add(
          OptionSpec.builder("--output")
              .type(Path.class)
              .paramLabel("FILE")
              .description("The rows' file. Default: episodes/ID/host_proc.jsonl"));

  private final KafkaOptions kafka = new KafkaOptions(this);

  private final LingerOption linger = new LingerOption(this);

  private final OptionSpec offline = addFlag("--offline", "Write the file alone.");

  private final OptionSpec flushTimeoutS =
      add(
          OptionSpec.builder("--flush-timeout-s")
              .type(Long.class)
              .paramLabel("S")
              .defaultValue("30")
              .description(
                  "How long to wait for the last rows at the end. Default: ${DEFAULT-VALUE}"));

  private final OptionSpec monoOriginNs =
      add(
          OptionSpec.builder("--mono-origin-ns")
              .type(Long.class)
              .paramLabel("N")
              .description(
                  "The CLOCK_MONOTONIC reading that t_mono_ns counts from. Default: the collector's"
                      + " start."));

  private final OptionSpec appendOtherProcess =
      addFlag(
          "--append-other-process",
          "Go on in a file that holds rows of another process, or of an unknown one.");

  private final OptionSpec procRoot =
      add(
          OptionSpec.builder("--proc-root")
              .type(Path.class)
              .paramLabel("DIR")
              .defaultValue("/proc")
              .description("Where procfs is mounted. Default: ${DEFAULT-VALUE}"));

  private final OptionSpec priority =
      add(
          OptionSpec.builder("--priority")
              .type(String.class)
              .paramLabel("PRIORITY")
              .defaultValue("normal")
              .description(
                  "Of the thread that samples: normal, high or realtime. Default:"
                      + " ${DEFAULT-VALUE}"));

  private final OptionSpec socket =
      add(
          OptionSpec.builder("--socket")
              .type(Path.class)
              .paramLabel("PATH")
              .description("Listen here for the commands mark, stop and list."));

  private final OptionSpec summary =
      add(
          OptionSpec.builder("--summary")
              .type(SummaryForm.class)
              .paramLabel("FORM")
              .defaultValue("text")
              .description(
                  "${COMPLETION-CANDIDATES}: text on stderr, or JSON on stdout. Default: text"));

  CollectCommand() {
    super(
        "Record a process: one row a tick, to a file and Kafka.",
        "Samples at a fixed interval. Each row goes to a file, and from there to Kafka.",
        "Ends when the process does, after --duration-s, or on SIGINT or SIGTERM.");
    spec()
        .usageMessage()
        .customSynopsis("hostproc collect --episode ID (--pid PID | -- COMMAND [ARG…]) [OPTION…]")
        .footer(
            "",
            "Example:",
            "  hostproc collect --episode boot-17 --pid 4711 --bootstrap-servers lake:9092");
  }

  @Override
  public Integer call() throws Exception {
    check();
    priority();
    linger.check();
    kafka.allowOffline();
    kafka.check(offline());
    try (KafkaConnection connection = offline() ? null : kafka.connection();
        StatusLine status = new StatusLine();
        Collector collector = new Collector(plan(connection), priority(), status::show)) {
      StopSignal.onStop(
          collector::stop, flushTimeout().plus(Collector.COMMAND_ENDS_WITHIN).plus(STOP_MARGIN));
      Result result = run(collector);
      status.clear();
      say(new Summary(this, result));
      return result.isComplete() ? 0 : 1;
    }
  }

  private Result run(Collector collector) throws FailedException, InterruptedException {
    ControlSocket control = ControlSockets.open(socket.getValue(), collector.control());
    try {
      return collector.run();
    } finally {
      if (control != null) {
        control.close();
      }
    }
  }

  private void say(Summary result) {
    if (summary.getValue() == SummaryForm.json) {
      String json = result.json();
      StopSignal.lastWords(
          () -> {
            out().println(json);
            out().flush();
          });
    } else {
      err().print(result.text());
      err().flush();
    }
  }

  private Plan plan(@Nullable KafkaConnection connection) {
    return new Plan(
        episode(),
        rowsFile(),
        ManifestFile.beside(rowsFile()),
        appendOtherProcess(),
        new Plan.Subject(procRoot(), pid(), command()),
        new Plan.Grid(intervalMs(), durationNs(), monoOriginNs(), !command().isEmpty(), null),
        connection == null ? null : new Plan.Shipping(connection, linger(), flushTimeout()),
        Log::get);
  }

  private void check() {
    if ((pid() == null) == command().isEmpty()) {
      throw usage("what to sample? --pid PID, or -- COMMAND [ARG…], one of them");
    }
    if (pid() != null && pid() < 1) {
      throw usage("--pid " + pid() + ": a pid is 1 or more");
    }
    if (intervalMs() < 1 || intervalMs() > INTERVAL_MS_MAX) {
      throw usage("--interval-ms " + intervalMs() + ": 1 to " + INTERVAL_MS_MAX);
    }
    Double seconds = durationS.getValue();
    if (seconds != null && !(seconds > 0 && seconds <= DURATION_S_MAX)) {
      throw usage("--duration-s " + seconds + ": more than 0, at most ten years");
    }
    if (rowsFile().toString().isEmpty() || rowsFile().getFileName() == null) {
      throw usage("--output '" + rowsFile() + "': is not a file name");
    }
    if (ManifestFile.isNameOfOne(rowsFile())) {
      throw usage("--output " + rowsFile() + ": is a manifest's name");
    }
    long flush = flushTimeoutS.getValue();
    if (flush < 0 || flush > FLUSH_TIMEOUT_S_MAX) {
      throw usage("--flush-timeout-s " + flush + ": 0 to " + FLUSH_TIMEOUT_S_MAX);
    }
    long nowNs = System.nanoTime();
    if (monoOriginNs() != null && (monoOriginNs() < 0 || monoOriginNs() > nowNs)) {
      throw usage(
          "--mono-origin-ns " + monoOriginNs() + ": CLOCK_MONOTONIC of this boot is now " + nowNs);
    }
  }

  private Priority priority() {
    String text = priority.getValue();
    return Priority.of(text)
        .orElseThrow(() -> usage("--priority '" + text + "': write normal, high or realtime"));
  }

  EpisodeId episode() {
    return episode.id();
  }

  /** Null if a command is to be started. */
  Long pid() {
    return pid.getValue();
  }

  /** Empty if there is a pid. */
  List<String> command() {
    List<String> words = command.getValue();
    return words == null ? List.of() : words;
  }

  long intervalMs() {
    return intervalMs.getValue();
  }

  long durationNs() {
    Double seconds = durationS.getValue();
    return seconds == null ? Long.MAX_VALUE : Math.max(1, Math.round(seconds * NS_PER_S));
  }

  Path rowsFile() {
    Path file = output.getValue();
    return file != null ? file : Path.of("episodes", episode().value(), "host_proc.jsonl");
  }

  KafkaOptions kafka() {
    return kafka;
  }

  Duration linger() {
    return linger.linger();
  }

  boolean offline() {
    return offline.getValue();
  }

  Duration flushTimeout() {
    return Duration.ofSeconds(flushTimeoutS.getValue());
  }

  /** Null if the collector's start is the origin. */
  Long monoOriginNs() {
    return monoOriginNs.getValue();
  }

  boolean appendOtherProcess() {
    return appendOtherProcess.getValue();
  }

  Path procRoot() {
    return procRoot.getValue();
  }
}
