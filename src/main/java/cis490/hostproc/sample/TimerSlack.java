package cis490.hostproc.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The kernel may wake a thread up to its timer slack too late, 50 µs by default (prctl(2),
 * PR_SET_TIMERSLACK). A thread may set its own under /proc.
 */
final class TimerSlack {

  private TimerSlack() {}

  /** The least slack for the calling thread; where the kernel does not let us, the usual one. */
  static void minimise() {
    try {
      // "<pid>/task/<tid>"; only /proc/<tid> itself has the file.
      Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
      Files.writeString(Path.of("/proc", self.getFileName().toString(), "timerslack_ns"), "1");
    } catch (IOException refused) {
      // Some 50 µs later then; the lateness figures show it.
    }
  }
}
