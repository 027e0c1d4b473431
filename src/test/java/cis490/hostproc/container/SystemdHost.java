package cis490.hostproc.container;

import cis490.hostproc.testkit.Wait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/**
 * A container whose first process is systemd, with the built program and {@code src/main/systemd}
 * as somebody has installed them.
 */
final class SystemdHost {

  private static final String IMAGE = "hostproc-systemd:bookworm";
  private static final Duration UP_WITHIN = Duration.ofMinutes(1);
  private static final long POLL_MS = 200;

  private final String container;

  private SystemdHost(String container) {
    this.container = container;
  }

  /** Skips the running test without an engine or the image. */
  static SystemdHost start() throws Exception {
    Docker.require(IMAGE);
    SystemdHost host = new SystemdHost(run());
    try {
      Wait.until("systemd is up", UP_WITHIN, POLL_MS, host::isUp);
      host.sh("systemd-sysusers && mkdir -p /etc/hostproc");
    } catch (Exception | AssertionError failed) {
      host.close();
      throw failed;
    }
    return host;
  }

  /** systemd itself needs SYS_ADMIN, and gives away the next two; it mounts things and filters. */
  private static String run() throws Exception {
    List<String> command = new ArrayList<>(List.of("run", "--detach", "--cgroupns", "private"));
    for (String each : List.of("SYS_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH")) {
      command.addAll(List.of("--cap-add", each));
    }
    for (String each : List.of("seccomp=unconfined", "apparmor=unconfined")) {
      command.addAll(List.of("--security-opt", each));
    }
    for (String each : List.of("/run", "/run/lock", "/tmp")) {
      command.addAll(List.of("--tmpfs", each));
    }
    command.addAll(mount("target", "/usr/lib/hostproc"));
    command.addAll(
        mount(
            "src/main/systemd/hostproc-agent.service",
            "/etc/systemd/system/hostproc-agent.service"));
    command.addAll(
        mount("src/main/systemd/hostproc.sysusers", "/usr/lib/sysusers.d/hostproc.conf"));
    command.add(IMAGE);
    return Docker.docker(command.toArray(String[]::new));
  }

  private static List<String> mount(String ours, String there) {
    return List.of("--volume", Path.of(ours).toAbsolutePath() + ":" + there + ":ro");
  }

  private boolean isUp() throws Exception {
    return tried("systemctl is-system-running").out().strip().equals("running");
  }

  /** What a command in its shell prints; it must succeed. */
  String sh(String line) throws Exception {
    return tried(line).require().strip();
  }

  /** How a command in its shell ends. */
  Docker.Ended tried(String line) throws Exception {
    return Docker.run(Map.of(), List.of("docker", "exec", container, "sh", "-c", line));
  }

  /** Writes a text file. */
  void write(String file, String text) throws Exception {
    sh("mkdir -p \"$(dirname " + file + ")\" && cat > " + file + " <<'END'\n" + text + "\nEND");
  }

  /** A property of a unit, as {@code systemctl show} has it. */
  String property(String unit, String name) throws Exception {
    return sh("systemctl show --value --property " + name + " " + unit);
  }

  /** What a unit and systemd have said of it since this host is up. */
  String journal(String unit) throws Exception {
    return sh("journalctl --quiet --output cat --unit " + unit);
  }

  /** Waits for a property's value; fails with the unit's journal. */
  void await(String unit, String property, String value, Duration limit) throws Exception {
    try {
      Wait.until(
          unit + ": " + property + "=" + value,
          limit,
          POLL_MS,
          () -> property(unit, property).equals(value));
    } catch (AssertionError late) {
      Assertions.fail(property(unit, property) + "\n" + journal(unit), late);
    }
  }

  /** Ends all of it. */
  void close() throws Exception {
    Docker.docker("rm", "--force", "--volumes", container);
  }
}
