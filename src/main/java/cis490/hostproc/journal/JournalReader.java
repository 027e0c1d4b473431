package cis490.hostproc.journal;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of lines that somebody else writes, or wrote years ago. Opened for reading alone: nothing
 * is altered, not even a torn last line cut, and the file may lie on a read-only disk.
 *
 * <p>Holds no lock. The file may grow meanwhile; becoming shorter is an error. Not for a file that
 * this process has open as a {@link Journal}.
 */
public final class JournalReader implements JournalSource, Closeable {

  private static final int SCAN_BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocate(SCAN_BUFFER_BYTES);

  private volatile long scanned;
  private volatile long length;
  private volatile long lines;

  private JournalReader(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Opens a file that must exist, and finds its last complete line.
   *
   * @param path the file
   * @return the reader, to be closed
   * @throws IOException if there is no such file, it is no regular file, or can't be read
   */
  public static JournalReader open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isRegularFile(path)) {
      throw new IOException(
          path + ": is no regular file, and its rows are read more than once; save them in one");
    }
    requireName(path);
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      JournalReader reader = new JournalReader(path, file);
      reader.scan();
      return reader;
    } catch (IOException failure) {
      file.close();
      throw failure;
    }
  }

  /** {@code /dev/stdin} may lead to a file that is deleted: then nothing can lie beside it. */
  private static void requireName(Path path) throws IOException {
    try {
      path.toRealPath();
    } catch (NoSuchFileException nameless) {
      throw new IOException(path + ": is a file without a name; save its rows in one", nameless);
    }
  }

  /** From where the last scan ended. */
  private synchronized void scan() throws IOException {
    long size = file.size();
    if (size < scanned) {
      throw new IOException(path + ": has become shorter, " + scanned + " to " + size + " bytes");
    }
    while (scanned < size) {
      buffer.clear();
      int count = file.read(buffer, scanned);
      if (count < 0) {
        return;
      }
      count(count);
      scanned += count;
    }
  }

  private void count(int bytes) {
    long newlines = 0;
    int end = 0;
    for (int i = 0; i < bytes; i++) {
      if (buffer.get(i) == '\n') {
        newlines++;
        end = i + 1;
      }
    }
    if (end > 0) {
      lines = lines + newlines;
      length = scanned + end;
    }
  }

  @Override
  public Path path() {
    return path;
  }

  /**
   * The complete lines there are now; looks into the file. Never shrinks.
   *
   * @return their length in bytes, newlines included
   * @throws UncheckedIOException if the file can't be read, or has become shorter
   */
  @Override
  public long length() {
    try {
      scan();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return length;
  }

  /**
   * The complete lines that the last look found.
   *
   * @return their number
   */
  public long lines() {
    return lines;
  }

  /**
   * What the last look found after the last newline: a line that is being written, or never was
   * finished.
   *
   * @return bytes
   */
  public long tornBytes() {
    return scanned - length;
  }

  /**
   * Whether a collector has the file open for appending now. Others that write without a lock, as
   * the Python sampler does, are not seen.
   *
   * @return false also where the file system knows no locks
   */
  public boolean beingWritten() {
    try (FileLock shared = file.tryLock(0, Long.MAX_VALUE, true)) {
      return shared == null;
    } catch (OverlappingFileLockException ofThisProcess) {
      return true;
    } catch (IOException noLocks) {
      return false;
    }
  }

  @Override
  public long force() throws IOException {
    long covered = length();
    file.force(false);
    return covered;
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    return file.read(into, position);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
