package cis490.hostproc.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.journal.FileFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.file.Files;
import java.nio.file.Path;

/** The agent's configuration in YAML. */
public final class ConfigFile {

  private static final int BYTES_MAX = 1 << 20;
  private static final String SMALLEST = "; it needs kafka and output";

  private ConfigFile() {}

  /**
   * Reads all of it. Touches nothing else: whether folders are there, and what is in the Kafka
   * settings, is not looked at.
   *
   * @param file UTF-8, at most 1 MiB
   * @return what it says, with defaults for what it does not
   * @throws ConfigException for the first thing that is wrong
   */
  public static AgentConfig read(Path file) throws ConfigException {
    Node root = NodeReader.read(file, text(file));
    if (root == null) {
      throw new ConfigException(file + ":1: is empty" + SMALLEST);
    }
    return RootSection.read(new Field(file, "", root));
  }

  private static String text(Path file) throws ConfigException {
    byte[] bytes = bytes(file);
    if (bytes.length > BYTES_MAX) {
      throw new ConfigException(file + ": is larger than " + BYTES_MAX + " bytes; make it smaller");
    }
    CharBuffer text = decoded(file, bytes);
    for (int i = 0; i < text.length(); i++) {
      if (isControl(text.charAt(i))) {
        String character = String.format("U+%04X", (int) text.charAt(i));
        long line = 1 + text.subSequence(0, i).chars().filter(before -> before == '\n').count();
        throw new ConfigException(
            file + ":" + line + ": has the control character " + character + "; take it out");
      }
    }
    return text.toString();
  }

  private static byte[] bytes(Path file) throws ConfigException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(BYTES_MAX + 1);
    } catch (IOException unreadable) {
      throw new ConfigException(
          FileFailure.describe(file, unreadable) + "; give a file that can be read");
    }
  }

  private static CharBuffer decoded(Path file, byte[] bytes) throws ConfigException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer text = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder = UTF_8.newDecoder();
    CoderResult result = decoder.decode(in, text, true);
    text.flip();
    if (result.isError()) {
      long line = 1 + text.chars().filter(each -> each == '\n').count();
      throw new ConfigException(file + ":" + line + ": is not UTF-8; save it as UTF-8");
    }
    return text;
  }

  /** What YAML takes nowhere, but for U+FFFE and U+FFFF. */
  private static boolean isControl(char character) {
    return Character.isISOControl(character) && "\t\n\r\u0085".indexOf(character) < 0;
  }
}
