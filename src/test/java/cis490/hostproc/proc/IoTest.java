package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cis490.hostproc.testkit.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The two numbers of io come from their own lines, never from their neighbours'. */
class IoTest {

  @Test
  void eachNumberComesFromItsOwnLine() throws MalformedKernelTextException {
    Io io =
        parse(
            "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n"
                + "cancelled_write_bytes: 7\n");
    assertEquals(5, io.readBytes());
    assertEquals(6, io.writeBytes());
  }

  @Test
  void aTextThatLacksOneOfTheTwoIsRefused() {
    assertThrows(MalformedKernelTextException.class, () -> parse("read_bytes: 5\n"));
    assertThrows(MalformedKernelTextException.class, () -> parse("write_bytes: 6\n"));
    assertThrows(
        MalformedKernelTextException.class,
        () -> parse("read_bytes: 5\ncancelled_write_bytes: 6\n"));
  }

  @Test
  void anOrdinaryTextCutAnywhereIsRefusedUnlessBothLinesAreWhole() throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.process("ordinary").resolve("io"));
    String text = new String(whole, StandardCharsets.US_ASCII);
    int bothWhole = text.indexOf("cancelled_write_bytes");
    for (int length = 0; length < whole.length; length++) {
      if (length != bothWhole) {
        int cut = length;
        assertThrows(MalformedKernelTextException.class, () -> new Io().parse(whole, cut));
      }
    }
  }

  private static Io parse(String text) throws MalformedKernelTextException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    Io io = new Io();
    io.parse(bytes, bytes.length);
    return io;
  }
}
