package cis490.hostproc.journal;

import java.io.IOException;
import java.nio.file.Path;

/** Somebody else appends to this journal. */
public final class JournalLockedException extends IOException {

  private static final long serialVersionUID = 1L;

  JournalLockedException(Path path) {
    super(path + " is being written by another collector");
  }
}
