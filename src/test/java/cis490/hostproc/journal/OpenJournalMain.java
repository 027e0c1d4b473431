package cis490.hostproc.journal;

import java.io.IOException;
import java.nio.file.Path;

/** Another process: opens a journal, says how that went, holds it until its input ends. */
final class OpenJournalMain {

  static final String OPENED = "opened";
  static final String LOCKED = "locked";

  private OpenJournalMain() {}

  public static void main(String[] args) throws IOException {
    Journal journal;
    try {
      journal = Journal.open(Path.of(args[0]));
    } catch (JournalLockedException locked) {
      System.out.println(LOCKED);
      return;
    }
    System.out.println(OPENED);
    while (System.in.read() >= 0) {
      // Until the parent closes it.
    }
    journal.close();
  }

  /** Starts one; the first line that it prints says how it went. */
  static Process start(Path path) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            OpenJournalMain.class.getName(),
            path.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
