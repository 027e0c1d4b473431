package cis490.hostproc.journal;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The episode's JSONL file, open for appending.
 *
 * <p>Guarantees: an exclusive lock for as long as it is open; complete lines are never altered; a
 * line is appended whole or not at all, and never after a fragment; nothing is written over or
 * after what somebody else has written, and no such bytes are cut. Not guaranteed: that a line
 * survives a power cut before {@link #force()} has returned a length that covers it.
 *
 * <p>It also keeps a digest of what was appended, so that an alteration by somebody else is
 * noticed: its length by each append, everything else by {@link #look(int)} and {@link
 * #alteration(JournalCursor)}.
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

  /** An append is over within microseconds, mostly. */
  private static final int LENGTH_LOOKS = 10;

  /**
   * The files that this process has open, by device and inode. A second channel may not even be
   * opened: closing it would drop the lock of the first.
   */
  private static final Set<Object> OPEN = new HashSet<>();

  private final Path path;
  private final JournalFile file;
  private @Nullable Object key;
  private final long tornBytes;

  /** Written by the appending thread only; readers see complete lines up to its length. */
  private final Ledger ledger = new Ledger(false);

  private final LedgerCheck check;
  private final CRC32C crc = new CRC32C();

  /** Odd while a line is being appended: the file's length then says nothing to others. */
  private final AtomicLong turns = new AtomicLong();

  /** Bytes of ours that may lie after the last line: they are cut before anything is appended. */
  private volatile long fragmentBytes;

  /** The line that they begin; null for what was there before. */
  private byte @Nullable [] fragmentOf;

  private @Nullable IOException failure;

  /** Guards the next two. */
  private final Object forcing = new Object();

  /** Bytes that the disk has confirmed. */
  private long forced;

  /** Whether the disk has refused since. */
  private boolean forceFailed;

  /** The first that was found, in words, or null. */
  private final AtomicReference<String> alteration = new AtomicReference<>();

  /** For tests, which bring their own file; all others use {@link #open}. */
  Journal(Path path, JournalFile file) throws IOException {
    this.path = path;
    this.file = file;
    long size = file.size();
    scan(size);
    this.tornBytes = size - ledger.length();
    this.fragmentBytes = tornBytes;
    this.check = new LedgerCheck(this, ledger);
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
    if (folder != null) {
      createFolders(folder);
    }
    if (folder == null || (Files.exists(path) && !Files.isRegularFile(path))) {
      throw new IOException(path + ": is not a regular file");
    }
    synchronized (OPEN) {
      if (Files.exists(path) && OPEN.contains(key(path))) {
        throw new JournalLockedException(path);
      }
      FileChannel appending =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
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

  /**
   * A process that checks whether the file is being written also holds a lock on it for a moment.
   */
  static void lock(Lock lock, Path path) throws IOException {
    long deadlineNs = System.nanoTime() + LOCK_WITHIN.toNanos();
    while (tryLock(lock, path) == null) {
      if (System.nanoTime() > deadlineNs) {
        throw new JournalLockedException(path);
      }
      LockSupport.parkNanos(LOCK_POLL.toNanos());
    }
  }

  /** Like a file channel's tryLock: null while somebody else has the lock. */
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

  /** Each new folder is forced into the one above it. */
  private static void createFolders(Path folder) throws IOException {
    Path above = folder.getParent();
    if (above == null || Files.exists(folder)) {
      // Something that exists and is not a folder fails when the file is made in it.
      return;
    }
    createFolders(above);
    Files.createDirectories(folder);
    forceFolder(above);
  }

  /** So that a power cut can't take the file's name either. */
  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /** Takes the complete lines into the ledger. */
  private void scan(long size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(SCAN_BUFFER_BYTES);
    LineWalk walk = new LineWalk(Ledger.Place.START);
    long position = 0;
    while (position < size) {
      int count = file.read(buffer.clear(), position);
      if (count < 0) {
        break;
      }
      for (int at = 0; at < count; ) {
        long before = walk.position();
        at = walk.take(buffer.array(), at, count);
        if (walk.atLineEnd()) {
          requireShort(walk.position() - before - 1, walk.lines());
          ledger.add(walk.position(), walk.lastCrc());
          ledger.prepareRoom();
        }
      }
      position += count;
    }
  }

  private void requireShort(long lineLength, long number) throws IOException {
    if (lineLength > JournalCursor.LINE_LENGTH_MAX) {
      throw new IOException(
          path + ": line " + number + " is longer than " + JournalCursor.LINE_LENGTH_MAX);
    }
  }

  /**
   * Cuts a torn last line, as the first append would. For the appending thread, or before it
   * starts.
   *
   * @throws IOException if the file can't be cut, or somebody else has cut or lengthened it
   */
  public void repair() throws IOException {
    if (!file.endsAt(ledger.length())) {
      cutWhatIsOurs();
    }
    if (fragmentBytes > 0) {
      fragmentBytes = 0;
      fragmentOf = null;
    }
  }

  private void cutWhatIsOurs() throws IOException {
    long known = ledger.length();
    long size = file.size();
    if (size < known || (size > known && !isFragment(known, size - known))) {
      throw new IOException(noted(otherLength(size, known)));
    }
    file.truncate(known);
  }

  /** Whether the bytes after the last line are what a write of ours has left. */
  private boolean isFragment(long known, long bytes) throws IOException {
    if (bytes > fragmentBytes) {
      return false;
    }
    if (fragmentOf == null) {
      return bytes == fragmentBytes;
    }
    ByteBuffer there = ByteBuffer.allocate((int) bytes);
    while (there.hasRemaining() && file.read(there, known + there.position()) > 0) {
      // The rest.
    }
    return there.flip().equals(ByteBuffer.wrap(fragmentOf, 0, (int) bytes));
  }

  /**
   * Appends one line, whole or not at all. Allocates nothing unless it fails. For the appending
   * thread only.
   *
   * @param line from position to limit: no newline but the last byte
   * @return false if it could not be written (disk full, quota, an error of the disk; somebody else
   *     has cut or lengthened the file): the line is lost, {@link #failure()} says why, and the
   *     next one is tried again
   */
  public boolean append(ByteBuffer line) {
    long turn = turns.getPlain();
    turns.setRelease(turn + 1);
    try {
      repair();
      return write(line);
    } catch (IOException broken) {
      failure = broken;
      return false;
    } finally {
      turns.setRelease(turn + 2);
    }
  }

  private boolean write(ByteBuffer line) {
    int from = line.position();
    crc.reset();
    crc.update(line);
    line.position(from);
    long end = ledger.length() + line.remaining();
    try {
      while (line.hasRemaining()) {
        file.write(line, end - line.remaining());
      }
    } catch (IOException broken) {
      failure = broken;
      cutFragment(line.position(from), broken);
      return false;
    }
    ledger.add(end, crc.getValue());
    return true;
  }

  /** After a failed write it is unknown how much of the line is in the file. */
  private void cutFragment(ByteBuffer line, IOException broken) {
    fragmentOf = new byte[line.remaining()];
    line.get(fragmentOf);
    fragmentBytes = fragmentOf.length;
    try {
      repair();
    } catch (IOException stillBroken) {
      broken.addSuppressed(stillBroken);
    }
  }

  /**
   * Why the last failed append failed. For the appending thread only.
   *
   * @return the failure, or null if none has
   */
  public @Nullable IOException failure() {
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
    return ledger.lines();
  }

  /**
   * Looks whether the file is still what was written, as far as a look of about a millisecond can
   * tell: that the path still means it, its length, the lines that came since the last look, and
   * some of those from before, others each time. For any thread but the appending one.
   *
   * @param files so many, 1 or more, are looked at as often as this one: together they read no more
   *     of what is old than one alone
   * @return the first that was ever found to be altered, in words, or null
   */
  public @Nullable String look(int files) {
    return look(() -> check.inNewAndSomeOld(files));
  }

  /**
   * The same, with all lines.
   *
   * @return the first that was ever found to be altered, in words, or null
   */
  public @Nullable String lookAtAll() {
    return look(check::inAll);
  }

  /** Part of a look. */
  @FunctionalInterface
  private interface Look {
    @Nullable String take() throws IOException;
  }

  /** A look that can't read finds nothing. */
  private @Nullable String look(Look atLines) {
    for (Look look : new Look[] {this::otherFile, this::otherLength, atLines}) {
      try {
        note(look.take());
      } catch (IOException unreadable) {
        // Perhaps the disk fails: whoever needs the file will report it.
      }
    }
    return alteration.get();
  }

  private @Nullable String otherFile() throws IOException {
    try {
      return key == null || key(path).equals(key)
          ? null
          : LedgerCheck.altered(this, "it was replaced by another file");
    } catch (NoSuchFileException gone) {
      return LedgerCheck.altered(this, "it was deleted or moved");
    }
  }

  /** Null if it is as it should be, or if that is unknown because lines are just being appended. */
  @SuppressWarnings("ThreadPriorityCheck")
  private @Nullable String otherLength() throws IOException {
    for (int i = 0; i < LENGTH_LOOKS; i++) {
      long turn = turns.getAcquire();
      long size = file.size();
      long known = ledger.length();
      long ours = known + fragmentBytes;
      VarHandle.acquireFence();
      if (turn % 2 == 0 && turns.getOpaque() == turn) {
        return size < known || size > ours ? otherLength(size, known) : null;
      }
      Thread.yield();
    }
    return null;
  }

  private String otherLength(long size, long known) {
    return LedgerCheck.altered(
        this, String.format(Locale.ROOT, "it has %,d bytes instead of %,d", size, known));
  }

  private void note(@Nullable String found) {
    if (found != null) {
      alteration.compareAndSet(null, found);
    }
  }

  private String noted(String found) {
    note(found);
    return found;
  }

  @Override
  public @Nullable String alteration(JournalCursor read) throws IOException {
    String inLines = check.alteration(read.place());
    if (inLines == null) {
      return null;
    }
    String inLength = otherLength();
    String found = inLength == null ? inLines : inLength;
    note(found);
    return found;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long length() {
    return ledger.length();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A disk that has refused once does not report it again, and may have lost what it was given
   * (fsync(2): Linux treats these pages as clean). So all of that is first written again, the same
   * bytes.
   */
  @Override
  public long force() throws IOException {
    synchronized (forcing) {
      long covered = ledger.length();
      if (forceFailed) {
        writeAgain(forced, covered);
      }
      forceFailed = true;
      file.force();
      forceFailed = false;
      forced = covered;
      return covered;
    }
  }

  /** It writes back whatever it reads: the ledger shows if that is not what was written. */
  private void writeAgain(long from, long to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(SCAN_BUFFER_BYTES);
    long position = from;
    while (position < to) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), to - position));
      if (file.read(buffer, position) < 0) {
        throw new IOException(path + ": has become shorter");
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        position += file.write(buffer, position);
      }
    }
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
