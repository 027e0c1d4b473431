package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A value is that of the last line which begins with the key, in a text that is whole. */
class KeyedLinesTest {

  private static final byte[] KEY = KeyedLines.key("write_bytes");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "write_bytes: 7\n",
        "write_bytes:7\n",
        "write_bytes:\t7\n",
        "write_bytes: \t  7\n",
        "\nwrite_bytes: 7\n",
        "a: 1\nwrite_bytes: 7\nb: 2\n",
        "write_bytes: 7\n\n\n",
        "write_bytes: 7\nwrite_bytes\n",
        "write_bytes: 5\nwrite_bytes: 7\n",
        "write_bytes: no number\nwrite_bytes: 7\n",
        "write_bytes: 7\ncancelled_write_bytes: 9\n",
        "write_bytes: 7\n write_bytes: 9\n",
        "write_bytes: 7\nname: write_bytes: 9\n",
        "write_bytes: 7\nx\rwrite_bytes: 9\n",
        "write_bytes: 7\nWRITE_BYTES: 9\n",
        "write_bytes: 7\nwrite_bytes_: 9\n"
      })
  void theValueIsSeven(String text) throws MalformedKernelTextException {
    assertEquals(7, value(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "write_bytes: 7",
        "write_bytes: 7\nb",
        "write_bytes:\n",
        "write_bytes: \n",
        "write_bytes: -7\n",
        "write_bytes: +7\n",
        "write_bytes: 7 \n",
        "write_bytes: 7 kB\n",
        "write_bytes: 7\r\n",
        "write_bytes: 7\0\n",
        "write_bytes: 7_0\n",
        "write_bytes : 7\n",
        "write_byte: 7\n",
        "cancelled_write_bytes: 7\n",
        "write_bytes: 7\nwrite_bytes: no number\n",
        "write_bytes: 18446744073709551616\n"
      })
  void theTextIsRefused(String text) {
    assertThrows(MalformedKernelTextException.class, () -> value(text));
  }

  @Test
  void whatStandsBehindTheLengthIsNeverLookedAt() throws MalformedKernelTextException {
    byte[] text = bytes("write_bytes: 7\nwrite_bytes: 9\n");
    int length = "write_bytes: 7\n".length();
    assertEquals(7, KeyedLines.lastValue(text, length, KEY, "io", "write_bytes"));
    assertThrows(
        MalformedKernelTextException.class,
        () -> KeyedLines.lastValue(text, length - 1, KEY, "io", "write_bytes"));
  }

  @Test
  void eachErrorSaysWhatIsWrongInWhichFile() {
    assertEquals("io: has no write_bytes: \"a: 1\\x0a\"", message("a: 1\n"));
    assertEquals("io: does not end in a newline: \"write_bytes: 7\"", message("write_bytes: 7"));
    assertTrue(
        message("write_bytes: x\n").startsWith("io: write_bytes is not an unsigned 64-bit number"));
  }

  private static String message(String text) {
    return assertThrows(MalformedKernelTextException.class, () -> value(text)).getMessage();
  }

  private static long value(String text) throws MalformedKernelTextException {
    byte[] bytes = bytes(text);
    return KeyedLines.lastValue(bytes, bytes.length, KEY, "io", "write_bytes");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
