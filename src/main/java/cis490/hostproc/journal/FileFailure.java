package cis490.hostproc.journal;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Words for what the file system throws: its messages are often a path alone. */
public final class FileFailure {

  private FileFailure() {}

  /**
   * Names the file where the failure itself does not.
   *
   * @param file that was read or written
   * @param failure of the file system
   * @return on one line
   */
  public static String describe(Path file, IOException failure) {
    String reason =
        failure instanceof CharacterCodingException ? "is not UTF-8 text" : describe(failure);
    return reason.contains(file.toString()) ? reason : file + ": " + reason;
  }

  /**
   * What went wrong, with the file's name if the failure has it.
   *
   * @param failure of the file system
   * @return on one line
   */
  public static String describe(IOException failure) {
    if (failure instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (failure instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file";
    }
    if (failure instanceof FileAlreadyExistsException there) {
      return there.getFile() + ": exists and is not a directory";
    }
    if (failure instanceof FileSystemException known && known.getReason() != null) {
      return known.getFile() + ": " + known.getReason();
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
