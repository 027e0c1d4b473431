package cis490.hostproc.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Wait;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code src/main/systemd} as it stands, under a systemd that is the first process of its host. */
@Tag("long")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SystemdIT {

  static final String GUEST = "qemu-system-tes";
  static final String EPISODES = "/var/lib/hostproc/episodes";
  private static final String READ_AGAIN = "read the configuration again";

  /** No interval. */
  private static final String WRONG = "interval_ms: soon";

  private static final String UNIT = "hostproc-agent.service";
  private static final String CONFIG = "/etc/hostproc/agent.yaml";
  private static final String RIGHT =
      """
      kafka: {offline: true}
      output: %s
      interval_ms: 100
      watch:
        - name: guests
          match: {command: "qemu-system-*"}
          episode: "guest-{pid}"
      """
          .formatted(EPISODES);

  private static final String SOME_ROWS =
      "grep --no-filename --only-matching '\"io_read_bytes\": [0-9]*,\\?}\\?' --max-count 1 "
          + EPISODES
          + "/*/host_proc.jsonl";

  /** Of capabilities(7), SYS_PTRACE and DAC_READ_SEARCH: bits 19 and 2. */
  private static final String RIGHTS = "0000000000080004";

  private static final Duration WITHIN = Duration.ofSeconds(30);

  /** WatchdogSec, TimeoutAbortSec, RestartSec and a start. */
  private static final Duration WATCHED_WITHIN = Duration.ofSeconds(90);

  private static SystemdHost host;

  @BeforeAll
  static void startHost() throws Exception {
    host = SystemdHost.start();
    host.sh("cp /bin/sleep /usr/local/bin/" + GUEST);
    // An enabled unit stays loaded after its end, with how it ended.
    host.sh("systemctl daemon-reload && systemctl enable " + UNIT);
    host.sh("systemd-run --unit guest --uid games /usr/local/bin/" + GUEST + " infinity");
  }

  @AfterAll
  static void endHost() throws Exception {
    if (host != null) {
      host.close();
    }
  }

  @BeforeEach
  void configure() throws Exception {
    host.write(CONFIG, RIGHT);
  }

  @AfterEach
  void stopAgent() throws Exception {
    host.sh("systemctl stop " + UNIT + "; systemctl reset-failed " + UNIT + " || true");
    host.sh("rm -rf " + EPISODES);
  }

  @Test
  void systemdFindsNothingWrongWithTheUnit() throws Exception {
    Docker.Ended verified = host.tried("systemd-analyze verify " + UNIT);

    assertEquals("", verified.require() + verified.err());
  }

  /** It is another user's. */
  @Test
  void readsTheIoOfAnotherUsersProcessWithTwoRightsAndNoMore() throws Exception {
    host.sh("systemctl start " + UNIT);

    String status = "/proc/" + pid() + "/status";
    assertEquals("hostproc", host.sh("stat --format %U /proc/" + pid() + "/comm"));
    for (String set : new String[] {"CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
      assertEquals(set + ":\t" + RIGHTS, host.sh("grep " + set + " " + status));
    }
    Wait.until("a row with I/O", WITHIN, () -> !host.tried(SOME_ROWS).out().isEmpty());
  }

  /** As a simple service it would have started. */
  @Test
  void hasNotStartedBeforeItIsReady() throws Exception {
    host.write(CONFIG, WRONG);
    String before = host.property(UNIT, "ActiveEnterTimestampMonotonic");

    Docker.Ended started = host.tried("systemctl start " + UNIT);

    assertNotEquals(0, started.exitCode());
    assertEquals("failed", host.property(UNIT, "ActiveState"));
    assertEquals("2", host.property(UNIT, "ExecMainStatus"));
    assertEquals("0", host.property(UNIT, "NRestarts"));
    assertEquals(before, host.property(UNIT, "ActiveEnterTimestampMonotonic"));
  }

  @Test
  void readsItsConfigAgain() throws Exception {
    host.sh("systemctl start " + UNIT);
    String pid = pid();

    host.sh("systemctl reload " + UNIT);

    Wait.until("it is read", WITHIN, () -> host.journal(UNIT).contains(READ_AGAIN));
    host.await(UNIT, "ActiveState", "active", WITHIN);
    assertEquals(pid, pid());
  }

  @Test
  void isStartedAgainWhenItIsKilled() throws Exception {
    host.sh("systemctl start " + UNIT);
    String pid = pid();

    host.sh("systemctl kill --kill-who main --signal KILL " + UNIT);

    host.await(UNIT, "NRestarts", "1", WITHIN);
    host.await(UNIT, "ActiveState", "active", WITHIN);
    assertNotEquals(pid, pid());
  }

  /** It says first what its threads did. */
  @Test
  void isKilledAndStartedAgainWhenItIsFrozen() throws Exception {
    host.sh("systemctl start " + UNIT);
    String pid = pid();

    host.sh("systemctl kill --kill-who main --signal STOP " + UNIT);

    host.await(UNIT, "NRestarts", "1", WATCHED_WITHIN);
    host.await(UNIT, "ActiveState", "active", WITHIN);
    assertNotEquals(pid, pid());
    String said = host.journal(UNIT);
    assertTrue(said.contains("Watchdog timeout"), said);
    assertTrue(said.contains("Full thread dump"), said);
  }

  @Test
  void endsInGoodOrder() throws Exception {
    host.sh("systemctl start " + UNIT);

    host.sh("systemctl stop " + UNIT);

    assertEquals("inactive", host.property(UNIT, "ActiveState"));
    assertEquals("success", host.property(UNIT, "Result"));
    // CLD_EXITED: by itself, not by a signal.
    assertEquals("1", host.property(UNIT, "ExecMainCode"));
    assertEquals("0", host.property(UNIT, "ExecMainStatus"));
    assertEquals("0", host.property(UNIT, "NRestarts"));
  }

  private static String pid() throws Exception {
    return host.property(UNIT, "MainPID");
  }
}
