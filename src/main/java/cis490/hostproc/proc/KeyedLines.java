package cis490.hostproc.proc;

import java.nio.charset.StandardCharsets;

/** The {@code key: value} lines of {@code io} and {@code status}. */
final class KeyedLines {

  private KeyedLines() {}

  /** A key as it stands at the beginning of its line, with the colon. */
  static byte[] key(String name) {
    return (name + ':').getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether a line begins with the key. */
  static boolean has(byte[] text, int length, byte[] key, String file)
      throws MalformedKernelTextException {
    requireWhole(text, length, file);
    int lineEnd = length - 1;
    while (lineEnd >= 0) {
      int lineStart = lineStart(text, lineEnd);
      if (startsWith(text, lineStart, lineEnd, key)) {
        return true;
      }
      lineEnd = lineStart - 1;
    }
    return false;
  }

  private static void requireWhole(byte[] text, int length, String file)
      throws MalformedKernelTextException {
    if (length == 0 || text[length - 1] != '\n') {
      // A cut text could hold the beginning of a number.
      throw new MalformedKernelTextException(
          file, "does not end in a newline", text, Math.max(0, length - 40), length);
    }
  }

  private static int lineStart(byte[] text, int lineEnd) {
    int lineStart = lineEnd;
    while (lineStart > 0 && text[lineStart - 1] != '\n') {
      lineStart--;
    }
    return lineStart;
  }

  /**
   * The number on the last line that begins with the key. The search goes backwards: what is wanted
   * from {@code status} stands at its end, after lines that can be long.
   */
  static long lastValue(byte[] text, int length, byte[] key, String file, String field)
      throws MalformedKernelTextException {
    requireWhole(text, length, file);
    int lineEnd = length - 1;
    while (lineEnd >= 0) {
      int lineStart = lineStart(text, lineEnd);
      if (startsWith(text, lineStart, lineEnd, key)) {
        int valueStart = lineStart + key.length;
        while (valueStart < lineEnd && (text[valueStart] == ' ' || text[valueStart] == '\t')) {
          valueStart++;
        }
        return Unsigned.parse(text, valueStart, lineEnd, file, field);
      }
      lineEnd = lineStart - 1;
    }
    throw new MalformedKernelTextException(file, "has no " + field, text, 0, length);
  }

  private static boolean startsWith(byte[] text, int from, int to, byte[] key) {
    if (to - from < key.length) {
      return false;
    }
    for (int i = 0; i < key.length; i++) {
      if (text[from + i] != key[i]) {
        return false;
      }
    }
    return true;
  }
}
