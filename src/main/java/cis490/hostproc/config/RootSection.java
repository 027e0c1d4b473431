package cis490.hostproc.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.config.AgentConfig.Limits;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.sample.Priority;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The whole file. */
final class RootSection {

  private static final String KAFKA = "kafka";
  private static final String OUTPUT = "output";
  private static final String MANIFESTS = "manifests";
  private static final String INTERVAL_MS = "interval_ms";
  private static final String PRIORITY = "priority";
  private static final String FLUSH_TIMEOUT_S = "flush_timeout_s";
  private static final String WATCH = "watch";
  private static final String LIMITS = "limits";
  private static final String EPISODES = "episodes";
  private static final String FREE_DISK = "free_disk";
  private static final String KEEP = "keep";
  private static final String SEALED_DAYS = "sealed_days";
  private static final String CONTROL = "control";
  private static final String SOCKET = "socket";
  private static final String EVENTS = "events";
  private static final String LOOK_EVERY_MS = "look_every_ms";
  private static final List<String> KEYS =
      List.of(
          KAFKA,
          OUTPUT,
          MANIFESTS,
          INTERVAL_MS,
          PRIORITY,
          FLUSH_TIMEOUT_S,
          WATCH,
          LIMITS,
          KEEP,
          CONTROL,
          EVENTS,
          LOOK_EVERY_MS);

  /** What the kernel takes as a socket's address, without the zero at its end: unix(7). */
  private static final int SOCKET_BYTES_MAX = 107;

  private final Section section;

  private RootSection(Section section) {
    this.section = section;
  }

  static AgentConfig read(Field field) throws ConfigException {
    return new RootSection(new Section(field, KEYS)).read();
  }

  private AgentConfig read() throws ConfigException {
    long intervalMs = intervalMs();
    return new AgentConfig(
        KafkaSection.read(section.require(KAFKA, "{bootstrap_servers: lake:9092}")),
        output(section.require(OUTPUT, "/var/lib/hostproc/episodes")),
        section.path(MANIFESTS),
        intervalMs,
        priority(),
        flushTimeoutS(),
        watch(intervalMs),
        limits(),
        keepSealedDays(),
        controlSocket(),
        section.path(EVENTS),
        lookEveryMs());
  }

  private long intervalMs() throws ConfigException {
    return section.number(
        INTERVAL_MS,
        AgentConfig.INTERVAL_MS_MIN,
        AgentConfig.INTERVAL_MS_MAX,
        AgentConfig.INTERVAL_MS_DEFAULT);
  }

  private long flushTimeoutS() throws ConfigException {
    return section.number(
        FLUSH_TIMEOUT_S, 0, AgentConfig.FLUSH_TIMEOUT_S_MAX, AgentConfig.FLUSH_TIMEOUT_S_DEFAULT);
  }

  private long lookEveryMs() throws ConfigException {
    return section.number(
        LOOK_EVERY_MS,
        AgentConfig.LOOK_EVERY_MS_MIN,
        AgentConfig.LOOK_EVERY_MS_MAX,
        AgentConfig.LOOK_EVERY_MS_DEFAULT);
  }

  private static Output output(Field field) throws ConfigException {
    field.path();
    Template text = field.template();
    for (String name : text.placeholders()) {
      if (!name.equals(Output.EPISODE)) {
        throw field.wrong("{" + name + "} is not known; write {" + Output.EPISODE + "}");
      }
    }
    Output output = Output.of(text);
    if (!text.placeholders().isEmpty() && field.scalar().endsWith("/")) {
      throw field.isNot("a file; add a name, such as host_proc.jsonl");
    }
    if (ManifestFile.isNameOfOne(Path.of(output.file().toString()))) {
      throw field.wrong(Words.quoted(field.scalar()) + " is a manifest's name; give it another");
    }
    return output;
  }

  private Priority priority() throws ConfigException {
    Field field = section.find(PRIORITY);
    if (field == null) {
      return Priority.NORMAL;
    }
    return Priority.of(field.text())
        .orElseThrow(() -> field.isNot("a priority; write normal, high or realtime"));
  }

  private List<Rule> watch(long intervalMs) throws ConfigException {
    Field field = section.find(WATCH);
    List<Rule> rules = new ArrayList<>();
    if (field != null) {
      for (Field item : field.items(AgentConfig.RULES_MAX)) {
        rules.add(RuleSection.read(item, intervalMs, rules));
      }
    }
    return rules;
  }

  private Limits limits() throws ConfigException {
    Field field = section.find(LIMITS);
    if (field == null) {
      return Limits.DEFAULT;
    }
    Section limits = new Section(field, List.of(EPISODES, FREE_DISK));
    Field freeDisk = limits.find(FREE_DISK);
    return new Limits(
        limits.number(EPISODES, 1, Limits.EPISODES_MAX, Limits.DEFAULT.episodes()),
        freeDisk == null
            ? Limits.DEFAULT.freeDiskBytes()
            : freeDisk.bytes(Limits.FREE_DISK_BYTES_MAX));
  }

  private @Nullable Long keepSealedDays() throws ConfigException {
    Field field = section.find(KEEP);
    if (field == null) {
      return null;
    }
    Field days = new Section(field, List.of(SEALED_DAYS)).find(SEALED_DAYS);
    return days == null ? null : days.number(1, AgentConfig.SEALED_DAYS_MAX);
  }

  private @Nullable Path controlSocket() throws ConfigException {
    Field field = section.find(CONTROL);
    if (field == null) {
      return null;
    }
    Field socket = new Section(field, List.of(SOCKET)).require(SOCKET, "/run/hostproc/agent.sock");
    Path path = socket.path();
    int bytes = path.toString().getBytes(UTF_8).length;
    if (bytes > SOCKET_BYTES_MAX) {
      throw socket.wrong(
          "has " + bytes + " bytes; a socket's path has at most " + SOCKET_BYTES_MAX);
    }
    return path;
  }
}
