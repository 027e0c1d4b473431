package cis490.hostproc.agent;

import cis490.hostproc.episode.FailedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The file of a Unix domain socket that is listened on.
 *
 * <p>It comes to its place ready: bound and given its mode in a folder that nobody else may enter,
 * then linked. A link fails where something is already, so of two agents that start at once one
 * gets the place.
 *
 * @param path its place
 * @param key the file's own: another file at that place has another
 */
record SocketFile(Path path, Object key) {

  /** What the JDK leaves of the kernel's 108 bytes. */
  static final int PATH_BYTES_MAX = 106;

  private static final String MODE = "rw-rw----";
  private static final String PRIVATE = "rwx------";

  /** In the private folder; short, since it has to fit into a socket's address. */
  private static final String FRESH = "s";

  private static final String OLD = "o";
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
    requireFree(path, path);
    Path folder = makeFolder(parent);
    try {
      Path fresh = folder.resolve(FRESH);
      server.bind(UnixDomainSocketAddress.of(fresh), BACKLOG);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(MODE));
      removeOld(path, folder.resolve(OLD));
      link(path, fresh);
      return new SocketFile(path, key(path));
    } finally {
      Files.deleteIfExists(folder.resolve(OLD));
      Files.deleteIfExists(folder.resolve(FRESH));
      Files.delete(folder);
    }
  }

  private static void requireShort(Path path, Path parent) throws FailedException {
    Path fresh = parent.resolve(FOLDER_NAME.formatted(0)).resolve(FRESH);
    int length = Math.max(bytes(path), bytes(fresh));
    if (length > PATH_BYTES_MAX) {
      throw new FailedException(
          "%s: takes %d bytes, and a socket's path has room for %d; choose a shorter one"
              .formatted(path, length, PATH_BYTES_MAX));
    }
  }

  private static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private static Path makeFolder(Path parent) throws IOException, FailedException {
    while (true) {
      int number = ThreadLocalRandom.current().nextInt(FOLDER_NAMES);
      try {
        return Files.createDirectory(
            parent.resolve(FOLDER_NAME.formatted(number)),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
      } catch (FileAlreadyExistsException taken) {
        // By another agent that starts now, or by one that was killed while it did.
      } catch (NoSuchFileException missing) {
        throw new FailedException(parent + ": no such folder; make it, or choose another", missing);
      } catch (AccessDeniedException denied) {
        throw new FailedException(
            parent + ": permission denied; a socket can't be made there", denied);
      }
    }
  }

  /** Whoever came first keeps the place: what is moved away is looked at again, and put back. */
  private static void removeOld(Path path, Path aside) throws IOException, FailedException {
    try {
      Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException none) {
      return;
    }
    try {
      requireFree(aside, path);
    } catch (FailedException taken) {
      Files.createLink(path, aside);
      throw taken;
    }
  }

  private static void link(Path path, Path fresh) throws IOException, FailedException {
    try {
      Files.createLink(path, fresh);
    } catch (FileAlreadyExistsException taken) {
      throw new FailedException(inUse(path), taken);
    }
  }

  /** Nothing may be there, or a socket on which nobody listens. */
  private static void requireFree(Path file, Path path) throws IOException, FailedException {
    int mode;
    try {
      mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException none) {
      return;
    }
    if ((mode & S_IFMT) != S_IFSOCK) {
      throw new FailedException(path + ": exists and is not a socket; choose another path");
    }
    if (isListenedOn(file)) {
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
