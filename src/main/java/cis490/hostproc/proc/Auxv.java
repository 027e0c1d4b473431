package cis490.hostproc.proc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code /proc/<pid>/auxv}: what the kernel passed to a process at its start (getauxval(3)); here
 * the two units that rows are measured in.
 *
 * @param pageSizeBytes AT_PAGESZ, bytes in a page
 * @param clockTicksPerSecond AT_CLKTCK, jiffies in a second
 */
public record Auxv(long pageSizeBytes, long clockTicksPerSecond) {

  private static final long AT_NULL = 0;
  private static final long AT_PAGESZ = 6;
  private static final long AT_CLKTCK = 17;
  private static final int PAIR_BYTES = 2 * Long.BYTES;

  /**
   * Refuses values that no kernel gives.
   *
   * @param pageSizeBytes more than 0
   * @param clockTicksPerSecond more than 0
   */
  public Auxv {
    if (pageSizeBytes <= 0 || clockTicksPerSecond <= 0) {
      throw new IllegalArgumentException(
          "page size " + pageSizeBytes + " and clock ticks " + clockTicksPerSecond + ", both > 0");
    }
  }

  /**
   * This process's own vector: the units are the kernel's, so they hold for every process on it.
   *
   * @return page size and clock tick
   * @throws IOException if {@code /proc/self/auxv} can't be read or lacks one of the two
   */
  public static Auxv ofThisKernel() throws IOException {
    Path file = Path.of("/proc/self/auxv");
    return parse(Files.readAllBytes(file), file);
  }

  static Auxv parse(byte[] vector, Path file) throws IOException {
    ByteBuffer words = ByteBuffer.wrap(vector).order(ByteOrder.nativeOrder());
    long pageSize = 0;
    long clockTicks = 0;
    while (words.remaining() >= PAIR_BYTES) {
      long type = words.getLong();
      long value = words.getLong();
      if (type == AT_NULL) {
        break;
      } else if (type == AT_PAGESZ) {
        pageSize = value;
      } else if (type == AT_CLKTCK) {
        clockTicks = value;
      }
    }
    if (pageSize <= 0 || clockTicks <= 0) {
      throw new IOException(file + " has no page size (AT_PAGESZ) or no clock tick (AT_CLKTCK)");
    }
    return new Auxv(pageSize, clockTicks);
  }
}
