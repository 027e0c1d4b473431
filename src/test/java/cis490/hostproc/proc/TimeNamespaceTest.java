package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import cis490.hostproc.testkit.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The offset of this process's monotonic clock, as the kernel writes it. */
class TimeNamespaceTest {

  @ParameterizedTest
  @CsvSource({
    "'monotonic           0         0\nboottime            0         0\n', 0",
    "'monotonic      172800 500000000\nboottime            1         0\n', 172800500000000",
    "'monotonic          -2 999999999\nboottime            0         0\n', -1000000001",
    "'1 7 8\n7 1 2\n', 7000000008"
  })
  void itIsSecondsAndNanoseconds(String text, long offsetNs) {
    assertEquals(offsetNs, TimeNamespace.monotonicOffsetNs(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n", "boottime 0 0\n", "monotonic x 0\n", "monotonic 99999999999 0\n"})
  void anythingElseIsNotKnown(String text) {
    assertNull(TimeNamespace.monotonicOffsetNs(text));
  }

  @Test
  void ofThisProcessItIsWhatTheKernelSays() throws Exception {
    Path offsets = Path.of("/proc/self/timens_offsets");
    Tool.require(Files.exists(offsets), "no " + offsets + ": no time namespaces here");
    String[] words = Files.readAllLines(offsets).get(0).split("\\s+");
    assertEquals(
        Long.parseLong(words[1]) * 1_000_000_000 + Long.parseLong(words[2]),
        TimeNamespace.monotonicOffsetNs());
  }
}
