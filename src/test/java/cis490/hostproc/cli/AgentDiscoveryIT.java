package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.RowsFile;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Which processes {@code hostproc agent} records, as its users run it, without Kafka. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class AgentDiscoveryIT {

  /** More than are begun at one time. */
  private static final int MANY = 70;

  private static final int BIRTHS = 9;

  @TempDir private Path folder;
  private AgentHost host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new AgentHost(folder);
  }

  private void configure(String... rules) throws IOException {
    host.configure(AgentHost.offline(), "", rules);
  }

  @Test
  void eachKindOfMatchFindsItsProcess() throws Exception {
    String cgroup = Files.readAllLines(Path.of("/proc/self/cgroup")).get(0).split(":", 3)[2];
    String ours = "exe: '" + host.program + "', arguments: ";
    Process byCommand = host.guest("-name", "command,debug=on");
    Process byArguments = host.guest("-name", "guest=arguments,debug=on");
    Process byUser = host.guest("by=user");
    Process byCgroup = host.guest("by=cgroup");
    Process byPidFile = host.guest("by=pid_file");
    Files.writeString(folder.resolve("guest.pid"), byPidFile.pid() + "\n");
    configure(
        host.rule("a", "{command: 'guest-*', arguments: '" + "name command,'}", "command-{pid}"),
        host.rule(
            "b", "{" + ours + "'-name guest=(?<vm>[^,]+),debug=(?<debug>.*)'}", "{vm}-{debug}"),
        host.rule(
            "c",
            "{" + ours + "by=user, user: " + System.getProperty("user.name") + "}",
            "{rule}-{pid}"),
        host.rule("d", "{" + ours + "by=cgroup, cgroup: '" + cgroup + "'}", "cgroup-{pid}"),
        host.rule("e", "{" + ours + "by=cgroup, cgroup: '" + cgroup + "/no'}", "no-{pid}"),
        host.rule("f", "{" + ours + "by=user, user: 4242424242}", "no-{pid}"),
        host.rule("g", "{pid_file: guest.pid}", "{command}-{pid}"));

    Hostproc agent = host.start();

    assertIsRecorded(agent, byCommand, "command-" + byCommand.pid());
    assertIsRecorded(agent, byArguments, "arguments-on");
    assertIsRecorded(agent, byUser, "c-" + byUser.pid());
    assertIsRecorded(agent, byCgroup, "cgroup-" + byCgroup.pid());
    assertIsRecorded(agent, byPidFile, "guest-" + host.tag + "-" + byPidFile.pid());
    AgentHost.end(agent);
    try (var episodes = Files.list(folder.resolve("episodes"))) {
      assertEquals(5, episodes.count());
    }
    assertFalse(agent.err().contains("WARN"), agent.err());
  }

  private void assertIsRecorded(Hostproc agent, Process process, String episode) throws Exception {
    host.awaitRows(agent, episode, 2);
    assertEquals(process.pid(), host.manifest(episode).get("pid").asLong());
  }

  /** Half of them at least: the machine of the tests has others to run, too. */
  @Test
  void isSampledWithinASecondOfItsBirth() throws Exception {
    host.configure(AgentHost.offline(), "look_every_ms: 500\n", host.guests());
    Hostproc agent = host.start();
    host.guest("vm=first");
    host.awaitRows(agent, host.episode("first"), 1);

    List<Long> delaysNs = new ArrayList<>();
    for (int i = 0; i < BIRTHS; i++) {
      Instant before = Instant.now();
      host.guest("vm=" + i);
      host.awaitRows(agent, host.episode("" + i), 1);
      String row = Files.readAllLines(host.rows(host.episode("" + i))).get(0);
      delaysNs.add(
          RowsFile.number(row, "t_wall_ns")
              - TimeUnit.SECONDS.toNanos(before.getEpochSecond())
              - before.getNano());
    }

    delaysNs.sort(null);
    assertTrue(delaysNs.get(BIRTHS / 2) < TimeUnit.SECONDS.toNanos(1), delaysNs.toString());
  }

  @Test
  void aChildIsFoundOnceItHasBecomeItsProgram() throws Exception {
    configure(host.rule("guests", "{exe: '" + host.program + "', arguments: 'vm=(?<vm>\\S+)'}"));
    List<String> later = new ArrayList<>(List.of("/bin/sh", "-c", "read word; exec \"$@\"", "sh"));
    later.addAll(host.guestCommand("vm=later"));
    Process child = Hostproc.target(later.toArray(new String[0]));
    host.guest("vm=first");
    Hostproc agent = host.start();
    host.awaitRows(agent, host.episode("first"), 1);
    assertFalse(Files.exists(host.rows(host.episode("later"))));

    Writer in = child.outputWriter();
    in.write("go\n");
    in.flush();

    assertIsRecorded(agent, child, host.episode("later"));
  }

  @Test
  void manyProcessesAtOnceAreAllRecorded() throws Exception {
    configure(host.guests());
    for (int i = 0; i < MANY; i++) {
      host.guest("vm=" + i);
    }

    Hostproc agent = host.start();
    for (int i = 0; i < MANY; i++) {
      host.awaitRows(agent, host.episode("" + i), 1);
    }

    AgentHost.end(agent);
    for (int i = 0; i < MANY; i++) {
      assertEquals("ended", host.state(host.episode("" + i)));
    }
  }

  @Test
  void whatCanNotBeRecordedIsOneLineAndAllOthersGoOn() throws Exception {
    configure(
        host.rule(
            "slow", "{exe: '" + host.program + "', arguments: 'x*x*x*x*x*x*zz'}", "slow-{pid}"),
        host.guests(),
        host.rule("again", "{exe: '" + host.program + "', arguments: vm=twice}", "no-{pid}"));
    long slow = host.guest("x".repeat(1000)).pid();
    long one = host.guest("vm=same").pid();
    Hostproc agent = host.start();
    host.awaitRows(agent, host.episode("same"), 1);
    long other = host.guest("vm=same").pid();
    long invalid = host.guest("vm=a/b").pid();
    long twice = host.guest("vm=twice").pid();
    host.guest("vm=good");
    host.awaitRows(agent, host.episode("good"), 75);
    AgentHost.end(agent);

    assertEquals(
        1, AgentHost.said(agent, "WARN.* rule slow: .* of process " + slow + ": needs too"));
    String refused = "\\(guest-" + host.tag + ", rule guests\\) is not recorded: ";
    String same = "process " + one + " is recorded as same-" + host.tag + " already";
    assertEquals(1, AgentHost.said(agent, "process " + other + " " + refused + same));
    assertEquals(1, AgentHost.said(agent, "process " + invalid + " " + refused + ".*a/b-"));
    String several =
        "process " + twice + " .* fits the rules guests, again; it is recorded by the first";
    assertEquals(1, AgentHost.said(agent, several));
    assertEquals(4, AgentHost.said(agent, "WARN|ERROR"), agent.err());
    assertEquals(one, host.manifest(host.episode("same")).get("pid").asLong());
    assertEquals(twice, host.manifest(host.episode("twice")).get("pid").asLong());
  }

  @Test
  void aFileThatIsNotTheAgentsIsNamedOnceAndLeftAlone() throws Exception {
    configure(host.guests());
    Path foreign = host.rows(host.episode("foreign"));
    Files.createDirectories(foreign.getParent());
    Files.writeString(foreign, "{\"not\": \"ours\"}\n");
    host.guest("vm=foreign");
    host.guest("vm=good");

    Hostproc agent = host.start();
    host.awaitRows(agent, host.episode("good"), 100);
    AgentHost.end(agent);

    assertEquals(
        1, AgentHost.said(agent, "WARN.* have no manifest of hostproc and are left alone"));
    assertEquals(
        1, AgentHost.said(agent, "ERROR.*foreign-" + host.tag + ": not recorded"), agent.err());
    assertEquals("{\"not\": \"ours\"}\n", Files.readString(foreign));
    assertEquals(2, AgentHost.content(foreign.getParent()).size());
  }

  @Test
  void aUserThatIsNotKnownIsAUsageError() throws Exception {
    configure(host.rule("guests", "{user: no-such-user}", "{pid}"));
    for (String option : List.of("--check", "--proc-root=/proc")) {
      Hostproc agent = host.start(option);
      assertEquals(2, agent.exitCode(), agent.err());
      assertTrue(
          agent.err().contains("agent.yaml: rule guests: user no-such-user is not known"),
          agent.err());
      assertEquals(1, agent.err().lines().filter(line -> !line.isBlank()).count(), agent.err());
    }
    assertFalse(Files.exists(folder.resolve("episodes")));
  }

  @Test
  void aCheckListsAndTouchesNothing() throws Exception {
    host.configure(
        "{embedded: true}", "manifests: manifests\ncontrol: {socket: s}\n", host.guests());
    Process guest = host.guest("vm=one");
    List<Path> before = AgentHost.content(folder);

    Hostproc check = host.start("--check");
    assertEquals(0, check.exitCode(), check.err());
    assertEquals(
        String.format(
            "%-10d %-15s  guests: %s%n", guest.pid(), "guest-" + host.tag, host.episode("one")),
        check.out());
    assertTrue(check.err().contains("1 processes, 1 would be recorded"), check.err());

    host.guest("vm=one");
    check = host.start("--check");
    assertEquals(1, check.exitCode(), check.err());
    assertTrue(
        check.out().contains("NOT RECORDED: process " + guest.pid() + " has the same"),
        check.out());
    assertEquals(before, AgentHost.content(folder));
  }

  @Test
  void aConfigurationThatIsWrongIsOneLineWithItsPlace() throws Exception {
    host.write("kafka: {offline: true}\noutput: episodes\nwatch:\n  - {nam: a}\n");
    Hostproc agent = host.start();
    assertEquals(2, agent.exitCode(), agent.err());
    assertTrue(agent.err().contains("agent.yaml:4"), agent.err());
  }
}
