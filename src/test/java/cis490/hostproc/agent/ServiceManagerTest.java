package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.Tool;
import cis490.hostproc.testkit.Wait;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceManagerTest {

  private static final Duration WITHIN = Duration.ofSeconds(20);
  private static final long SELF = ProcessHandle.current().pid();

  /** Prints the sender's pid, its own clock in µs and the message, for each datagram. */
  private static final String MANAGER =
      """
      import socket, struct, sys, time
      own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      own.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
      name = sys.argv[1]
      own.bind(chr(0) + name[1:] if name[0] == "@" else name)
      print("bound", flush=True)
      while True:
          message, credentials, _, _ = own.recvmsg(4096, 1024)
          pid = struct.unpack("3i", credentials[0][2])[0]
          now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
          print(pid, now, repr(message.decode()), flush=True)
      """;

  @TempDir private Path folder;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private Child manager;

  @BeforeEach
  void requirePython() throws Exception {
    Tool.require("python3", "--version");
  }

  @AfterEach
  void endManager() {
    if (manager != null) {
      manager.kill();
    }
  }

  @Test
  void saysAllThatTheProtocolHas() throws Exception {
    String address = folder.resolve("notify").toString();
    startManager(address);
    ServiceManager told = ServiceManager.of(Map.of("NOTIFY_SOCKET", address));

    told.ready("64 episodes");
    told.status("65 épisodes\nREADY=1");
    told.watchdog();
    told.stopping();

    assertEquals(
        List.of(
            "'READY=1\\nSTATUS=64 episodes'",
            "'STATUS=65 épisodes READY=1'",
            "'WATCHDOG=1'",
            "'STOPPING=1'"),
        messages(4));
  }

  @Test
  void reachesAnAbstractSocket() throws Exception {
    String address = "@hostproc-test-" + UUID.randomUUID();
    startManager(address);

    ServiceManager.of(Map.of("NOTIFY_SOCKET", address)).watchdog();

    assertEquals(List.of("'WATCHDOG=1'"), messages(1));
  }

  /** systemd takes a message for this process's own by its sender's pid. */
  @Test
  void itIsThisProcessThatSends() throws Exception {
    String address = folder.resolve("notify").toString();
    startManager(address);

    ServiceManager.of(Map.of("NOTIFY_SOCKET", address)).ready("");

    assertEquals(Long.toString(SELF), lines(1).get(0).split(" ")[0]);
  }

  @Test
  void reloadingHasTheManagersOwnClock() throws Exception {
    String address = folder.resolve("notify").toString();
    startManager(address);
    ServiceManager told = ServiceManager.of(Map.of("NOTIFY_SOCKET", address));

    told.watchdog();
    told.reloading();
    told.watchdog();

    List<String> lines = lines(3);
    String[] words = lines.get(1).split("[ '=]|\\\\n");
    assertEquals("RELOADING 1 MONOTONIC_USEC", String.join(" ", words[3], words[4], words[5]));
    long saidUs = Long.parseLong(words[6]);
    assertTrue(saidUs <= clockUs(lines.get(1)), lines::toString);
    assertTrue(saidUs > clockUs(lines.get(0)) - WITHIN.toMillis() * 1_000, lines::toString);
  }

  @Test
  void aLongStatusIsCut() throws Exception {
    String address = folder.resolve("notify").toString();
    startManager(address);

    ServiceManager.of(Map.of("NOTIFY_SOCKET", address)).status("x".repeat(100_000));

    assertEquals(List.of("'STATUS=" + "x".repeat(500) + "'"), messages(1));
  }

  /** Its queue is full after some datagrams. */
  @Test
  void aManagerThatDoesNotReadHoldsNobodyUp() throws Exception {
    String address = folder.resolve("notify").toString();
    startManager(address);
    ServiceManager told = ServiceManager.of(Map.of("NOTIFY_SOCKET", address));
    manager.freeze();

    String said =
        stderr(
            () ->
                Wait.until(
                    "a warning",
                    WITHIN,
                    () -> {
                      told.watchdog();
                      return !printed.toString().isEmpty();
                    }));
    manager.resume();
    told.stopping();

    assertTrue(said.contains("Resource temporarily unavailable"), said);
    Wait.until("it reads again", WITHIN, () -> manager.out().contains("STOPPING=1"));
  }

  @Test
  void aManagerThatIsNotThereIsOneWarning() throws Exception {
    String address = folder.resolve("nobody").toString();
    ServiceManager told = ServiceManager.of(Map.of("NOTIFY_SOCKET", address));

    String said =
        stderr(
            () -> {
              told.ready("");
              told.watchdog();
              told.stopping();
            });

    assertEquals(1, said.lines().count(), said);
    assertTrue(said.contains("NOTIFY_SOCKET: No such file or directory"), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vsock:2:1234", "relative", "LONG"})
  void anAddressOfAnotherKindIsOneWarning(String address) throws Exception {
    String meant = address.replace("LONG", "/" + "x".repeat(107));

    String said =
        stderr(
            () -> {
              ServiceManager told = ServiceManager.of(Map.of("NOTIFY_SOCKET", meant));
              told.ready("");
              told.watchdog();
            });

    assertEquals(1, said.lines().count(), said);
  }

  @Test
  void withoutAManagerNothingIsSaid() throws Exception {
    String said =
        stderr(
            () -> {
              ServiceManager nobody = ServiceManager.of(Map.of("WATCHDOG_USEC", "1000000"));
              nobody.ready("");
              nobody.status("");
              nobody.reloading();
              nobody.watchdog();
              nobody.stopping();
              assertEquals(Optional.empty(), nobody.watchdogInterval());
            });

    assertEquals("", said);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "30000000, SELF, 30000",
        "30000000, none, 30000",
        "30000000, 1, none",
        "0, SELF, none",
        "-1, SELF, none",
        "18446744073709551615, SELF, none",
        "soon, SELF, none",
        "'', none, none",
      })
  void theWatchdogsIntervalIsForThisProcess(String limitUs, String pid, Long expectedMs) {
    Map<String, String> environment = new HashMap<>();
    environment.put("NOTIFY_SOCKET", folder.resolve("nobody").toString());
    environment.put("WATCHDOG_USEC", limitUs);
    if (pid != null) {
      environment.put("WATCHDOG_PID", pid.replace("SELF", Long.toString(SELF)));
    }

    assertEquals(
        Optional.ofNullable(expectedMs).map(Duration::ofMillis),
        ServiceManager.of(environment).watchdogInterval());
  }

  private void startManager(String address) throws Exception {
    manager =
        Child.start(
            folder, "manager", Map.of(), List.of("python3", "-X", "utf8", "-c", MANAGER, address));
    Wait.until("the manager listens", WITHIN, () -> manager.out().startsWith("bound"));
  }

  private List<String> messages(int count) throws Exception {
    return lines(count).stream().map(line -> line.split(" ", 3)[2]).toList();
  }

  private List<String> lines(int count) throws Exception {
    Wait.until(count + " messages", WITHIN, () -> manager.out().lines().count() == 1 + count);
    return manager.out().lines().skip(1).toList();
  }

  private static long clockUs(String line) {
    return Long.parseLong(line.split(" ")[1]);
  }

  /** What is logged meanwhile. */
  private String stderr(Wait.Action action) throws Exception {
    PrintStream before = System.err;
    System.setErr(new PrintStream(printed, true));
    try {
      action.take();
    } finally {
      System.setErr(before);
    }
    return printed.toString();
  }
}
