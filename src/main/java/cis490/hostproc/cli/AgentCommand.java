package cis490.hostproc.cli;

import cis490.hostproc.agent.Agent;
import cis490.hostproc.agent.Preview;
import cis490.hostproc.agent.ServiceManager;
import cis490.hostproc.agent.UnknownUserException;
import cis490.hostproc.collect.Log;
import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.config.ConfigException;
import cis490.hostproc.config.ConfigFile;
import cis490.hostproc.config.KafkaChoice;
import cis490.hostproc.control.ControlSocket;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc agent}: the options; {@link Agent} does it. */
final class AgentCommand extends Command {

  /** The embedded broker's data, under the output: no episode's id begins with a dot. */
  private static final String BROKER_DATA = ".kafka";

  /** For what has no limit but the disks: closing all files. */
  private static final Duration STOP_MARGIN = Duration.ofMinutes(1);

  private final OptionSpec configFile =
      add(
          OptionSpec.builder("--config")
              .type(Path.class)
              .required(true)
              .paramLabel("FILE")
              .description("What to record: YAML, docs/agent.md."));

  private final OptionSpec check =
      addFlag(
          "--check",
          "Read the configuration, show which processes would be recorded as which episodes, and"
              + " end. Touches nothing.");

  private final OptionSpec procRoot =
      add(
          OptionSpec.builder("--proc-root")
              .type(Path.class)
              .paramLabel("DIR")
              .defaultValue("/proc")
              .description("Where procfs is mounted. Default: ${DEFAULT-VALUE}"));

  AgentCommand() {
    super(
        "Record all processes of a host that rules describe.",
        "Finds processes by the rules of a configuration, records each as an episode of its own,"
            + " ships and seals it.",
        "SIGHUP reads the configuration again. SIGTERM ends all episodes in good order; the next"
            + " agent goes on with them.");
    spec()
        .usageMessage()
        .footer("", "Example:", "  hostproc agent --config /etc/hostproc/agent.yaml --check");
  }

  @Override
  public Integer call() throws Exception {
    AgentConfig config = config();
    try {
      return check.getValue() ? preview(config) : record(config);
    } catch (UnknownUserException wrong) {
      throw usage(configFile.getValue() + ": " + wrong.getMessage());
    }
  }

  private int record(AgentConfig config) throws Exception {
    ServiceManager manager = ServiceManager.of(System.getenv());
    try (KafkaConnection connection = connection(config)) {
      Agent agent = new Agent(config, connection, procRoot(), manager, Log.get());
      StopSignal.onStop(agent::stop, Duration.ofSeconds(config.flushTimeoutS()).plus(STOP_MARGIN));
      HangUp.onSignal(() -> reload(agent));
      ControlSocket control = ControlSockets.open(config.controlSocket(), agent.control());
      try {
        agent.run();
      } finally {
        if (control != null) {
          control.close();
        }
      }
      return 0;
    }
  }

  private AgentConfig config() {
    try {
      return ConfigFile.read(configFile.getValue());
    } catch (ConfigException wrong) {
      throw usage(wrong.getMessage());
    }
  }

  /** An error in it changes nothing. */
  private void reload(Agent agent) {
    try {
      agent.reload(ConfigFile.read(configFile.getValue()));
    } catch (ConfigException wrong) {
      Log.get().error("the configuration stays as it was: {}", wrong.getMessage());
    }
  }

  /** Null if nothing is shipped. */
  private @Nullable KafkaConnection connection(AgentConfig config) {
    KafkaChoice kafka = config.kafka();
    KafkaOptions options;
    if (kafka instanceof KafkaChoice.Cluster cluster) {
      options = new KafkaOptions(this, cluster.bootstrapServers(), null, cluster.settings());
    } else if (kafka instanceof KafkaChoice.Embedded embedded) {
      Path data = embedded.folder();
      Path inOutput = config.output().folder().resolve(BROKER_DATA);
      options = new KafkaOptions(this, null, data == null ? inOutput : data, null);
    } else {
      return null;
    }
    options.check(false);
    return options.connection();
  }

  private int preview(AgentConfig config) throws FailedException, InterruptedException {
    List<Preview> found = Preview.of(config, procRoot(), Log.get());
    for (Preview each : found) {
      out().println(line(each));
    }
    long recorded = found.stream().filter(each -> each.problem() == null).count();
    err()
        .println(
            String.format(
                Locale.ROOT, "%,d processes, %,d would be recorded", found.size(), recorded));
    return recorded == found.size() ? 0 : 1;
  }

  private static String line(Preview process) {
    return String.format(
        Locale.ROOT,
        "%-10d %-15s  %s%s%s",
        process.pid(),
        Text.printable(process.command()),
        String.join(", ", process.rules()),
        process.episode() == null ? "" : ": " + process.episode(),
        process.problem() == null ? "" : "  NOT RECORDED: " + Text.printable(process.problem()));
  }

  private Path procRoot() {
    return procRoot.getValue();
  }
}
