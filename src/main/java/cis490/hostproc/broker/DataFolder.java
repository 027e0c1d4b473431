package cis490.hostproc.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A broker's data folder. Its file {@code hostproc.address} is locked as long as a broker runs on
 * the folder, and then says where clients reach it.
 */
final class DataFolder implements AutoCloseable {

  private static final String ADDRESS_FILE = "hostproc.address";

  private static final Duration LOCK_WITHIN = Duration.ofSeconds(1);
  private static final Duration LOCK_POLL = Duration.ofMillis(10);

  private final FileChannel addressFile;

  private DataFolder(FileChannel addressFile) {
    this.addressFile = addressFile;
  }

  /** For the broker that is about to run on it. */
  static DataFolder lock(Path data) throws IOException {
    Files.createDirectories(data);
    FileChannel file =
        FileChannel.open(
            data.resolve(ADDRESS_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!tryLockFor(LOCK_WITHIN, file, data)) {
      file.close();
      throw new IOException(
          data + " is in use by another broker" + running(data).map(a -> ", " + a).orElse(""));
    }
    file.truncate(0);
    return new DataFolder(file);
  }

  /** A process that checks whether the folder is in use also holds the lock for a moment. */
  private static boolean tryLockFor(Duration limit, FileChannel file, Path data)
      throws IOException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (!tryLock(file, data)) {
      if (System.nanoTime() > deadlineNs) {
        return false;
      }
      LockSupport.parkNanos(LOCK_POLL.toNanos());
    }
    return true;
  }

  private static boolean tryLock(FileChannel file, Path data) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException ours) {
      return false;
    } catch (IOException noLocks) {
      throw new IOException(
          data
              + ": its file system gives no locks ("
              + noLocks.getMessage()
              + "); choose another folder for the embedded broker",
          noLocks);
    }
  }

  /** Once clients may come. */
  void publish(String address) throws IOException {
    addressFile.write(ByteBuffer.wrap((address + '\n').getBytes(US_ASCII)), 0);
  }

  /** Whether a broker runs on the folder, ready or not. */
  static boolean inUse(Path data) throws IOException {
    Path file = data.resolve(ADDRESS_FILE);
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return !tryLock(channel, data);
    }
  }

  /** Where the broker that runs on the folder is reached, if there is one and it is ready. */
  static Optional<String> running(Path data) throws IOException {
    if (!inUse(data)) {
      return Optional.empty();
    }
    String address = Files.readString(data.resolve(ADDRESS_FILE), US_ASCII);
    return address.endsWith("\n") ? Optional.of(address.strip()) : Optional.empty();
  }

  static boolean portFree(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      // As a broker binds it: the remains of old connections do not matter.
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  @Override
  public void close() {
    try (addressFile) {
      addressFile.truncate(0);
    } catch (IOException left) {
      // The lock goes with the file all the same, and the lock is what counts.
    }
  }
}
