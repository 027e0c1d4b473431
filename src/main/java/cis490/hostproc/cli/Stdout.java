package cis490.hostproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where standard output goes. */
final class Stdout {

  /** Begins the message when it could not be written. */
  static final String FAILED = "standard output: ";

  private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");

  private Stdout() {}

  /** To a pipe or a socket: then writing fails when whoever reads has enough, and that is fine. */
  static boolean goesToAReader() {
    try {
      String target = Files.readSymbolicLink(DESCRIPTOR).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException closed) {
      return false;
    }
  }
}
