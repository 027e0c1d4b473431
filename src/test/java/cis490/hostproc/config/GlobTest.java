package cis490.hostproc.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Seed;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

  private static final int ROUNDS = 20_000;

  @ParameterizedTest
  @CsvSource({
    "qemu-system-*,     qemu-system-x86,               true",
    "qemu-system-*,     qemu-system-,                  true",
    "qemu-system-*,     kvm-qemu-system-x86,           false",
    "qemu,              qemu,                          true",
    "qemu,              qemu2,                         false",
    "qemu,              qem,                           false",
    "qemu,              Qemu,                          false",
    "qemu?,             qemu1,                         true",
    "qemu?,             qemu,                          false",
    "q?mu,              qému,                          true",
    "?,                 😀,                            true",
    "??,                😀,                            false",
    "*??,               😀,                            false",
    "*?b,               a😀b,                          true",
    "/machine.slice/*,  /machine.slice/a/b,            true",
    "/machine.slice/*,  /machineXslice/a,              false",
    "*/libvirt/*.scope, /x/libvirt/y/libvirt/z.scope,  true",
    "*.scope,           a.scope.b,                     false",
    "**a**,             bab,                           true",
    "'',                '',                            true",
    "'',                a,                             false",
    "*,                 '',                            true",
    "?,                 '',                            false",
    "a.c[d]\\(e,        a.c[d]\\(e,                    true"
  })
  void fitsTheWholeText(String glob, String text, boolean expected) {
    assertEquals(expected, new Glob(glob).matches(text));
  }

  @Test
  void isWhatARegularExpressionSays() {
    SplittableRandom random = Seed.random("globs");
    for (int round = 0; round < ROUNDS; round++) {
      String glob = random(random, "ab*?", 6);
      String text = random(random, "ab", 8);
      Pattern same = Pattern.compile(glob.replace("*", ".*").replace("?", "."));
      assertEquals(
          same.matcher(text).matches(), new Glob(glob).matches(text), glob + " of " + text);
    }
  }

  private static String random(SplittableRandom random, String letters, int lengthMax) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(lengthMax + 1);
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  /** Each star tried for itself would take longer than the universe is old. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyStarsTakeNoMoreThanTextTimesPattern() {
    String text = "a".repeat(4096);
    assertFalse(new Glob("a*".repeat(499) + "b").matches(text));
    assertTrue(new Glob("a*".repeat(500)).matches(text));
  }

  @Test
  void knowsTheShortestThatFits() {
    assertEquals(4, new Glob("*é?*x*").bytesMin());
  }
}
