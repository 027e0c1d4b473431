package cis490.hostproc.proc;

import java.nio.file.Path;

/** The process to watch is not there, or is dead. */
public final class NoSuchProcessException extends Exception {

  private static final long serialVersionUID = 1L;

  NoSuchProcessException(long pid, Path procRoot, String why) {
    super("process " + pid + " " + why + " (under " + procRoot + ")");
  }
}
