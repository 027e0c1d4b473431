package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each number of stat comes from its own field, counted from the last parenthesis. */
class StatTest {

  private static final int[] FIELDS_USED = {10, 12, 14, 15, 20, 22, 23, 24};

  @Test
  void eachNumberComesFromItsOwnField() throws MalformedKernelTextException {
    // Field n holds the number n.
    Stat stat = parse("1 (2) S " + numbers(4, 52) + "\n");
    assertEquals(10, stat.minorFaults());
    assertEquals(12, stat.majorFaults());
    assertEquals(14, stat.userJiffies());
    assertEquals(15, stat.sysJiffies());
    assertEquals(22, stat.startTimeTicks());
    assertEquals(23, stat.vsizeBytes());
    assertEquals(24, stat.rssPages());
    assertEquals(24 * 16384, stat.rssBytes(16384));
  }

  @Test
  void aKernelThatEndsWithField24IsRead() throws MalformedKernelTextException {
    assertEquals(24, parse("1 (2) S " + numbers(4, 24) + "\n").rssPages());
  }

  @Test
  void everyTextThatEndsEarlierIsRefused() {
    String whole = "1 (2) S " + numbers(4, 24) + "\n";
    for (int length = 0; length < whole.length(); length++) {
      String cut = whole.substring(0, length);
      assertThrows(MalformedKernelTextException.class, () -> parse(cut), cut);
    }
    for (int last = 3; last < 24; last++) {
      String lacking = "1 (2) S " + numbers(4, last) + "\n";
      assertThrows(MalformedKernelTextException.class, () -> parse(lacking), lacking);
    }
  }

  @Test
  void anOrdinaryTextCutAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.process("name-like-fields").resolve("stat"));
    for (int length = 0; length < whole.length; length++) {
      int cut = length;
      assertThrows(MalformedKernelTextException.class, () -> new Stat().parse(whole, cut));
    }
  }

  @Test
  void anEmptyFieldIsRefusedSinceItWouldShiftTheOthers() {
    String whole = "1 (2) S " + numbers(4, 52) + "\n";
    for (int field = 4; field <= 24; field++) {
      String doubled = whole.replaceFirst(" " + field + " ", "  " + field + " ");
      var error = assertThrows(MalformedKernelTextException.class, () -> parse(doubled), doubled);
      assertTrue(error.getMessage().startsWith("stat: field " + field + " is empty: "));
    }
    assertThrows(
        MalformedKernelTextException.class, () -> parse("1 (2)  S " + numbers(4, 52) + "\n"));
  }

  @Test
  void aFieldInUseThatIsNoNumberIsRefusedByItsName() {
    for (int field : FIELDS_USED) {
      String wrong =
          ("1 (2) S " + numbers(4, 52) + "\n").replaceFirst(" " + field + " ", " -" + field + " ");
      String message =
          assertThrows(MalformedKernelTextException.class, () -> parse(wrong)).getMessage();
      assertTrue(message.contains("(field " + field + ")"), message);
      assertTrue(message.endsWith("\"-" + field + "\""), message);
    }
  }

  @Test
  void aFieldOutOfUseMayHoldAnything() throws MalformedKernelTextException {
    // tty_nr and tpgid are negative at times.
    String odd = ("1 (2) S " + numbers(4, 52) + "\n").replace(" 7 8 ", " -7 x ");
    assertEquals(10, parse(odd).minorFaults());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "?", "SS", "@", "[", "`", "{", "\u00d3", "-"})
  void aStateThatIsNoLetterIsRefused(String state) {
    assertThrows(
        MalformedKernelTextException.class,
        () -> parse("1 (2) " + state + " " + numbers(4, 52) + "\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "Z, 1, true",
    "X, 1, true",
    "x, 1, true",
    "Z, 0, true",
    "X, 0, true",
    "Z, 2, false",
    "X, 2, false",
    "Z, 18446744073709551615, false",
    "R, 1, false",
    "S, 1, false",
    "D, 1, false",
    "T, 1, false",
    "t, 1, false",
    "I, 1, false",
    "S, 0, false"
  })
  void aProcessIsDeadWhenItIsAZombieWithNoOtherThread(String state, String threads, boolean dead)
      throws MalformedKernelTextException {
    String text =
        "1 (2) " + state + " " + numbers(4, 19) + " " + threads + " " + numbers(21, 52) + "\n";
    assertEquals(dead, parse(text).dead());
  }

  @ParameterizedTest
  @CsvSource({
    "ordinary, qemu-system-x86",
    "name-ending-in-parenthesis, ends in )",
    "name-like-fields, x) S 1 2 3"
  })
  void theCommandNameStandsBetweenTheFirstAndTheLastParenthesis(String fixture, String name)
      throws IOException, MalformedKernelTextException {
    assertEquals(name, commandNameOf(fixture));
  }

  @Test
  void aCommandNameKeepsItsSpacesAndNewlines() throws IOException, MalformedKernelTextException {
    assertEquals("(a b ) ( c d) ", commandNameOf("name-with-spaces-and-parentheses"));
    assertEquals("a\nb\nS 1 2", commandNameOf("name-with-newline"));
    assertEquals("", commandNameOf("name-empty"));
  }

  @Test
  void bytesOfACommandNameThatAreNotUtf8AreReplaced()
      throws IOException, MalformedKernelTextException {
    String name = commandNameOf("name-not-utf-8");
    assertTrue(name.startsWith("\ufffd\ufffd\ufffd("), name);
    assertTrue(name.endsWith("\ufffd"), name);
    assertFalse(name.contains(" S "), name);
  }

  @Test
  void aCommandWithoutItsOpeningParenthesisIsRefused() {
    for (String after : new String[] {"\n", " (\n"}) {
      byte[] text = bytes("1 2) S " + numbers(4, 52) + after);
      assertThrows(MalformedKernelTextException.class, () -> commandName(text));
    }
  }

  @Test
  void residentMemoryIsRefusedOnlyWhenItsBytesAreBeyond64Bits()
      throws MalformedKernelTextException {
    String before = "1 (2) S " + numbers(4, 23) + " ";
    assertEquals(-4096L, parse(before + "4503599627370495\n").rssBytes(4096));
    assertEquals(-1L, parse(before + "18446744073709551615\n").rssBytes(1));
    assertEquals(-65536L, parse(before + "281474976710655\n").rssBytes(65536));
    for (String pages : new String[] {"4503599627370496", "18446744073709551615"}) {
      Stat stat = parse(before + pages + "\n");
      var error = assertThrows(MalformedKernelTextException.class, () -> stat.rssBytes(4096));
      assertEquals(
          "stat: rss (field 24) in bytes is beyond 64 bits: \"" + pages + "\"", error.getMessage());
    }
  }

  @Test
  void whatStandsBehindTheLengthIsNeverLookedAt() throws MalformedKernelTextException {
    String whole = "1 (2) S " + numbers(4, 52) + "\n";
    byte[] text = bytes(whole + "3 (4) R " + numbers(104, 152) + "\n");
    Stat stat = new Stat();
    stat.parse(text, whole.length());
    assertEquals(10, stat.minorFaults());
  }

  private static String commandNameOf(String fixture)
      throws IOException, MalformedKernelTextException {
    return commandName(Files.readAllBytes(Fixtures.process(fixture).resolve("stat")));
  }

  private static String commandName(byte[] text) throws MalformedKernelTextException {
    Stat stat = new Stat();
    stat.parseWithCommandName(text, text.length);
    return stat.commandName();
  }

  private static Stat parse(String text) throws MalformedKernelTextException {
    byte[] bytes = bytes(text);
    Stat stat = new Stat();
    stat.parse(bytes, bytes.length);
    return stat;
  }

  private static String numbers(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(" "));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
