package cis490.hostproc.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The episode's JSONL file, open for appending.
 *
 * <p>Guarantees: an exclusive lock for as long as it is open; complete lines are never altered; a
 * line is appended whole or not at all, and never after a fragment. Not guaranteed: that a line
 * survives a power cut before {@link #force()} has returned a length that covers it.
 *
 * <p>Byte format: lines of any bytes but newline, each ended by one newline (0x0a), nothing else.
 *
 * <p>One thread appends; any other may follow. They share no lock. Nobody else in this process may
 * open the file: closing it would drop the lock (fcntl(2), "Record locks").
 */
public final class Journal implements JournalSource, Closeable {

  private static final int SCAN_BUFFER_BYTES = 64 * 1024;
  private static final Duration LOCK_WITHIN = Duration.ofMillis(200);
  private static final Duration LOCK_POLL = Duration.ofMillis(1);

  /**
   * The files that this process has open, by device and inode. A second channel may not even be
   * opened: closing it would drop the lock of the first.
   */
  private static final Set<Object> OPEN = new HashSet<>();

  private final Path path;
  private final JournalFile file;
  private Object key;
  private final long tornBytes;

  /** Written by the appending thread only; readers see complete lines up to it. */
  private final AtomicLong length = new AtomicLong();

  private final AtomicLong lines = new AtomicLong();

  /** A fragment may lie after {@link #length}: it must go before anything is appended. */
  private boolean fragment;

  private IOException failure;

  /** Over a file of one's own making; {@link #open} is for the rest. */
  Journal(Path path, JournalFile file) throws IOException {
    this.path = path;
    this.file = file;
    long size = file.size();
    scan(size);
    this.tornBytes = size - length.get();
    this.fragment = tornBytes > 0;
  }

  /**
   * Opens or makes a journal, with its folders, and locks it. Alters nothing that is there: see
   * {@link #repair()}.
   *
   * @param path the file
   * @return the journal, at its end
   * @throws JournalLockedException if another process, or this one, has it open already
   * @throws IOException if it can't be made, read or written
   */
  public static Journal open(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException(path + ": is no regular file");
    }
    synchronized (OPEN) {
      if (Files.exists(path) && OPEN.contains(key(path))) {
        throw new JournalLockedException(path);
      }
      FileChannel appending =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        lock(new ChannelLock(appending), path);
        forceFolder(folder);
        FileChannel following = FileChannel.open(path, StandardOpenOption.READ);
        Journal journal = new Journal(path, JournalFile.of(appending, following));
        journal.key = key(path);
        OPEN.add(journal.key);
        return journal;
      } catch (IOException failure) {
        appending.close();
        throw failure;
      }
    }
  }

  /** Whoever looks whether the file is being written holds a lock on it for a moment, too. */
  static void lock(Lock lock, Path path) throws IOException {
    long deadlineNs = System.nanoTime() + LOCK_WITHIN.toNanos();
    while (tryLock(lock, path) == null) {
      if (System.nanoTime() > deadlineNs) {
        throw new JournalLockedException(path);
      }
      LockSupport.parkNanos(LOCK_POLL.toNanos());
    }
  }

  /** As of a file's channel; null while somebody else has it. */
  interface Lock {
    FileLock tryLock() throws IOException;
  }

  private record ChannelLock(FileChannel channel) implements Lock {
    @Override
    public FileLock tryLock() throws IOException {
      return channel.tryLock();
    }
  }

  private static FileLock tryLock(Lock lock, Path path) throws IOException {
    try {
      return lock.tryLock();
    } catch (IOException noLocks) {
      // ENOLCK of an NFS without its lock daemon, say: then two could write at a time.
      throw new IOException(
          path
              + ": its file system gives no locks ("
              + noLocks.getMessage()
              + "); choose a file on another one",
          noLocks);
    }
  }

  private static Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** So that a power cut can't take the file's name, either. */
  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /** Counts the complete lines. */
  private void scan(long size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(SCAN_BUFFER_BYTES);
    long position = 0;
    long newlines = 0;
    long end = 0;
    while (position < size) {
      buffer.clear();
      int count = file.read(buffer, position);
      if (count < 0) {
        break;
      }
      for (int i = 0; i < count; i++) {
        if (buffer.get(i) == '\n') {
          newlines++;
          if (position + i - end > JournalCursor.LINE_LENGTH_MAX) {
            throw new IOException(
                path + ": line " + newlines + " is longer than " + JournalCursor.LINE_LENGTH_MAX);
          }
          end = position + i + 1;
        }
      }
      position += count;
    }
    lines.set(newlines);
    length.set(end);
  }

  /**
   * Cuts a torn last line, as the first append would. For the appending thread, or before it
   * starts.
   *
   * @throws IOException if the file can't be cut
   */
  public void repair() throws IOException {
    if (fragment) {
      file.truncate(length.getPlain());
      fragment = false;
    }
  }

  /**
   * Appends one line, whole or not at all. Allocates nothing unless it fails. For the appending
   * thread only.
   *
   * @param line from position to limit: no newline but the last byte
   * @return false if it could not be written (disk full, quota, an error of the disk): the line is
   *     lost, {@link #failure()} says why, and the next one is tried anew
   */
  public boolean append(ByteBuffer line) {
    int size = line.remaining();
    try {
      repair();
      long end = length.getPlain() + size;
      while (line.hasRemaining()) {
        file.write(line, end - line.remaining());
      }
      lines.setRelease(lines.getPlain() + 1);
      length.setRelease(end);
      return true;
    } catch (IOException broken) {
      failure = broken;
      cutFragment();
      return false;
    }
  }

  private void cutFragment() {
    try {
      fragment = true;
      file.truncate(length.getPlain());
      fragment = false;
    } catch (IOException stillBroken) {
      failure.addSuppressed(stillBroken);
    }
  }

  /**
   * Why the last append failed that did. For the appending thread only.
   *
   * @return the failure, or null if none has
   */
  public IOException failure() {
    return failure;
  }

  /**
   * How much of a torn last line there was when the journal was opened.
   *
   * @return bytes after the last newline
   */
  public long tornBytes() {
    return tornBytes;
  }

  /**
   * The complete lines there are now.
   *
   * @return their number, those of earlier runs included
   */
  public long lines() {
    return lines.get();
  }

  /**
   * Whether somebody else has deleted, replaced, cut or lengthened the file meanwhile. For the
   * appending thread, or after it has ended.
   *
   * @return true if the path no longer means a file with just the lines that are known here
   */
  public boolean altered() {
    try {
      return !key(path).equals(key) || file.size() != length.get();
    } catch (IOException gone) {
      return true;
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long length() {
    return length.get();
  }

  @Override
  public long force() throws IOException {
    long covered = length.get();
    file.force();
    return covered;
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    return file.read(into, position);
  }

  /** Closes the file and so gives up the lock. Nobody may append or follow any more. */
  @Override
  public void close() throws IOException {
    synchronized (OPEN) {
      file.close();
      OPEN.remove(key);
      key = null;
    }
  }
}
