package cis490.hostproc.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** A row's line, now and then as it is, mostly damaged in one of the ways that a line can be. */
final class LineMutations {

  private static final String[] VALUES = {
    "0",
    "1",
    "-0",
    "-1",
    "00",
    "01",
    "+1",
    "1.0",
    "1e3",
    "1E0",
    "0.5",
    "-",
    "1_000",
    "0x10",
    "9223372036854775806",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551614",
    "18446744073709551615",
    "18446744073709551616",
    "-18446744073709551616",
    "100000000000000000000000",
    "null",
    "true",
    "false",
    "NaN",
    "Infinity",
    "nul",
    "\"\"",
    "\"1\"",
    "\"host_proc\"",
    "\"host\\u005fproc\"",
    "\"host_proc ",
    "'host_proc'",
    "\"\\ud800\"",
    "\"\\x\"",
    "[]",
    "[1]",
    "{}",
    "{\"rss_bytes\": 1}",
    "[[[[[[[[[[",
    "",
    "1 2",
    "//1"
  };

  private static final String[] BEHIND = {
    "\r", " ", "\t\r ", "\n", "\f", ",", "}", "{}", "x", "\0"
  };

  private static final byte[] TELLING =
      "{}[]:,\"\\ \t\r\n\f\b/*#'0129-+.eEnultrfas_\0\u007f".getBytes(UTF_8);

  private static final byte[][] ODD_BYTES = {
    {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF},
    {(byte) 0xC0, (byte) 0x80},
    {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
    {(byte) 0xC3, (byte) 0xA4},
    {(byte) 0xC2, (byte) 0x85},
    {(byte) 0xE2, (byte) 0x80, (byte) 0xA8},
    {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
    {(byte) 0xFF},
    {(byte) 0x80}
  };

  private final String row;
  private final SplittableRandom random;

  LineMutations(String row, SplittableRandom random) {
    this.row = row;
    this.random = random;
  }

  byte[] next() {
    byte[] line = bytes(mutatedFields());
    for (int times = random.nextInt(5) - 2; times > 0; times--) {
      line = mutatedBytes(line);
    }
    return line;
  }

  /** {@code "name": value} each, some of them altered. */
  private String mutatedFields() {
    List<String> fields = new ArrayList<>(List.of(row.substring(1, row.length() - 1).split(", ")));
    for (int times = random.nextInt(3); times > 0 && !fields.isEmpty(); times--) {
      mutate(fields);
    }
    String separator = random.nextInt(8) == 0 ? "," : ", ";
    return "{" + String.join(separator, fields) + "}";
  }

  private void mutate(List<String> fields) {
    int at = random.nextInt(fields.size());
    String field = fields.get(at);
    String name = field.substring(0, field.indexOf(':'));
    switch (random.nextInt(10)) {
      case 0 -> fields.remove(at);
      case 1 -> fields.add(random.nextInt(fields.size() + 1), field);
      case 2 -> Collections.swap(fields, at, random.nextInt(fields.size()));
      case 3 -> fields.set(at, field.replaceFirst("(_|\")", "$1x"));
      case 4 -> fields.add(at, "\"" + name.length() + "\": 1");
      case 5 -> fields.set(at, name + ": " + (random.nextLong() >>> random.nextInt(64)));
      default -> fields.set(at, name + ": " + VALUES[random.nextInt(VALUES.length)]);
    }
  }

  private byte[] mutatedBytes(byte[] line) {
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(line, at(line));
      case 1 -> joined(line, line);
      case 2 -> joined(line, bytes(BEHIND[random.nextInt(BEHIND.length)]));
      case 3 -> spliced(line, random.nextBoolean() ? 0 : at(line), 0, oddBytes());
      case 4 -> spliced(line, at(line), 0, telling());
      case 5 -> spliced(line, at(line), 1, telling());
      case 6 -> spliced(line, at(line), 1, new byte[0]);
      default -> spliced(line, at(line), 0, new byte[] {(byte) random.nextInt(256)});
    };
  }

  private byte[] oddBytes() {
    return ODD_BYTES[random.nextInt(ODD_BYTES.length)];
  }

  private byte[] telling() {
    return new byte[] {TELLING[random.nextInt(TELLING.length)]};
  }

  private int at(byte[] line) {
    return random.nextInt(line.length + 1);
  }

  private static byte[] spliced(byte[] line, int at, int dropped, byte[] inserted) {
    byte[] behind = Arrays.copyOfRange(line, Math.min(line.length, at + dropped), line.length);
    return joined(Arrays.copyOf(line, at), inserted, behind);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
