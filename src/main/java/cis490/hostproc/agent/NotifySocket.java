package cis490.hostproc.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.collect.CLibrary;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * The service manager's datagram socket, as sd_notify(3) uses it. The JDK's Unix sockets are
 * streams.
 */
final class NotifySocket {

  /** socket(2), unix(7). */
  private static final int AF_UNIX = 1;

  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int EAGAIN = 11;

  private static final int PATH_OFFSET = 2;
  private static final int PATH_BYTES_MAX = 108;

  /** A manager that does not read is waited for: 20 times 50 ms. */
  private static final int ATTEMPTS = 20;

  private static final long PAUSE_NS = 50_000_000;

  private final NativeLibrary library;
  private final Memory address;

  private NotifySocket(NativeLibrary library, Memory address) {
    this.library = library;
    this.address = address;
  }

  /**
   * Sends nothing yet.
   *
   * @param name a path, or the name of an abstract socket after an {@code @}
   * @throws IOException if there is no such kind of address, or the C library can't be called
   */
  static NotifySocket at(String name) throws IOException {
    byte[] path = name.getBytes(UTF_8);
    boolean isAbstract = name.startsWith("@");
    if (!isAbstract && !name.startsWith("/")) {
      throw new IOException("neither a path nor @ and a name");
    }
    // A path ends with a zero.
    int length = isAbstract ? path.length : path.length + 1;
    if (length > PATH_BYTES_MAX) {
      throw new IOException("longer than an address may be");
    }
    NativeLibrary library = CLibrary.load();
    Memory address = new Memory(PATH_OFFSET + length);
    address.clear();
    address.setShort(0, (short) AF_UNIX);
    address.write(PATH_OFFSET, path, 0, path.length);
    if (isAbstract) {
      address.setByte(PATH_OFFSET, (byte) 0);
    }
    return new NotifySocket(library, address);
  }

  /**
   * Sends one datagram. Any thread may.
   *
   * @throws IOException with the C library's words if it can't be sent within a second
   */
  void send(String message) throws IOException {
    byte[] bytes = message.getBytes(UTF_8);
    int socket = require(call("socket", AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    try {
      for (int left = ATTEMPTS; !isSent(socket, bytes, left > 0); left--) {
        LockSupport.parkNanos(PAUSE_NS);
      }
    } finally {
      call("close", socket);
    }
  }

  private boolean isSent(int socket, byte[] bytes, boolean mayTryAgain) throws IOException {
    int sent =
        call(
            "sendto",
            socket,
            bytes,
            new NativeLong(bytes.length),
            MSG_DONTWAIT | MSG_NOSIGNAL,
            address,
            (int) address.size());
    if (sent < 0 && mayTryAgain && Native.getLastError() == EAGAIN) {
      return false;
    }
    require(sent);
    return true;
  }

  private int require(int result) throws IOException {
    if (result < 0) {
      Object[] error = {Native.getLastError()};
      throw new IOException(library.getFunction("strerror").invokeString(error, false));
    }
    return result;
  }

  private int call(String function, Object... arguments) {
    return library.getFunction(function).invokeInt(arguments);
  }
}
