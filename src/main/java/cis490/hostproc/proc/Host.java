package cis490.hostproc.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code /proc/sys/kernel}: which host, and which of its boots.
 *
 * @param name the host's name, {@code /proc/sys/kernel/hostname}
 * @param bootId changes with each boot, {@code /proc/sys/kernel/random/boot_id}: pids, start times
 *     and CLOCK_MONOTONIC mean something within one boot only
 */
public record Host(String name, String bootId) {

  private static final String UNKNOWN = "unknown";

  /**
   * Reads both.
   *
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @return this host; a file that is missing (a made-up proc root) leaves "unknown"
   */
  public static Host read(Path procRoot) {
    Path kernel = procRoot.resolve("sys/kernel");
    return new Host(line(kernel.resolve("hostname")), line(kernel.resolve("random/boot_id")));
  }

  /**
   * Whether the boot is known; without it a pid and a start time name no one process.
   *
   * @return false for a made-up proc root
   */
  public boolean known() {
    return !bootId.equals(UNKNOWN);
  }

  private static String line(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException missing) {
      return UNKNOWN;
    }
  }
}
