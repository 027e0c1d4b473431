package cis490.hostproc.proc;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code /proc/<pid>/timens_offsets}: how far the clocks of a time namespace are from the host's
 * (time_namespaces(7)).
 */
public final class TimeNamespace {

  private static final Path OFFSETS = Path.of("/proc/self/timens_offsets");
  private static final BigInteger NS_PER_S = BigInteger.valueOf(1_000_000_000);

  private TimeNamespace() {}

  /**
   * Of this process's CLOCK_MONOTONIC: what it reads is the host's own, and this.
   *
   * @return ns; 0 outside of a time namespace; null if the kernel knows none (before Linux 5.6)
   */
  public static @Nullable Long monotonicOffsetNs() {
    try {
      return monotonicOffsetNs(Files.readString(OFFSETS));
    } catch (IOException none) {
      return null;
    }
  }

  /** Seconds, which can be negative, and nanoseconds, which are not. */
  static @Nullable Long monotonicOffsetNs(String text) {
    for (String line : text.split("\n")) {
      String[] words = line.strip().split("\\s+");
      // By number in the kernels that had the file first.
      if (words.length == 3 && (words[0].equals("monotonic") || words[0].equals("1"))) {
        try {
          BigInteger seconds = new BigInteger(words[1]);
          return seconds.multiply(NS_PER_S).add(new BigInteger(words[2])).longValueExact();
        } catch (ArithmeticException | NumberFormatException malformed) {
          return null;
        }
      }
    }
    return null;
  }
}
