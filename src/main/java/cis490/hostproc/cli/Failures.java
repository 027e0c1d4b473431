package cis490.hostproc.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for what the file system throws: its messages are often a path alone. */
final class Failures {

  private Failures() {}

  static String describe(IOException failure) {
    if (failure instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (failure instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file";
    }
    if (failure instanceof FileAlreadyExistsException there) {
      return there.getFile() + ": is there, and no folder";
    }
    if (failure instanceof FileSystemException known && known.getReason() != null) {
      return known.getFile() + ": " + known.getReason();
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
