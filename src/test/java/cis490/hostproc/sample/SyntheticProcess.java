package cis490.hostproc.sample;

import cis490.hostproc.proc.ProcessFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A made-up proc root with one process in it, whose texts can be rewritten in place. */
final class SyntheticProcess {

  static final long PID = 4711;

  private final Path root;
  private final Path directory;

  private SyntheticProcess(Path root) throws IOException {
    this.root = root;
    this.directory = Files.createDirectories(root.resolve(Long.toString(PID)));
    userJiffies(0);
  }

  /** With stat, io and status. */
  static SyntheticProcess whole(Path root) throws IOException {
    SyntheticProcess process = new SyntheticProcess(root);
    process.write("io", "rchar: 1\nread_bytes: 4096\nwrite_bytes: 8192\n");
    process.write(
        "status", "Name:\tx\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t6\n");
    return process;
  }

  /** As of another user: nothing but stat can be read. */
  static SyntheticProcess withStatOnly(Path root) throws IOException {
    return new SyntheticProcess(root);
  }

  ProcessFiles open() throws Exception {
    return ProcessFiles.open(root, PID);
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** Dead, and its parent has not waited for it. */
  void becomeZombie() {
    write("stat", PID + " (qemu (x) y) Z 1 2 3 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 22222 0 0 0 1 1\n");
  }

  /** A good stat with this number in field 14. */
  void userJiffies(long jiffies) {
    write(
        "stat",
        PID
            + " (qemu (x) y) S 1 2 3 0 -1 4194304 10 11 12 13 "
            + jiffies
            + " 15 16 17 20 0 3 0 22222 23552 24 18446744073709551615 1 1\n");
  }

  /** Replaces a text; whoever has the file open reads the new one. */
  void write(String name, String text) {
    try {
      Files.writeString(directory.resolve(name), text);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
