package cis490.hostproc.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Standard output, for all that any command prints there, help and version too. It remembers that
 * writing failed, which {@link System#out} hides: what was asked for and did not get out is a
 * failure, whatever else went well.
 */
final class Stdout extends OutputStream {

  private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");

  /** Set by the launcher: where it is closed, the JVM soon has a file of its own in its place. */
  private static final boolean CLOSED = Boolean.getBoolean("hostproc.closed.1");

  /** Kinds of files, of {@code st_mode} (inode(7)). */
  private static final int S_IFMT = 0170000;

  private static final int S_IFIFO = 0010000;
  private static final int S_IFSOCK = 0140000;

  private static volatile Stdout current = new Stdout(new FileOutputStream(FileDescriptor.out));

  private final OutputStream out;
  private @Nullable IOException failure;
  private boolean begun;

  private Stdout(OutputStream out) {
    this.out = out;
  }

  /** Somewhere else from now on: for a command that runs in another program's process. */
  static void redirect(OutputStream out) {
    current = new Stdout(out);
  }

  /** Not buffered. Its failures are thrown, and kept for {@link #problem}. */
  static OutputStream stream() {
    return current;
  }

  /** Of text, in the locale's encoding. Its failures are kept for {@link #problem}. */
  static PrintWriter writer() {
    return new PrintWriter(current, true, Charset.defaultCharset());
  }

  /** Why not everything was written; null if it was, or if the reader has closed early. */
  static @Nullable String problem() {
    IOException failure = current.failure;
    // "hostproc consume … | head" is not a failure, but a reader that was gone before it began is.
    if (failure == null || (current.begun && goesToAReader())) {
      return null;
    }
    return "standard output: " + failure.getMessage();
  }

  /** Whether it is a pipe or a socket, which break when the reader goes away. */
  private static boolean goesToAReader() {
    try {
      int kind = (int) Files.getAttribute(DESCRIPTOR, "unix:mode") & S_IFMT;
      return kind == S_IFIFO || kind == S_IFSOCK;
    } catch (IOException | UnsupportedOperationException unknown) {
      return false;
    }
  }

  @Override
  public void write(int each) throws IOException {
    write(new byte[] {(byte) each}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    if (failure != null) {
      throw failure;
    }
    if (length == 0) {
      return;
    }
    try {
      if (CLOSED) {
        throw new IOException("is closed");
      }
      out.write(bytes, from, length);
      begun = true;
    } catch (IOException refused) {
      failure = refused;
      throw refused;
    }
  }
}
