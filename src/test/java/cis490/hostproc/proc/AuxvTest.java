package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cis490.hostproc.testkit.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Page size and clock tick are the kernel's, or there is an error: never a guess. */
class AuxvTest {

  private static final Path FILE = Path.of("/proc/self/auxv");

  @Test
  void bothUnitsAreTakenFromTheirOwnPairs() throws IOException {
    Auxv auxv = parse(33, 1, 16, 2, 6, 16384, 17, 250, 3, 4, 0, 0);
    assertEquals(16384, auxv.pageSizeBytes());
    assertEquals(250, auxv.clockTicksPerSecond());
  }

  @Test
  void whatStandsBehindTheEndMarkIsNotRead() throws IOException {
    assertEquals(new Auxv(4096, 100), parse(6, 4096, 17, 100, 0, 0, 6, 1, 17, 1));
  }

  @Test
  void aVectorWithoutOneOfTheTwoIsAnErrorThatNamesBothAndTheFile() {
    for (long[] words :
        new long[][] {
          {}, {0, 0}, {6, 4096}, {17, 100}, {6, 4096, 0, 0, 17, 100}, {6, 0, 17, 100}, {6, 4096, 17}
        }) {
      var error = assertThrows(IOException.class, () -> parse(words), Arrays.toString(words));
      assertEquals(
          "/proc/self/auxv has no page size (AT_PAGESZ) or no clock tick (AT_CLKTCK)",
          error.getMessage());
    }
  }

  @Test
  void aUnitBelowOneIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Auxv(0, 100));
    assertThrows(IllegalArgumentException.class, () -> new Auxv(4096, 0));
    assertThrows(IllegalArgumentException.class, () -> new Auxv(-4096, -100));
  }

  @Test
  void theUnitsOfThisKernelAreThoseThatGetconfPrints() throws IOException, InterruptedException {
    Tool.require("getconf", "PAGESIZE");
    Auxv auxv = Auxv.ofThisKernel();
    assertEquals(Tool.line("getconf", "PAGESIZE"), Long.toString(auxv.pageSizeBytes()));
    assertEquals(Tool.line("getconf", "CLK_TCK"), Long.toString(auxv.clockTicksPerSecond()));
  }

  private static Auxv parse(long... words) throws IOException {
    ByteBuffer vector =
        ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.nativeOrder());
    for (long word : words) {
      vector.putLong(word);
    }
    return Auxv.parse(vector.array(), FILE);
  }
}
