package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import cis490.hostproc.testkit.Fixtures;
import cis490.hostproc.testkit.Seed;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Damaged texts give exactly what a slow and simple reading of them gives, or a named error. */
class ParserFuzzTest {

  private static final int INPUTS = 120_000;

  /** A long text is damaged as a short one is, only slower. */
  private static final int LENGTH_MAX = 3000;

  private static final BigInteger U64_MAX = new BigInteger("18446744073709551615");
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,20}");

  /** What a parser found, in an order of the test's choice; empty if the text is malformed. */
  private interface Parser {
    Optional<List<Object>> parse(byte[] text, int length) throws Exception;
  }

  /** The same, decided by the test. */
  private interface Oracle {
    Optional<List<Object>> read(String text);
  }

  @Test
  void statIsReadAsASimpleReadingReadsItOrRefused() throws Exception {
    Stat stat = new Stat();
    fuzz(
        "stat",
        texts("stat"),
        (text, length) -> {
          stat.parse(text, length);
          return Optional.of(
              List.of(
                  unsigned(stat.minorFaults()),
                  unsigned(stat.majorFaults()),
                  unsigned(stat.userJiffies()),
                  unsigned(stat.sysJiffies()),
                  unsigned(stat.startTimeTicks()),
                  unsigned(stat.vsizeBytes()),
                  unsigned(stat.rssPages()),
                  stat.dead()));
        },
        ParserFuzzTest::readStat);
  }

  @Test
  void theCommandNameIsReadAsASimpleReadingReadsItOrRefused() throws Exception {
    Stat stat = new Stat();
    fuzz(
        "stat with its command name",
        texts("stat"),
        (text, length) -> {
          stat.parseWithCommandName(text, length);
          return Optional.of(List.of(stat.commandName()));
        },
        text -> {
          int from = text.indexOf('(') + 1;
          int to = text.lastIndexOf(')');
          if (readStat(text).isEmpty() || from == 0 || from > to) {
            return Optional.empty();
          }
          byte[] name = text.substring(from, to).getBytes(StandardCharsets.ISO_8859_1);
          return Optional.of(List.of(new String(name, StandardCharsets.UTF_8)));
        });
  }

  @Test
  void ioIsReadAsASimpleReadingReadsItOrRefused() throws Exception {
    Io io = new Io();
    fuzz(
        "io",
        texts("io"),
        (text, length) -> {
          io.parse(text, length);
          return Optional.of(List.of(unsigned(io.readBytes()), unsigned(io.writeBytes())));
        },
        text -> readLines(text, "read_bytes", "write_bytes"));
  }

  @Test
  void statusIsReadAsASimpleReadingReadsItOrRefused() throws Exception {
    Status status = new Status();
    fuzz(
        "status",
        texts("status"),
        (text, length) -> {
          status.parse(text, length);
          return Optional.of(
              List.of(
                  unsigned(status.voluntarySwitches()), unsigned(status.involuntarySwitches())));
        },
        text -> readLines(text, "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"));
  }

  @Test
  void theAuxiliaryVectorIsReadAsASimpleReadingReadsItOrRefused() throws Exception {
    Path file = Path.of("/proc/self/auxv");
    fuzz(
        "auxv",
        vectors(),
        (text, length) -> {
          Auxv auxv;
          try {
            auxv = Auxv.parse(Arrays.copyOf(text, length), file);
          } catch (IOException refused) {
            assertTrue(refused.getMessage().startsWith(file + " "), refused.getMessage());
            return Optional.empty();
          }
          return Optional.of(
              List.of(unsigned(auxv.pageSizeBytes()), unsigned(auxv.clockTicksPerSecond())));
        },
        ParserFuzzTest::readVector);
  }

  private static void fuzz(String what, List<byte[]> bases, Parser parser, Oracle oracle)
      throws Exception {
    SplittableRandom random = Seed.random("fuzz of " + what);
    Mutations mutations = new Mutations(random);
    int good = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = mutations.of(bases.get(random.nextInt(bases.size())));
      Optional<List<Object>> expected = oracle.read(new String(input, StandardCharsets.ISO_8859_1));
      Optional<List<Object>> actual;
      try {
        actual = parser.parse(withOldBytesBehind(input, random), input.length);
      } catch (MalformedKernelTextException malformed) {
        assertTrue(malformed.getMessage().matches("(stat|io|status): .+: \".*\"…?.*"));
        actual = Optional.empty();
      } catch (RuntimeException crash) {
        fail(where(what, i, input), crash);
        return;
      }
      if (!expected.equals(actual)) {
        assertEquals(expected, actual, where(what, i, input));
      }
      good += expected.isPresent() ? 1 : 0;
    }
    System.out.println("  " + good + " of " + INPUTS + " were good, the others malformed");
    // Else the fuzz would show little.
    assertTrue(good > INPUTS / 10 && good < INPUTS * 9 / 10, "good: " + good);
  }

  /** The buffer of a longer text that was read before: it must not be looked at. */
  private static byte[] withOldBytesBehind(byte[] input, SplittableRandom random) {
    byte[] buffer = Arrays.copyOf(input, input.length + 128);
    String old =
        random.nextBoolean()
            ? "1234567890 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n"
            : "\nread_bytes: 1\nwrite_bytes: 1\n"
                + "voluntary_ctxt_switches: 1\nnonvoluntary_ctxt_switches: 1\n) Z 1 1\n";
    System.arraycopy(
        old.getBytes(StandardCharsets.US_ASCII), 0, buffer, input.length, old.length());
    return buffer;
  }

  private static String where(String what, int input, byte[] text) {
    StringBuilder java = new StringBuilder();
    for (byte b : text) {
      java.append(b == '\n' ? "\\n" : b >= ' ' && b < 0x7f ? (char) b + "" : octal(b));
    }
    return "-Dhostproc.seed=" + Seed.VALUE + ", " + what + " input " + input + ": \"" + java + '"';
  }

  private static String octal(byte b) {
    return String.format("\\%03o", b & 0xff);
  }

  /** Everything from the last ')' to the next newline, split at each space. */
  private static Optional<List<Object>> readStat(String text) {
    int name = text.lastIndexOf(')');
    int end = text.indexOf('\n', Math.max(0, name));
    if (name < 0 || end < 0 || !text.endsWith("\n")) {
      return Optional.empty();
    }
    String[] fields = text.substring(name + 1, end).split(" ", -1);
    // fields[0] stands before the first space, fields[1] is field 3, fields[22] is field 24.
    if (fields.length < 23 || !fields[0].isEmpty() || !fields[1].matches("[A-Za-z]")) {
      return Optional.empty();
    }
    for (int field = 4; field <= 24; field++) {
      if (fields[field - 2].isEmpty()) {
        return Optional.empty();
      }
    }
    List<Object> values = new ArrayList<>();
    for (int field : new int[] {10, 12, 14, 15, 22, 23, 24}) {
      Optional<BigInteger> value = readNumber(fields[field - 2]);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      values.add(value.get());
    }
    Optional<BigInteger> threads = readNumber(fields[20 - 2]);
    if (threads.isEmpty()) {
      return Optional.empty();
    }
    values.add("ZXx".contains(fields[1]) && threads.get().compareTo(BigInteger.ONE) <= 0);
    return Optional.of(values);
  }

  private static Optional<List<Object>> readLines(String text, String... keys) {
    if (!text.endsWith("\n")) {
      return Optional.empty();
    }
    List<Object> values = new ArrayList<>();
    for (String key : keys) {
      String line = null;
      for (String each : text.split("\n")) {
        line = each.startsWith(key + ":") ? each : line;
      }
      if (line == null) {
        return Optional.empty();
      }
      String value = line.substring(key.length() + 1).replaceFirst("^[ \t]*", "");
      Optional<BigInteger> number = readNumber(value);
      if (number.isEmpty()) {
        return Optional.empty();
      }
      values.add(number.get());
    }
    return Optional.of(values);
  }

  private static Optional<BigInteger> readNumber(String text) {
    return Optional.of(text)
        .filter(digits -> DIGITS.matcher(digits).matches())
        .map(BigInteger::new)
        .filter(number -> number.compareTo(U64_MAX) <= 0);
  }

  private static Optional<List<Object>> readVector(String text) {
    BigInteger pageSize = BigInteger.ZERO;
    BigInteger clockTicks = BigInteger.ZERO;
    for (int at = 0; at + 16 <= text.length(); at += 16) {
      BigInteger type = word(text.substring(at, at + 8));
      BigInteger value = word(text.substring(at + 8, at + 16));
      if (type.signum() == 0) {
        break;
      }
      pageSize = type.equals(BigInteger.valueOf(6)) ? value : pageSize;
      clockTicks = type.equals(BigInteger.valueOf(17)) ? value : clockTicks;
    }
    boolean good =
        pageSize.signum() > 0
            && clockTicks.signum() > 0
            && pageSize.bitLength() < 64
            && clockTicks.bitLength() < 64;
    return good ? Optional.of(List.of(pageSize, clockTicks)) : Optional.empty();
  }

  private static BigInteger word(String text) {
    StringBuilder bigEndian = new StringBuilder(text);
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      bigEndian.reverse();
    }
    return new BigInteger(1, bigEndian.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  /** The file in all fixtures, and as this machine's kernel writes it. */
  private static List<byte[]> texts(String file) throws IOException {
    List<byte[]> texts = new ArrayList<>();
    try (var fixtures = Files.newDirectoryStream(Fixtures.procRoots())) {
      for (Path fixture : fixtures) {
        Path path = fixture.resolve(Fixtures.PID + "/" + file);
        if (Files.exists(path) && Files.size(path) <= LENGTH_MAX) {
          texts.add(Files.readAllBytes(path));
        }
      }
    }
    texts.add(Files.readAllBytes(Path.of("/proc/self", file)));
    return texts;
  }

  private static List<byte[]> vectors() throws IOException {
    byte[] real = Files.readAllBytes(Path.of("/proc/self/auxv"));
    byte[] twice = Arrays.copyOf(real, 2 * real.length);
    System.arraycopy(real, 0, twice, real.length, real.length);
    return List.of(real, twice);
  }
}
