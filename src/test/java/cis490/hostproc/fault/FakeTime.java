package cis490.hostproc.fault;

import cis490.hostproc.testkit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Stream;

/** A wall clock of a process's own (libfaketime), which can be set while it runs. */
final class FakeTime {

  private static final Path LIBRARIES = Path.of("/usr/lib");
  private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

  private final Path library;
  private final Path offset;
  private long aheadS;

  private FakeTime(Path library, Path offset) {
    this.library = library;
    this.offset = offset;
  }

  /** At first it is right. Skips the test if the machine has no libfaketime. */
  static FakeTime in(Path folder) throws IOException, InterruptedException {
    Tool.require("faketime", "--version");
    FakeTime made =
        new FakeTime(library(), Files.createTempFile(folder, "clock-", "").toAbsolutePath());
    made.step(0);
    return made;
  }

  /** Whether {@link #in} would not skip. */
  static boolean available() throws IOException {
    return Files.exists(Path.of("/usr/bin/faketime"));
  }

  /** Debian has it in a folder of the machine's architecture. */
  private static Path library() throws IOException {
    try (Stream<Path> architectures = Files.list(LIBRARIES)) {
      return architectures
          .map(folder -> folder.resolve(LIBRARY))
          .filter(Files::exists)
          .findFirst()
          .orElseThrow(() -> new IOException("no " + LIBRARIES + "/*/" + LIBRARY));
    }
  }

  /**
   * For the process that is to have it. CLOCK_MONOTONIC stays the kernel's, and so do waits by it:
   * mended, as libfaketime does it by default, they would return at once, again and again.
   */
  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD",
        library.toString(),
        "FAKETIME_TIMESTAMP_FILE",
        offset.toString(),
        "FAKETIME_NO_CACHE",
        "1",
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1",
        "FAKETIME_FORCE_MONOTONIC_FIX",
        "0");
  }

  /** From now on it is so many seconds ahead of the right time, or behind. */
  void step(long aheadS) throws IOException {
    Path next = offset.resolveSibling(offset.getFileName() + ".next");
    Files.writeString(next, (aheadS < 0 ? "" : "+") + aheadS + "s\n");
    Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE);
    this.aheadS = aheadS;
  }

  /** What {@link #step} set last; negative if it is behind the right time. */
  long aheadS() {
    return aheadS;
  }
}
