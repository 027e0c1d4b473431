package cis490.hostproc.agent;

import cis490.hostproc.proc.Auxv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** When a process started, by the wall clock of this moment, in UTC. */
final class StartTime {

  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final double NS_PER_S = 1e9;
  private static final Path UPTIME = Path.of("/proc/uptime");

  private final long ticksPerSecond;

  StartTime() {
    this.ticksPerSecond = ticksPerSecond();
  }

  private static long ticksPerSecond() {
    try {
      return Auxv.ofThisKernel().clockTicksPerSecond();
    } catch (IOException | RuntimeException unknown) {
      return 100;
    }
  }

  /** {@code 20260131T235959Z}; the same process has one second more or less at another time. */
  String text(long startTimeTicks) {
    double sinceNs = (uptimeS() - startTimeTicks / (double) ticksPerSecond) * NS_PER_S;
    return FORM.format(Instant.now().minusNanos((long) sinceNs));
  }

  /** Since boot, suspended time included, as start times count. */
  private static double uptimeS() {
    try {
      return Double.parseDouble(Files.readString(UPTIME).split(" ")[0]);
    } catch (IOException | NumberFormatException unknown) {
      return 0;
    }
  }
}
