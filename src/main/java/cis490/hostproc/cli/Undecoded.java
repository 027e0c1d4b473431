package cis490.hostproc.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * File names that this JVM can't tell from others. It decodes each by the locale, and puts a
 * replacement in place of what does not fit, so that a path would mean another file, or a new one.
 */
final class Undecoded {

  private static final char REPLACEMENT = '\uFFFD';
  private static final Path WORKING_FOLDER = Path.of("/proc/self/cwd");
  private static final String UTF_8_LOCALE = "set LC_ALL=C.UTF-8";

  private Undecoded() {}

  /** What is wrong with the command line or the working folder, and what to do; null if nothing. */
  static @Nullable String problem(String[] args) {
    for (String arg : args) {
      if (arg.equals(Main.WORDS_FOLLOW)) {
        // They are handed on as the bytes that they are.
        break;
      }
      if (arg.indexOf(REPLACEMENT) >= 0) {
        return "an argument has letters that this locale lacks; " + remedy("give it another name");
      }
    }
    return workingFolderIsKnown()
        ? null
        : "the working folder has letters that this locale lacks; "
            + remedy("start it in another folder");
  }

  /** Whether a path that did not come from the command line can be encoded. */
  static boolean fits(String path) {
    return path.indexOf(REPLACEMENT) < 0 && encoding().newEncoder().canEncode(path);
  }

  static String remedy(String otherwise) {
    return encoding().name().equals("UTF-8") ? "they are not UTF-8: " + otherwise : UTF_8_LOCALE;
  }

  private static Charset encoding() {
    return Charset.forName(System.getProperty("sun.jnu.encoding"));
  }

  /** All relative paths begin there. */
  private static boolean workingFolderIsKnown() {
    String folder = System.getProperty("user.dir");
    if (folder.indexOf(REPLACEMENT) >= 0) {
      return false;
    }
    try {
      return !Files.exists(WORKING_FOLDER) || Files.isSameFile(WORKING_FOLDER, Path.of(folder));
    } catch (IOException | InvalidPathException lost) {
      return false;
    }
  }
}
