package cis490.hostproc.proc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Damages a kernel text in the ways that a text can be damaged, a few at a time. */
final class Mutations {

  private static final String[] NUMBERS = {
    "0",
    "-0",
    "-1",
    "+1",
    "",
    " ",
    "00",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "9999999999999999999",
    "10000000000000000000",
    "18446744073709551614",
    "18446744073709551615",
    "18446744073709551616",
    "18446744073709551625",
    "20000000000000000000",
    "28446744073709551615",
    "99999999999999999999",
    "100000000000000000000",
    "184467440737095516150",
    "018446744073709551615",
    "00000000000000000001",
    "1.5",
    "1e3",
    "0x10",
    "1_000",
    "7 kB"
  };

  /** Bytes that mean something to one of the parsers, or nearly. */
  private static final byte[] TELLING =
      ")( \n\t\r:0129-+_/;@[`{SZXz\0\u000b\u00a0\u00b2\u00ff".getBytes(StandardCharsets.ISO_8859_1);

  private final SplittableRandom random;

  Mutations(SplittableRandom random) {
    this.random = random;
  }

  /** The text, damaged 0 to 4 times. */
  byte[] of(byte[] text) {
    byte[] mutated = text;
    for (int times = random.nextInt(5); times > 0; times--) {
      mutated = once(mutated);
    }
    return mutated;
  }

  private byte[] once(byte[] text) {
    return switch (random.nextInt(10)) {
      case 0 -> flip(text);
      case 1 -> splice(text, at(text), 0, oneByte());
      case 2 -> splice(text, at(text), 1, new byte[0]);
      case 3 -> Arrays.copyOf(text, at(text));
      case 4 -> splice(text, at(text), 0, new byte[] {')'});
      case 5 -> lines(text);
      case 6 -> swapFields(text);
      case 7, 8 -> replaceNumber(text);
      default -> splice(text, at(text), 1, oneByte());
    };
  }

  private byte[] flip(byte[] text) {
    byte[] flipped = text.clone();
    if (text.length > 0) {
      flipped[random.nextInt(text.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private byte[] oneByte() {
    return new byte[] {
      random.nextBoolean() ? TELLING[random.nextInt(TELLING.length)] : (byte) random.nextInt(256)
    };
  }

  /** Doubles, drops or swaps lines. */
  private byte[] lines(byte[] text) {
    List<String> lines = new ArrayList<>(List.of(latin1(text).split("\n", -1)));
    int from = random.nextInt(lines.size());
    int to = random.nextInt(lines.size());
    switch (random.nextInt(3)) {
      case 0 -> lines.add(to, lines.get(from));
      case 1 -> lines.remove(from);
      default -> Collections.swap(lines, from, to);
    }
    return bytes(String.join("\n", lines));
  }

  private byte[] swapFields(byte[] text) {
    String[] fields = latin1(text).split(" ", -1);
    int one = random.nextInt(fields.length);
    int other = random.nextInt(fields.length);
    String kept = fields[one];
    fields[one] = fields[other];
    fields[other] = kept;
    return bytes(String.join(" ", fields));
  }

  /** Puts a telling number, or one of up to 22 random digits, in the place of one that is there. */
  private byte[] replaceNumber(byte[] text) {
    int start = at(text);
    while (start < text.length && !digit(text[start])) {
      start++;
    }
    while (start > 0 && digit(text[start - 1])) {
      start--;
    }
    int end = start;
    while (end < text.length && digit(text[end])) {
      end++;
    }
    return splice(text, start, end - start, bytes(number()));
  }

  private String number() {
    if (random.nextInt(3) > 0) {
      return NUMBERS[random.nextInt(NUMBERS.length)];
    }
    StringBuilder digits = new StringBuilder();
    for (int left = random.nextInt(1, 23); left > 0; left--) {
      digits.append(random.nextInt(10));
    }
    return digits.toString();
  }

  private int at(byte[] text) {
    return random.nextInt(text.length + 1);
  }

  private static byte[] splice(byte[] text, int at, int dropped, byte[] inserted) {
    int behind = Math.min(text.length, at + dropped);
    byte[] spliced = new byte[at + inserted.length + text.length - behind];
    System.arraycopy(text, 0, spliced, 0, at);
    System.arraycopy(inserted, 0, spliced, at, inserted.length);
    System.arraycopy(text, behind, spliced, at + inserted.length, text.length - behind);
    return spliced;
  }

  private static boolean digit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static String latin1(byte[] text) {
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
