package cis490.hostproc.row;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Seed;
import cis490.hostproc.testkit.Tool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The line is byte for byte what Python's json.dumps writes, whatever the numbers are. */
class RowEncoderTest {

  private final RowEncoder encoder = new RowEncoder();

  @Test
  void aRowIsWrittenWithItsFieldsInTheOrderOfTheReference() {
    Row row = new Row();
    row.at(1, 2);
    row.cpuUserJiffies = 3;
    row.cpuSysJiffies = 4;
    row.rssBytes = 5;
    row.vsizeBytes = 6;
    row.ioPresent = true;
    row.ioReadBytes = 7;
    row.ioWriteBytes = 8;
    row.statusPresent = true;
    row.voluntaryCtxsw = 9;
    row.involuntaryCtxsw = 10;
    row.minorFaults = 11;
    row.majorFaults = 12;
    assertEquals(
        "{\"t_mono_ns\": 1, \"t_wall_ns\": 2, \"source\": \"host_proc\","
            + " \"available_in_deployment\": false, \"cpu_user_jiffies\": 3,"
            + " \"cpu_sys_jiffies\": 4, \"rss_bytes\": 5, \"vsize_bytes\": 6,"
            + " \"io_read_bytes\": 7, \"io_write_bytes\": 8, \"voluntary_ctxsw\": 9,"
            + " \"involuntary_ctxsw\": 10, \"minor_faults\": 11, \"major_faults\": 12}\n",
        line(row));
  }

  @Test
  void anAbsentFileLeavesItsTwoFieldsNullWhateverTheyHeld() {
    for (boolean io : new boolean[] {true, false}) {
      for (boolean status : new boolean[] {true, false}) {
        Row row = RandomRows.filled(-1L);
        row.ioPresent = io;
        row.statusPresent = status;
        assertEquals(slowly(row), line(row));
        assertEquals(!io, line(row).contains("\"io_read_bytes\": null, \"io_write_bytes\": null"));
        assertEquals(
            !status, line(row).contains("\"voluntary_ctxsw\": null, \"involuntary_ctxsw\": null"));
      }
    }
  }

  @Test
  void numbersOfEveryCountOfDigitsAreWrittenAsTheyAre() {
    for (int exponent = 0; exponent <= 19; exponent++) {
      BigInteger power = BigInteger.TEN.pow(exponent);
      for (int step = -1; step <= 1; step++) {
        for (int factor = 1; factor <= 9; factor++) {
          BigInteger number =
              power.multiply(BigInteger.valueOf(factor)).add(BigInteger.valueOf(step));
          if (number.bitLength() <= 64) {
            assertWritten(number.longValue());
          }
        }
      }
    }
  }

  @Test
  void theEdgesOfTheSignedAndTheUnsignedRangeAreWrittenAsTheyAre() {
    for (long edge : new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE, -1L}) {
      for (long near = edge - 20; near != edge + 21; near++) {
        assertWritten(near);
      }
    }
  }

  @Test
  void randomNumbersOfEveryLengthInBitsAreWrittenAsTheyAre() {
    SplittableRandom random = Seed.random("numbers in rows");
    for (int i = 0; i < 100_000; i++) {
      assertWritten(random.nextLong() >>> random.nextInt(64));
    }
  }

  @Test
  void timesBeforeTheOriginAreNegative() {
    Row row = RandomRows.filled(0);
    for (long time :
        new long[] {-1, -9, -10, -1_000_000_000L, Long.MIN_VALUE + 1, Long.MIN_VALUE, 0, 1}) {
      row.at(time, -time);
      String line = line(row);
      assertTrue(line.startsWith("{\"t_mono_ns\": " + time + ", \"t_wall_ns\": " + -time + ", "));
      assertEquals(slowly(row), line);
    }
  }

  @Test
  void theLongestLineFitsWithRoomToSpare() {
    Row longest = RandomRows.filled(-1L);
    longest.at(Long.MIN_VALUE, Long.MIN_VALUE);
    int length = line(longest).length();
    assertTrue(length <= RowEncoder.LINE_LENGTH_MAX - 20, "length " + length);
    assertEquals(slowly(longest), line(longest));
  }

  @Test
  void aShortLineAfterALongOneHoldsNothingOfIt() {
    Row longest = RandomRows.filled(-1L);
    longest.at(Long.MIN_VALUE, Long.MIN_VALUE);
    Row shortest = RandomRows.filled(0);
    shortest.ioPresent = false;
    line(longest);
    assertEquals(slowly(shortest), line(shortest));
  }

  @Test
  void theBufferIsDirectAndHoldsTheLineFromPositionToLimit() {
    ByteBuffer line = encoder.encode(RandomRows.filled(7));
    assertTrue(line.isDirect());
    assertEquals(0, line.position());
    assertEquals(slowly(RandomRows.filled(7)).length(), line.remaining());
    line.position(line.limit());
    assertEquals(
        slowly(RandomRows.filled(8)), line(RandomRows.filled(8)), "a reader may use up the buffer");
  }

  @Test
  void pythonReadsALineAndWritesTheSameBytes() throws IOException, InterruptedException {
    Tool.require("python3", "--version");
    SplittableRandom random = Seed.random("rows through python");
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (int i = 0; i < 2000; i++) {
      lines.write(bytes(RandomRows.next(random)));
    }
    byte[] byPython =
        Tool.output(
            lines.toByteArray(),
            "python3",
            "-c",
            "import json, sys\nfor line in sys.stdin: print(json.dumps(json.loads(line)))");
    assertEquals(
        lines.toString(StandardCharsets.US_ASCII), new String(byPython, StandardCharsets.US_ASCII));
  }

  /** The number in every field at once. */
  private void assertWritten(long number) {
    Row row = RandomRows.filled(number);
    assertEquals(slowly(row), line(row));
  }

  private String line(Row row) {
    return new String(bytes(row), StandardCharsets.US_ASCII);
  }

  private byte[] bytes(Row row) {
    ByteBuffer line = encoder.encode(row);
    byte[] bytes = new byte[line.remaining()];
    line.get(bytes);
    return bytes;
  }

  private static String slowly(Row row) {
    return "{\"t_mono_ns\": "
        + BigInteger.valueOf(row.tMonoNs)
        + ", \"t_wall_ns\": "
        + BigInteger.valueOf(row.tWallNs)
        + ", \"source\": \"host_proc\", \"available_in_deployment\": false"
        + slowly("cpu_user_jiffies", row.cpuUserJiffies, true)
        + slowly("cpu_sys_jiffies", row.cpuSysJiffies, true)
        + slowly("rss_bytes", row.rssBytes, true)
        + slowly("vsize_bytes", row.vsizeBytes, true)
        + slowly("io_read_bytes", row.ioReadBytes, row.ioPresent)
        + slowly("io_write_bytes", row.ioWriteBytes, row.ioPresent)
        + slowly("voluntary_ctxsw", row.voluntaryCtxsw, row.statusPresent)
        + slowly("involuntary_ctxsw", row.involuntaryCtxsw, row.statusPresent)
        + slowly("minor_faults", row.minorFaults, true)
        + slowly("major_faults", row.majorFaults, true)
        + "}\n";
  }

  private static String slowly(String name, long value, boolean present) {
    return ", \"" + name + "\": " + (present ? Long.toUnsignedString(value) : "null");
  }
}
