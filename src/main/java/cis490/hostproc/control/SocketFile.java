package cis490.hostproc.control;

import cis490.hostproc.episode.FailedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * The file of a Unix domain socket that is listened on.
 *
 * <p>It comes to its place ready: bound and given its mode in a folder that nobody else may enter,
 * then moved. Meanwhile a lock on the file {@code agent.sock.lock} beside it keeps other agents
 * out, so that none replaces a socket that another has just put there. The lock's file stays.
 *
 * @param path its place
 * @param key the file's own: another file at that place has another
 */
record SocketFile(Path path, Object key) {

  /** What the JDK leaves of the kernel's 108 bytes. */
  static final int PATH_BYTES_MAX = 106;

  private static final String MODE = "rw-rw----";
  private static final String PRIVATE = "rwx------";
  private static final String PRIVATE_FILE = "rw-------";
  private static final String LOCK_SUFFIX = ".lock";
  private static final Duration LOCK_WITHIN = Duration.ofSeconds(2);
  private static final Duration LOCK_POLL = Duration.ofMillis(5);

  /** In the private folder; short, since it has to fit into a socket's address. */
  private static final String FRESH = "s";

  private static final String FOLDER_NAME = ".%04x";
  private static final int FOLDER_NAMES = 0x10000;

  /** Of clients that nobody has accepted yet. */
  private static final int BACKLOG = 128;

  /** Kinds of files, of {@code st_mode} (inode(7)). */
  private static final int S_IFMT = 0170000;

  private static final int S_IFSOCK = 0140000;

  /**
   * Listens, with mode 0660 from the first moment. Replaces a socket whose process is gone.
   *
   * @param path absolute
   * @throws FailedException if the path is too long or taken, or its folder is not there
   * @throws IOException if the file system refuses
   */
  static SocketFile bind(ServerSocketChannel server, Path path)
      throws IOException, FailedException {
    Path parent = Objects.requireNonNull(path.getParent());
    requireShort(path, parent);
    try (FileChannel lock = openLock(path, parent)) {
      awaitLock(lock, path);
      requireFree(path);
      return bind(server, path, makeFolder(parent));
    }
  }

  private static SocketFile bind(ServerSocketChannel server, Path path, Path folder)
      throws IOException {
    Path fresh = folder.resolve(FRESH);
    try {
      server.bind(UnixDomainSocketAddress.of(fresh), BACKLOG);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(MODE));
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
      return new SocketFile(path, key(path));
    } finally {
      Files.deleteIfExists(fresh);
      Files.delete(folder);
    }
  }

  private static void requireShort(Path path, Path parent) throws FailedException {
    Path fresh = parent.resolve(FOLDER_NAME.formatted(0)).resolve(FRESH);
    int length = Math.max(bytes(path), bytes(fresh));
    if (length > PATH_BYTES_MAX) {
      throw new FailedException(
          "%s: needs %d bytes, and a socket's path has room for %d; choose a shorter one"
              .formatted(path, length, PATH_BYTES_MAX));
    }
  }

  private static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private static FileChannel openLock(Path path, Path parent) throws IOException, FailedException {
    try {
      return FileChannel.open(
          path.resolveSibling(path.getFileName() + LOCK_SUFFIX),
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE_FILE)));
    } catch (NoSuchFileException missing) {
      throw new FailedException(parent + ": no such folder; make it, or choose another", missing);
    } catch (AccessDeniedException denied) {
      throw new FailedException(
          parent + ": permission denied; no socket can be made there by this user", denied);
    }
  }

  /** Others have it for milliseconds. */
  private static void awaitLock(FileChannel lock, Path path) throws IOException, FailedException {
    long deadlineNs = System.nanoTime() + LOCK_WITHIN.toNanos();
    while (!tryLock(lock)) {
      if (System.nanoTime() > deadlineNs) {
        throw new FailedException(inUse(path));
      }
      LockSupport.parkNanos(LOCK_POLL.toNanos());
    }
  }

  private static boolean tryLock(FileChannel lock) throws IOException {
    try {
      FileLock got = lock.tryLock();
      return got != null;
    } catch (OverlappingFileLockException ours) {
      return false;
    }
  }

  private static Path makeFolder(Path parent) throws IOException {
    while (true) {
      int number = ThreadLocalRandom.current().nextInt(FOLDER_NAMES);
      try {
        return Files.createDirectory(
            parent.resolve(FOLDER_NAME.formatted(number)),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
      } catch (FileAlreadyExistsException taken) {
        // An agent was killed while it started.
      }
    }
  }

  /** Nothing may be there, or a socket on which nobody listens. */
  private static void requireFree(Path path) throws IOException, FailedException {
    int mode;
    try {
      mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException none) {
      return;
    }
    if ((mode & S_IFMT) != S_IFSOCK) {
      throw new FailedException(path + ": exists and is not a socket; choose another path");
    }
    if (isListenedOn(path)) {
      throw new FailedException(inUse(path));
    }
  }

  private static String inUse(Path path) {
    return path + ": another process listens on it; stop that one, or choose another path";
  }

  private static boolean isListenedOn(Path socket) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // A process that accepts nobody must not hold up this one.
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(socket));
      return true;
    } catch (ConnectException refused) {
      return false;
    } catch (IOException notForUs) {
      return Files.exists(socket, LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static Object key(Path path) throws IOException {
    return Files.getAttribute(path, "unix:fileKey", LinkOption.NOFOLLOW_LINKS);
  }

  /** If it is still the one that was bound here. While it is listened on, no other has its key. */
  void remove() throws IOException {
    try {
      if (key(path).equals(key)) {
        Files.delete(path);
      }
    } catch (NoSuchFileException gone) {
      // Somebody else has removed it.
    }
  }
}
