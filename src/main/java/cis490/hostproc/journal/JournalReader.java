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
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines that somebody else writes, or wrote years ago. Opened only for reading: nothing
 * is altered, not even a torn last line cut, and the file may lie on a read-only disk.
 *
 * <p>Holds no lock. The file may grow meanwhile; losing complete lines is an error. A digest of its
 * lines is kept when they are first seen. Not for a file that this process has open as a {@link
 * Journal}.
 */
public final class JournalReader implements JournalSource, Closeable {

  private static final int SCAN_BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocate(SCAN_BUFFER_BYTES);

  private final Ledger ledger = new Ledger(true);

  /** Of the thread that ships. */
  private boolean forceFailed;

  private final LedgerCheck check = new LedgerCheck(this, ledger);
  private LineWalk walk = new LineWalk(Ledger.Place.START);

  private volatile long scanned;

  private final Object key;

  private JournalReader(Path path, FileChannel file, Object key) {
    this.path = path;
    this.file = file;
    this.key = key;
  }

  /**
   * Opens a file that must exist, and finds its last complete line.
   *
   * @param path the file
   * @return the reader, to be closed
   * @throws IOException if there is no such file, it is not a regular file, or can't be read
   */
  public static JournalReader open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (Files.isDirectory(path)) {
      throw new IOException(path + ": is a directory");
    }
    if (!Files.isRegularFile(path)) {
      throw new IOException(
          path + ": is not a regular file, and its rows are read more than once; save them in one");
    }
    requireName(path);
    // Before it is opened: of one that is replaced in between, this is not the key.
    Object key = key(path);
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      JournalReader reader = new JournalReader(path, file, key);
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
      Path unused = path.toRealPath();
    } catch (NoSuchFileException nameless) {
      throw new IOException(path + ": is a file without a name; save its rows in one", nameless);
    }
  }

  /**
   * From where the last scan ended, or from the beginning of that line: it may have been cut and
   * begun again.
   */
  private synchronized void scan() throws IOException {
    long size = file.size();
    if (size < ledger.length()) {
      throw new RefusedLineException(
          path + ": has become shorter, " + scanned + " to " + size + " bytes");
    }
    if (size == scanned) {
      return;
    }
    if (size < scanned) {
      scanned = ledger.length();
      walk = new LineWalk(ledger.tip());
    }
    long position = scanned;
    if (position - walk.position() <= JournalCursor.LINE_LENGTH_MAX) {
      position = walk.position();
      walk = new LineWalk(ledger.tip());
    }
    while (position < size) {
      int count = file.read(buffer.clear(), position);
      if (count < 0) {
        return;
      }
      take(count);
      position += count;
      scanned = Math.max(scanned, position);
    }
  }

  private void take(int bytes) {
    for (int at = 0; at < bytes; ) {
      at = walk.take(buffer.array(), at, bytes);
      if (walk.atLineEnd()) {
        ledger.add(walk.position(), walk.lastCrc());
      }
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
    return ledger.length();
  }

  /**
   * The complete lines that the last look found; does not look.
   *
   * @return their length in bytes, newlines included
   */
  public long knownLength() {
    return ledger.length();
  }

  /**
   * The complete lines that the last look found.
   *
   * @return their number
   */
  public long lines() {
    return ledger.lines();
  }

  /**
   * What the last look found after the last newline: a line that is being written, or never was
   * finished.
   *
   * @return bytes
   */
  public long tornBytes() {
    return scanned - ledger.length();
  }

  /**
   * Whether the path still names this file, and the file has no more bytes than these.
   *
   * @param length where what was taken of it ended, bytes
   * @return what is wrong, in words that follow the file's name; null if nothing is
   * @throws IOException if it can't be looked at
   */
  public @Nullable String changeSince(long length) throws IOException {
    Object now;
    try {
      now = key(path);
    } catch (NoSuchFileException gone) {
      return "is not there any more";
    }
    if (key != null && !key.equals(now)) {
      return "is another file by now";
    }
    long more = length() - length;
    return more > 0 ? "has grown by " + more + " bytes meanwhile" : null;
  }

  /** Device and inode; null where the file system has none. */
  private static Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
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

  /**
   * {@inheritDoc}
   *
   * @throws RefusedLineException also if complete lines are gone, or the disk has refused before:
   *     it does not report that again, and may have lost what it was given
   */
  @Override
  public long force() throws IOException {
    scan();
    long covered = ledger.length();
    if (forceFailed) {
      throw new RefusedLineException(
          path
              + ": the disk has failed, and may lack some of it; copy it to another, and ship that");
    }
    forceFailed = true;
    file.force(false);
    forceFailed = false;
    return covered;
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    return file.read(into, position);
  }

  /** Known is what the first look at each line has found. */
  @Override
  public @Nullable String alteration(JournalCursor read) throws IOException {
    return check.alteration(read.place());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
