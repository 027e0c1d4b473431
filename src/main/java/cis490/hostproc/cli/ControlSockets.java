package cis490.hostproc.cli;

import cis490.hostproc.control.ControlHandler;
import cis490.hostproc.control.ControlSocket;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.journal.FileFailure;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens the control socket of a command that records. */
final class ControlSockets {

  private ControlSockets() {}

  /** Null if no path is given. */
  static @Nullable ControlSocket open(@Nullable Path path, ControlHandler handler)
      throws FailedException {
    try {
      return path == null ? null : ControlSocket.open(path, handler);
    } catch (IOException refused) {
      throw new FailedException(FileFailure.describe(path, refused), refused);
    }
  }
}
