package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The message shows the offending text on one printable line of bounded length. */
class MalformedKernelTextExceptionTest {

  @Test
  void everyByteIsShownPrintably() {
    byte[] all = new byte[256];
    for (int b = 0; b < all.length; b++) {
      all[b] = (byte) b;
    }
    for (int from = 0; from < all.length; from += 64) {
      String message = message(all, from, from + 64);
      assertTrue(message.chars().allMatch(c -> c >= ' ' && c < 0x7f), message);
    }
    assertEquals("stat: odd: \"a\\x0a\\x22\\x5c\\x00\\xff\"", message("a\n\"\\\0\u00ff"));
  }

  @Test
  void aLongTextIsCutAndSaysSo() {
    assertEquals("stat: odd: \"" + "x".repeat(80) + '"', message("x".repeat(80)));
    assertEquals("stat: odd: \"" + "x".repeat(80) + "…\"", message("x".repeat(81)));
  }

  @Test
  void onlyTheTextBetweenTheBoundsIsShown() {
    byte[] text = "0123456789".getBytes(StandardCharsets.US_ASCII);
    assertEquals("stat: odd: \"345\"", message(text, 3, 6));
    assertEquals("stat: odd: \"\"", message(text, 3, 3));
  }

  private static String message(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return message(bytes, 0, bytes.length);
  }

  private static String message(byte[] text, int from, int to) {
    return new MalformedKernelTextException("stat", "odd", text, from, to).getMessage();
  }
}
