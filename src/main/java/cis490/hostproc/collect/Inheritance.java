package cis490.hostproc.collect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a command inherits from the caller of the collector, and would lose on the way through the
 * launcher's shell and the JVM: each byte of the environment and of its arguments, the open
 * descriptors, which signals are ignored and which blocked. A child inherits everything else
 * (limits, umask, priority, processors, working folder, process group, terminal) by itself.
 */
final class Inheritance {

  /** How many variables hold the environment in base64, in the launcher's. */
  private static final String ENVIRONMENT_PARTS = "hostproc.environment";

  private static final String ENVIRONMENT_PART = "HOSTPROC_ENVIRONMENT_";

  /** Hexadecimal, as SigIgn in proc(5); the JVM no longer ignores all that its caller did. */
  private static final String IGNORED = "hostproc.ignored";

  /** Set for 0, 1 and 2 where they are; the JVM opens /dev/null in the place of the last. */
  private static final String CLOSED = "hostproc.closed.";

  private static final Path SELF = Path.of("/proc/self");
  private static final String DESCRIPTORS = SELF + "/fd";

  /** Of open(2), in octal as in fdinfo of proc(5). */
  private static final long CLOSED_AT_EXEC = 02000000;

  private static final int OCTAL = 8;
  private static final int HEXADECIMAL = 16;

  private static @Nullable Set<Integer> remembered;

  private Inheritance() {}

  /**
   * Remembers which descriptors are open: the caller's, as long as the JVM has opened none but its
   * own files. To be called before anything else.
   *
   * @throws IOException if {@code /proc/self} can't be read
   */
  static synchronized void rememberDescriptors() throws IOException {
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    List<Path> own = new ArrayList<>();
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path file = Path.of(each);
      if (Files.exists(file)) {
        own.add(file.toRealPath());
      }
    }
    Set<Integer> found = new TreeSet<>();
    for (int each : openDescriptors()) {
      try {
        Path file = Files.readSymbolicLink(SELF.resolve("fd/" + each));
        boolean isJvms =
            file.startsWith(home)
                || own.contains(file)
                || (!own.isEmpty() && isOfFolder(file, own.get(0)));
        if (!isJvms && !Boolean.getBoolean(CLOSED + each) && (flags(each) & CLOSED_AT_EXEC) == 0) {
          found.add(each);
        }
      } catch (IOException closedMeanwhile) {
        // The one that lists them.
      }
    }
    remembered = found;
  }

  /** The collector's jars and its class archive. */
  private static boolean isOfFolder(Path file, Path jar) {
    Path folder = jar.getParent();
    String name = file.getFileName().toString();
    return folder != null
        && file.startsWith(folder)
        && (name.endsWith(".jar") || name.endsWith(".jsa"));
  }

  private static long flags(int descriptor) throws IOException {
    String text = Files.readString(SELF.resolve("fdinfo/" + descriptor), ISO_8859_1);
    return Long.parseLong(value(text, "flags:"), OCTAL);
  }

  private static List<Integer> openDescriptors() throws IOException {
    String[] names = new File(DESCRIPTORS).list();
    if (names == null) {
      throw new IOException(DESCRIPTORS + ": can't be read");
    }
    List<Integer> all = new ArrayList<>();
    for (String each : names) {
      all.add(Integer.valueOf(each));
    }
    all.sort(Comparator.naturalOrder());
    return all;
  }

  /** Those that are open now and are not the caller's. */
  static synchronized List<Integer> descriptorsToClose() throws IOException {
    if (remembered == null) {
      rememberDescriptors();
    }
    List<Integer> all = openDescriptors();
    all.removeAll(remembered);
    return all;
  }

  /** The caller's environment, each with its name, in its order. */
  static List<byte[]> environment() throws IOException {
    Integer parts = Integer.getInteger(ENVIRONMENT_PARTS);
    if (parts == null) {
      return split(Files.readAllBytes(SELF.resolve("environ")));
    }
    StringBuilder base64 = new StringBuilder();
    for (int i = 0; i < parts; i++) {
      base64.append(System.getenv(ENVIRONMENT_PART + i));
    }
    return split(Base64.getDecoder().decode(base64.toString()));
  }

  /** That of a running process, as it was at its exec. */
  static List<byte[]> environment(long process) throws IOException {
    return split(Files.readAllBytes(Path.of("/proc", Long.toString(process), "environ")));
  }

  /**
   * The bytes of the command's words, which end this process's own command line, and which the JVM
   * may not have been able to decode.
   */
  static List<byte[]> bytes(List<String> words) throws IOException {
    Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding"));
    List<byte[]> all = split(Files.readAllBytes(SELF.resolve("cmdline")));
    List<byte[]> last = all.subList(Math.max(0, all.size() - words.size()), all.size());
    List<String> decoded =
        last.stream().map(each -> comparable(new String(each, charset))).toList();
    return decoded.equals(words.stream().map(Inheritance::comparable).toList())
        ? last
        : words.stream().map(each -> each.getBytes(charset)).toList();
  }

  /** In place of what does not fit there may be the one or the other. */
  private static String comparable(String decoded) {
    return decoded.replace('\uFFFD', '?');
  }

  /** Bit n for signal n + 1. */
  static long ignoredSignals() throws IOException {
    String given = System.getProperty(IGNORED);
    return Long.parseUnsignedLong(given != null ? given : status("SigIgn:"), HEXADECIMAL);
  }

  /** Bit n for signal n + 1; of the first thread, in which the JVM runs nothing. */
  static long blockedSignals() throws IOException {
    return Long.parseUnsignedLong(status("SigBlk:"), HEXADECIMAL);
  }

  private static String status(String key) throws IOException {
    return value(Files.readString(SELF.resolve("status"), ISO_8859_1), key);
  }

  private static String value(String text, String key) throws IOException {
    return text.lines()
        .filter(each -> each.startsWith(key))
        .findFirst()
        .orElseThrow(() -> new IOException("no line " + key))
        .substring(key.length())
        .strip();
  }

  /** At NULs. */
  private static List<byte[]> split(byte[] all) {
    List<byte[]> parts = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == 0) {
        parts.add(Arrays.copyOfRange(all, begin, i));
        begin = i + 1;
      }
    }
    return parts;
  }
}
