package cis490.hostproc.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/**
 * {@code hostproc agent}, as its users run it, with a configuration that can be rewritten. It can
 * be started again and again, and goes on with its episodes each time.
 */
public final class AgentProcess {

  /** For its last rows, as its configuration is to say. */
  public static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(60);

  private static final Duration EXIT_WITHIN = FLUSH_TIMEOUT.plusSeconds(30);
  private static final Duration SAYS_WITHIN = Duration.ofSeconds(60);

  private final Path folder;
  private final List<String> before;
  private final List<Child> all = new ArrayList<>();
  private Child child;

  /**
   * Does not start it.
   *
   * @param folder where its configuration and its logs go; its working folder
   * @param before what the program is started behind: nsenter; nothing as a rule
   */
  public AgentProcess(Path folder, List<String> before) {
    this.folder = folder;
    this.before = before;
  }

  /** What it reads at its next start or SIGHUP. */
  public void configure(String yaml) throws IOException {
    Files.writeString(config(), yaml);
  }

  private Path config() {
    return folder.resolve("agent.yaml").toAbsolutePath();
  }

  /** Starts it, and does not wait. */
  public void launch() throws IOException {
    Assertions.assertFalse(up(), "runs already");
    List<String> command = new ArrayList<>(before);
    command.addAll(List.of(Program.LAUNCHER.toString(), "agent", "--config", config().toString()));
    Map<String, String> environment = Map.of("HOSTPROC_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
    child = Child.start(folder, "agent-run-" + (all.size() + 1), environment, command);
    all.add(child);
  }

  /** Whether it was started and has not ended. */
  public boolean up() {
    return child != null && child.alive();
  }

  /** SIGKILL, and waits until it is gone. */
  public void kill() {
    signal("KILL");
    child.awaitExit(EXIT_WITHIN);
  }

  /** SIGTERM. */
  public void terminate() {
    signal("TERM");
  }

  /** SIGHUP. */
  public void hangUp() {
    signal("HUP");
  }

  /** To the program itself: what it was started behind may be its parent. */
  private void signal(String name) {
    Stream<Long> below =
        ProcessHandle.of(child.pid()).stream()
            .flatMap(ProcessHandle::descendants)
            .map(ProcessHandle::pid);
    Hostproc.signal(below.reduce(child.pid(), (above, each) -> each), name);
  }

  /** Its exit code, waited for. */
  public int awaitExit() {
    return child.awaitExit(EXIT_WITHIN);
  }

  /** What the present or last run said. */
  public String err() {
    return child.err();
  }

  /** What all runs said, line by line. */
  public List<String> log() {
    return all.stream().flatMap(each -> each.err().lines()).toList();
  }

  /** How many lines of the present or last run have this. */
  public long countSaid(String text) {
    return err().lines().filter(line -> line.contains(text)).count();
  }

  /** Until the present run says this; fails if it ends before that. */
  public void awaitSaid(String text) throws Exception {
    Wait.until(
        "the agent says \"" + text + "\"",
        SAYS_WITHIN,
        () -> {
          Assertions.assertTrue(up() || countSaid(text) > 0, () -> "the agent ended:\n" + err());
          return countSaid(text) > 0;
        });
  }

  /** Ends it, if it runs. */
  public void end() {
    if (up()) {
      kill();
    }
  }
}
