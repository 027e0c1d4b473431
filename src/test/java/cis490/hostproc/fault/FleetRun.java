package cis490.hostproc.fault;

import cis490.hostproc.testkit.AgentProcess;
import cis490.hostproc.testkit.Cadence;
import cis490.hostproc.testkit.Fleet;
import cis490.hostproc.testkit.Wait;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;

/** A run with a fleet of processes in place of one, and an agent that is not started yet. */
final class FleetRun implements AutoCloseable {

  private static final int SMALL = 8;

  /** How many processes; more in the opt-in run. */
  static final int SIZE = Integer.getInteger("faults.fleet", SMALL);

  static final int INTERVAL_MS = 20;
  static final String GROUP = "a";

  private static final Duration ROWS_WITHIN = Duration.ofSeconds(60);
  private static final Duration SEALED_WITHIN = Duration.ofMinutes(2);
  private static final long LOOK_MS = 50;

  private static final String UNKNOWN = "unknown";
  private static final String RULE_GONE = "rule_gone";
  private static final String STOPPED = "signal";
  private static final List<String> DIED = List.of("process_gone", "process_zombie", UNKNOWN);

  private final Run run;
  private final Fleet fleet;
  private final AgentProcess agent;
  private final Path output;
  private final Map<String, FleetEpisode> episodes = new HashMap<>();

  /** They died while no agent ran. */
  private final Set<String> diedUnseen = new HashSet<>();

  private final Set<String> ruleGone = new HashSet<>();
  private String episodeTemplate = "{n}-{started}";

  /** What a scenario does with a fleet. */
  @FunctionalInterface
  interface Script {
    void play(FleetRun fleet) throws Exception;
  }

  FleetRun(Run run, List<String> agentBehind) {
    this.run = run;
    this.fleet = new Fleet(run.episode());
    this.agent = new AgentProcess(run.folder(), agentBehind);
    this.output = run.folder().resolve("episodes").toAbsolutePath();
  }

  /** One broker, a fleet; after the script all is healed, and each topic must be its file. */
  static Scenario exact(String name, Script faults) {
    return Scenario.ending(
        name,
        run -> {
          try (FleetRun fleet = new FleetRun(run, List.of())) {
            faults.play(fleet);
            fleet.healAndRequireExact();
          }
        });
  }

  /** Whether it is that of the usual build, which is to be quick. */
  static boolean isSmall() {
    return SIZE <= SMALL;
  }

  Run run() {
    return run;
  }

  Fleet fleet() {
    return fleet;
  }

  AgentProcess agent() {
    return agent;
  }

  /** The id of a process's episode, after the tag. Only before the first configuration. */
  void nameEpisodes(String template) {
    episodeTemplate = template;
  }

  /** Rules that find the processes of these groups. */
  void configure(String... groups) throws IOException {
    agent.configure(configuration(groups));
  }

  String configuration(String... groups) {
    StringBuilder yaml = new StringBuilder();
    yaml.append("kafka:\n");
    yaml.append("  bootstrap_servers: \"").append(run.brokers().address()).append("\"\n");
    yaml.append("  config: \"").append(run.kafkaConfig()).append("\"\n");
    yaml.append("  linger_ms: 200\n");
    yaml.append("output: \"").append(output).append("\"\n");
    yaml.append("interval_ms: ").append(INTERVAL_MS).append('\n');
    yaml.append("flush_timeout_s: ").append(AgentProcess.FLUSH_TIMEOUT.toSeconds()).append('\n');
    yaml.append("limits: {free_disk: 0}\n");
    yaml.append("watch:\n");
    for (String group : groups) {
      yaml.append("  - name: ").append(group).append('\n');
      String found = fleet.argument("(?<n>" + group + "[0-9]+)$");
      yaml.append("    match: {arguments: '").append(found).append("'}\n");
      yaml.append("    episode: '").append(run.episode() + "-" + episodeTemplate).append("'\n");
    }
    return yaml.toString();
  }

  /** The folder that the episode of a process has if its id is the process's name. */
  Path folder(String name) {
    return output.resolve(run.episode() + "-" + name);
  }

  /** The usual beginning: all processes, the agent, and the first rows of each. */
  void start() throws Exception {
    fleet.spawn(GROUP, SIZE);
    configure(GROUP);
    agent.launch();
    awaitMoreRows(fleet.alive());
  }

  /** Until each of them has an episode with more rows than now. */
  void awaitMoreRows(Collection<String> names) throws Exception {
    Map<String, Long> before = new HashMap<>();
    for (String name : names) {
      before.put(name, bytes(name));
    }
    for (String name : names) {
      Wait.until(
          "rows of " + name + ", the agent says " + agent.err(),
          ROWS_WITHIN,
          LOOK_MS,
          () -> {
            Assertions.assertTrue(agent.up(), () -> "the agent ended:\n" + agent.err());
            return bytes(name) > before.get(name);
          });
    }
  }

  private long bytes(String name) throws IOException {
    return hasEpisode(name) ? episode(name).bytes() : 0;
  }

  private boolean hasEpisode(String name) throws IOException {
    return episodes.containsKey(name) || !folders(name).isEmpty();
  }

  /** That of a process; it must have one, and no other. */
  FleetEpisode episode(String name) throws IOException {
    FleetEpisode known = episodes.get(name);
    if (known == null) {
      List<Path> folders = folders(name);
      Assertions.assertEquals(1, folders.size(), () -> "one folder of " + name + ": " + folders);
      known = new FleetEpisode(folders.get(0));
      episodes.put(name, known);
    }
    return known;
  }

  private List<Path> folders(String name) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.exists(output)) {
      String id = run.episode() + "-" + name;
      try (DirectoryStream<Path> all = Files.newDirectoryStream(output, id + "{,-*}")) {
        all.forEach(found::add);
      }
    }
    return found;
  }

  /** SIGKILL to the agent. */
  void kill() throws IOException {
    agent.kill();
    run.say("agent killed");
    for (String name : fleet.names()) {
      if (hasEpisode(name)) {
        episode(name).pause();
      }
    }
  }

  /** One of the processes ends. */
  void end(String name) throws Exception {
    if (!agent.up()) {
      diedUnseen.add(name);
    }
    fleet.end(name);
    run.say(name + " ended");
  }

  /** Some of the living, at least one is left. */
  List<String> some(int most) {
    List<String> alive = new ArrayList<>(fleet.alive());
    List<String> some = new ArrayList<>();
    for (int i = run.random().nextInt(most + 1); i > 0 && alive.size() > 1; i--) {
      some.add(alive.remove(run.random().nextInt(alive.size())));
    }
    return some;
  }

  /** Their episodes are to end because their rules are gone. */
  void ruleGone(Collection<String> names) {
    ruleGone.addAll(names);
  }

  /** And so they are no longer: rules find them again. */
  void ruleIsBack(Collection<String> names) throws IOException {
    ruleGone.removeAll(names);
    for (String name : names) {
      episode(name).pause();
    }
  }

  /** Until their episodes are sealed. */
  void awaitSealed(Collection<String> names) throws Exception {
    for (String name : names) {
      Wait.until(
          name + " is sealed, the agent says " + agent.err(),
          SEALED_WITHIN,
          LOOK_MS,
          () -> episode(name).isSealed());
    }
  }

  /** The usual end: what is dead is sealed, what lives goes on, and is sealed at the end. */
  void healAndRequireExact() throws Exception {
    run.brokers().heal();
    long reachableSinceNs = System.nanoTime();
    if (!agent.up()) {
      agent.launch();
    }
    awaitShipping(going());
    run.hasWaited(reachableSinceNs);
    stop();
    requireExact(fleet.names());
  }

  /** Until the agent has said this of one episode so often. */
  void awaitSaidOf(String name, String text, int times) throws Exception {
    String id = episode(name).id();
    Wait.until(
        "the agent says of " + name + ": " + text,
        ROWS_WITHIN,
        LOOK_MS,
        () ->
            agent.log().stream().filter(line -> line.contains(id) && line.contains(text)).count()
                >= times);
  }

  /** The agent had no complaint of any but these. */
  void requireQuiet(Collection<String> troubled) throws IOException {
    for (String line : agent.log()) {
      if (line.contains("WARN") || line.contains("ERROR")) {
        Set<String> named = namedIn(line);
        Assertions.assertTrue(!named.isEmpty() && troubled.containsAll(named), line);
      }
    }
  }

  /** At the beginning of the line, or in a list of several. */
  private Set<String> namedIn(String line) throws IOException {
    Set<String> named = new HashSet<>();
    for (String name : fleet.names()) {
      if (line.matches(".*" + Pattern.quote(episode(name).id()) + "[:,)].*")) {
        named.add(name);
      }
    }
    return named;
  }

  /** Those that are alive and recorded. */
  private List<String> going() {
    List<String> going = new ArrayList<>(fleet.alive());
    going.removeAll(ruleGone);
    return going;
  }

  /** Until more rows of each are committed than now. */
  private void awaitShipping(Collection<String> names) throws Exception {
    awaitMoreRows(names);
    Map<String, Long> before = new HashMap<>();
    for (String name : names) {
      before.put(name, run.committedEnd(episode(name).topic()));
    }
    for (String name : names) {
      Wait.until(
          "rows of " + name + " are committed, the agent says " + agent.err(),
          ROWS_WITHIN,
          LOOK_MS,
          () -> run.committedEnd(episode(name).topic()) > before.get(name));
    }
  }

  /**
   * Ends the agent in good order, once all live processes have new rows and the dead are sealed.
   */
  void stop() throws Exception {
    List<String> over = new ArrayList<>(fleet.names());
    over.removeAll(going());
    awaitMoreRows(going());
    awaitSealed(over);
    terminate();
  }

  /** SIGTERM, and its end. */
  void terminate() {
    agent.terminate();
    Assertions.assertEquals(0, agent.awaitExit(), agent::err);
  }

  /** What these have in the table. */
  void requireExact(Collection<String> names) throws Exception {
    long rows = 0;
    Cadence worst = Cadence.NONE;
    for (String name : names) {
      FleetEpisode episode = episode(name);
      episode.requireExact(run.brokers().address());
      episode.requireSealed(endReasons(name));
      Cadence cadence = episode.cadence(INTERVAL_MS);
      cadence.require(INTERVAL_MS, run.bystander());
      worst = cadence.longestNs() > worst.longestNs() ? cadence : worst;
      rows += episode.file().count();
    }
    run.conclude(rows, new Oracle.Count(0, 0, 0), worst);
  }

  private List<String> endReasons(String name) {
    if (ruleGone.contains(name)) {
      return List.of(RULE_GONE);
    }
    if (diedUnseen.contains(name)) {
      return List.of(UNKNOWN);
    }
    return fleet.isAlive(name) ? List.of(STOPPED) : DIED;
  }

  @Override
  public void close() {
    agent.end();
    fleet.close();
  }
}
