package cis490.hostproc.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.Tool;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kernel is asked to force to disk, as strace sees it: no test on a disk that works would
 * notice if one of these calls was missing.
 */
@Timeout(60)
class ForceTest {

  private static final Pattern FORCED =
      Pattern.compile("(fsync|fdatasync)\\(\\d+<([^>]*)>\\) += 0");

  @TempDir private Path folder;

  /** Another process: makes a journal in a new folder, and follows it. */
  static final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
      Path path = Path.of(args[0]);
      try (Journal journal = Journal.open(path)) {
        journal.append(ByteBuffer.wrap("1\n".getBytes(UTF_8)));
        journal.force();
      }
      try (JournalReader reader = JournalReader.open(path)) {
        reader.force();
      }
    }
  }

  @Test
  void foldersAreForcedAsTheyAreMadeAndTheFileByWhoeverFollowsIt() throws Exception {
    Tool.require("strace", "-V");
    Path real = folder.toRealPath();
    Path path = real.resolve("episodes/one/rows.jsonl");
    Path trace = real.resolve("trace");
    Tool.line(
        "strace",
        "-f",
        "-y",
        "-e",
        "trace=fsync,fdatasync",
        "-o",
        trace.toString(),
        Child.java(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName(),
        path.toString());
    List<String> forced =
        FORCED
            .matcher(Files.readString(trace))
            .results()
            .map((MatchResult found) -> found.group(1) + " " + found.group(2))
            .toList();
    assertEquals(
        List.of(
            "fsync " + real,
            "fsync " + real.resolve("episodes"),
            "fsync " + real.resolve("episodes/one"),
            "fdatasync " + path,
            "fdatasync " + path),
        forced);
  }
}
