package cis490.hostproc.cli;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.broker.BrokerJars;
import cis490.hostproc.collect.Log;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.kafka.BadSettingException;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.ServerList;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Where Kafka is, the same for every command that needs it. */
final class KafkaOptions {

  static final String BOOTSTRAP_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS";

  /** An episode id never begins with a dot, so no episode's folder is in the way. */
  static final String BROKER_DATA = "episodes/.kafka";

  private static final String BOOTSTRAP = CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG;

  private final Command command;
  private final @Nullable OptionSpec servers;
  private final @Nullable OptionSpec broker;
  private final @Nullable OptionSpec config;

  /** What the file of settings is called in messages. */
  private final String configName;

  /** Set by the one command that works without Kafka. */
  private boolean offlineAllowed;

  private @Nullable String fromVariable;
  private Map<String, String> own = Map.of();

  /** What the options say, from {@link #check} on. */
  private @Nullable String bootstrapServers;

  private @Nullable Path embeddedBroker;
  private @Nullable Path kafkaConfig;

  /** As the agent's configuration has it, for a command without such options. */
  KafkaOptions(
      Command command,
      @Nullable String bootstrapServers,
      @Nullable Path embeddedBroker,
      @Nullable Path kafkaConfig) {
    this.command = command;
    this.servers = null;
    this.broker = null;
    this.config = null;
    this.configName = "kafka.config";
    this.bootstrapServers = bootstrapServers;
    this.embeddedBroker = embeddedBroker;
    this.kafkaConfig = kafkaConfig;
  }

  KafkaOptions(Command command) {
    this.command = command;
    this.configName = "--kafka-config";
    servers =
        command.add(
            OptionSpec.builder("--bootstrap-servers")
                .type(String.class)
                .paramLabel("HOST:PORT,…")
                .description("The cluster. Default: the variable " + BOOTSTRAP_VARIABLE + "."));
    broker =
        command.add(
            OptionSpec.builder("--embedded-broker")
                .type(Path.class)
                .paramLabel("DIR")
                .arity("0..1")
                .fallbackValue(BROKER_DATA)
                .description(
                    "Kafka on this machine, for as long as this command runs. DIR keeps its topics"
                        + " (${FALLBACK-VALUE})."));
    config =
        command.add(
            OptionSpec.builder("--kafka-config")
                .type(Path.class)
                .paramLabel("FILE")
                .description(
                    "Properties file with any client setting (TLS, SASL, …), except those that"
                        + " keep the rows exact."));
  }

  void allowOffline() {
    offlineAllowed = true;
  }

  /** Checks all that can be checked before anything is touched. */
  void check(boolean offline) {
    if (servers != null && broker != null && config != null) {
      bootstrapServers = servers.getValue();
      embeddedBroker = broker.getValue();
      kafkaConfig = config.getValue();
    }
    if (offline) {
      if (bootstrapServers != null || embeddedBroker != null || kafkaConfig != null) {
        throw usage("--offline goes with no other Kafka option");
      }
      return;
    }
    if (bootstrapServers != null && embeddedBroker != null) {
      throw usage("--bootstrap-servers and --embedded-broker: give one of them");
    }
    own = new HashMap<>();
    if (kafkaConfig != null) {
      readConfig();
    }
    if (embeddedBroker != null) {
      requireBrokerJars();
    } else {
      own.put(BOOTSTRAP, requireBootstrapServers());
    }
    if (kafkaConfig != null) {
      checkValues();
    }
  }

  private void readConfig() {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(configText()));
    } catch (IOException unreadable) {
      throw usage(configName + " " + FileFailure.describe(requireNonNull(kafkaConfig), unreadable));
    } catch (IllegalArgumentException malformed) {
      throw usage(configName + " " + kafkaConfig + ": " + malformed.getMessage());
    }
    for (String name : properties.stringPropertyNames()) {
      if (!KafkaSettings.allowed(name, properties.getProperty(name))) {
        throw usage(
            kafkaConfig
                + lineOf(name)
                + ": "
                + name
                + " can't be set: the rows are exactly once only with hostproc's own value");
      }
      if (!KafkaSettings.known(name)) {
        Log.get()
            .warn(
                "{}{}: {} is not a setting of a Kafka client",
                kafkaConfig,
                lineOf(name),
                Text.printable(name));
      }
      requirePath(name, properties.getProperty(name));
      own.put(name, properties.getProperty(name));
    }
  }

  /** A file that the locale can't name would be another one. */
  private void requirePath(String name, String value) {
    boolean path = name.endsWith(".location") || name.endsWith(".file");
    if (path && !Undecoded.fits(value)) {
      throw usage(
          kafkaConfig
              + lineOf(name)
              + ": "
              + name
              + " has letters that this locale lacks; "
              + Undecoded.remedy("give the file another name"));
    }
  }

  /** Some editors begin a file with a byte order mark, which is not part of the first name. */
  private String configText() throws IOException {
    String text = Files.readString(kafkaConfig);
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** {@code :N} of the line that sets a property last, found as {@link Properties} reads lines. */
  private String lineOf(String name) {
    String line = "";
    try {
      List<String> lines = configText().lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        Properties one = new Properties();
        one.load(new StringReader(lines.get(i)));
        if (one.containsKey(name)) {
          line = ":" + (i + 1);
        }
      }
    } catch (IOException | IllegalArgumentException unreadable) {
      // It was readable before; the name alone must be enough.
    }
    return line;
  }

  private void requireBrokerJars() {
    requirePlain(BOOTSTRAP, null);
    requirePlain(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT");
    try {
      BrokerJars.check();
    } catch (IOException missing) {
      throw usage(missing.getMessage());
    }
  }

  /** The embedded broker is reached in one way alone. */
  private void requirePlain(String name, @Nullable String plain) {
    String value = own.get(name);
    if (value != null && !value.strip().equalsIgnoreCase(plain)) {
      throw usage(kafkaConfig + lineOf(name) + ": " + name + " and --embedded-broker");
    }
  }

  /** The option, else the file, else the variable. */
  private String requireBootstrapServers() {
    String where = "";
    String servers = bootstrapServers;
    if (servers == null && own.containsKey(BOOTSTRAP)) {
      where = kafkaConfig + lineOf(BOOTSTRAP) + ": " + BOOTSTRAP + ": ";
      servers = resolved();
    } else if (servers == null) {
      where = BOOTSTRAP_VARIABLE + ": ";
      servers = System.getenv(BOOTSTRAP_VARIABLE);
      fromVariable = servers;
    }
    if (servers == null || servers.isBlank()) {
      throw usage(
          "where is Kafka? --bootstrap-servers HOST:PORT, --embedded-broker"
              + (offlineAllowed ? ", or --offline for the file alone" : ""));
    }
    String problem = ServerList.problem(servers);
    if (problem != null) {
      throw usage(where + Text.printable(problem));
    }
    return servers;
  }

  /** If the file says so, a config provider gives the value. */
  private @Nullable String resolved() {
    try {
      return new KafkaSettings(own).value(BOOTSTRAP);
    } catch (KafkaException wrong) {
      throw usage(kafkaConfig + lineOf(BOOTSTRAP) + ": " + wrong.getMessage());
    }
  }

  private void checkValues() {
    try {
      Map<String, String> probe = new HashMap<>(own);
      probe.putIfAbsent(BOOTSTRAP, "127.0.0.1:9092");
      new KafkaSettings(probe).check();
    } catch (BadSettingException wrong) {
      String line = wrong.setting() == null ? "" : lineOf(wrong.setting());
      throw usage(kafkaConfig + line + ": " + wrong.getMessage());
    }
  }

  KafkaConnection connection() {
    return new KafkaConnection(own, embeddedBroker);
  }

  /** The options as the user would write them for another command. */
  String asArguments() {
    StringBuilder arguments = new StringBuilder();
    if (embeddedBroker != null) {
      arguments.append(" --embedded-broker");
      if (!embeddedBroker.equals(Path.of(BROKER_DATA))) {
        arguments.append('=').append(quoted(embeddedBroker.toString()));
      }
    } else if (bootstrapServers != null) {
      arguments.append(" --bootstrap-servers ").append(quoted(bootstrapServers));
    } else if (fromVariable != null) {
      // Written out: the command may be run from another shell.
      arguments.append(" --bootstrap-servers ").append(quoted(fromVariable));
    }
    if (kafkaConfig != null) {
      arguments.append(" --kafka-config ").append(quoted(kafkaConfig.toString()));
    }
    return arguments.toString();
  }

  static String quoted(String word) {
    boolean plain = word.matches("[A-Za-z0-9_./:,@%+=-]+");
    return plain ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private ParameterException usage(@Nullable String message) {
    return command.usage(message);
  }
}
