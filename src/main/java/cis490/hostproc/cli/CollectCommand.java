package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hostproc collect}: the options; {@link Recording} does it. */
@Command(
    name = "collect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    customSynopsis = "hostproc collect --episode ID (--pid PID | -- COMMAND [ARG…]) [OPTION…]",
    description = {
      "Samples a process at a fixed interval; each row goes to a file and from there to Kafka.",
      "Ends when the process does, after --duration-s, or on SIGINT or SIGTERM."
    },
    footer = {
      "",
      "Example:",
      "  hostproc collect --episode boot-17 --pid 4711 --bootstrap-servers lake:9092"
    })
final class CollectCommand implements Callable<Integer> {

  private static final long NS_PER_MS = 1_000_000;
  private static final double NS_PER_S = 1e9;
  private static final long INTERVAL_MS_MAX = Duration.ofHours(1).toMillis();
  private static final double DURATION_S_MAX = Duration.ofDays(3650).toSeconds();
  private static final long FLUSH_TIMEOUT_S_MAX = Duration.ofDays(1).toSeconds();

  enum SummaryForm {
    text,
    json
  }

  @Mixin private EpisodeOption episode;

  @Option(names = "--pid", paramLabel = "PID", description = "The process to sample.")
  Long pid;

  @Parameters(
      paramLabel = "COMMAND [ARG…]",
      arity = "0..*",
      hideParamSyntax = true,
      description = "After --: start this and sample it from its birth.")
  List<String> command = List.of();

  @Option(
      names = "--interval-ms",
      paramLabel = "MS",
      defaultValue = "100",
      description = "Time between ticks. Default: ${DEFAULT-VALUE}")
  long intervalMs;

  @Option(
      names = "--duration-s",
      paramLabel = "S",
      description = "End after this many seconds. Default: when the process ends.")
  Double durationS;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The rows' file. Default: episodes/ID/host_proc.jsonl")
  Path output;

  @Mixin KafkaOptions kafka;

  @Mixin LingerOption shipping;

  @Option(names = "--offline", description = "Write the file alone.")
  boolean offline;

  @Option(
      names = "--flush-timeout-s",
      paramLabel = "S",
      defaultValue = "30",
      description = "At the end, wait so long for the last rows. Default: ${DEFAULT-VALUE}")
  long flushTimeoutS;

  @Option(
      names = "--mono-origin-ns",
      paramLabel = "N",
      description =
          "The CLOCK_MONOTONIC reading that t_mono_ns counts from. Default: the collector's start.")
  Long monoOriginNs;

  @Option(
      names = "--append-other-process",
      description = "Go on in a file that holds rows of another process, or of an unknown one.")
  boolean appendOtherProcess;

  @Option(
      names = "--proc-root",
      paramLabel = "DIR",
      defaultValue = "/proc",
      description = "Where procfs is mounted. Default: ${DEFAULT-VALUE}")
  Path procRoot;

  @Option(
      names = "--summary",
      paramLabel = "FORM",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}: text on stderr, or JSON on stdout. Default: text")
  SummaryForm summary;

  @Spec private CommandSpec spec;

  CollectCommand() {}

  @Override
  public Integer call() throws Exception {
    check();
    shipping.check();
    kafka.allowOffline();
    kafka.check(offline);
    try (Recording recording = new Recording(this)) {
      Summary result = recording.run();
      if (summary == SummaryForm.json) {
        spec.commandLine().getOut().println(result.json());
        spec.commandLine().getOut().flush();
      } else {
        spec.commandLine().getErr().print(result.text());
        spec.commandLine().getErr().flush();
      }
      return result.exitCode();
    }
  }

  private void check() {
    if ((pid == null) == command.isEmpty()) {
      throw usage("what to sample? --pid PID, or -- COMMAND [ARG…], one of them");
    }
    if (pid != null && pid < 1) {
      throw usage("--pid " + pid + ": a pid is 1 or more");
    }
    if (intervalMs < 1 || intervalMs > INTERVAL_MS_MAX) {
      throw usage("--interval-ms " + intervalMs + ": 1 to " + INTERVAL_MS_MAX);
    }
    if (durationS != null && !(durationS > 0 && durationS <= DURATION_S_MAX)) {
      throw usage("--duration-s " + durationS + ": more than 0, at most ten years");
    }
    if (rowsFile().toString().isEmpty() || rowsFile().getFileName() == null) {
      throw usage("--output '" + output + "': is no file");
    }
    if (flushTimeoutS < 0 || flushTimeoutS > FLUSH_TIMEOUT_S_MAX) {
      throw usage("--flush-timeout-s " + flushTimeoutS + ": 0 to " + FLUSH_TIMEOUT_S_MAX);
    }
    if (monoOriginNs != null && (monoOriginNs < 0 || monoOriginNs > System.nanoTime())) {
      throw usage(
          "--mono-origin-ns "
              + monoOriginNs
              + ": CLOCK_MONOTONIC of this boot is now "
              + System.nanoTime());
    }
  }

  EpisodeId episode() {
    return episode.id();
  }

  long intervalNs() {
    return intervalMs * NS_PER_MS;
  }

  long durationNs() {
    return durationS == null ? Long.MAX_VALUE : Math.max(1, Math.round(durationS * NS_PER_S));
  }

  Duration flushTimeout() {
    return Duration.ofSeconds(flushTimeoutS);
  }

  Path rowsFile() {
    return output != null ? output : Path.of("episodes", episode().value(), "host_proc.jsonl");
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
