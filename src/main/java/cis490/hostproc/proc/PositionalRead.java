package cis490.hostproc.proc;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessibleObject;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Reads the beginning of a file into a {@link TextRoom}: pread(2), with as little around it as
 * possible.
 *
 * <p>{@link FileChannel#read(ByteBuffer, long)} ends in the same native call. What it does on the
 * way, for other threads that interrupt this one or close the file, made a row 0.13 µs more
 * expensive; all its parsing costs 0.2. Here one thread reads and closes. The jar's manifest opens
 * the JDK's package ({@code Add-Opens}); where it is closed, or a JDK has other names, the channel
 * reads.
 */
final class PositionalRead {

  /** What the native call answers when a signal came in between, and at the end of the file. */
  private static final int INTERRUPTED = -3;

  private static final int END = -1;

  private static final @Nullable MethodHandle PREAD = pread();

  private final FileChannel channel;
  private final @Nullable FileDescriptor descriptor;

  /**
   * Ready to read.
   *
   * @param channel the file, open
   */
  PositionalRead(FileChannel channel) {
    this.channel = channel;
    FileDescriptor open = null;
    if (PREAD != null) {
      try {
        open = (FileDescriptor) opened(channel.getClass().getDeclaredField("fd")).get(channel);
      } catch (ReflectiveOperationException | RuntimeException shut) {
        open = null;
      }
    }
    descriptor = open;
  }

  /** Where a direct buffer begins; 0 where the JDK does not tell. */
  static long address(ByteBuffer direct) {
    try {
      var address = opened(Class.forName("sun.nio.ch.DirectBuffer").getMethod("address"));
      return (long) address.invoke(direct);
    } catch (ReflectiveOperationException | RuntimeException shut) {
      return 0;
    }
  }

  private static @Nullable MethodHandle pread() {
    try {
      Class<?> files = Class.forName("sun.nio.ch.FileDispatcherImpl");
      Class<?>[] types = {FileDescriptor.class, long.class, int.class, long.class};
      return MethodHandles.lookup().unreflect(opened(files.getDeclaredMethod("pread0", types)));
    } catch (ReflectiveOperationException | RuntimeException shut) {
      return null;
    }
  }

  private static <T extends AccessibleObject> T opened(T member) {
    member.setAccessible(true);
    return member;
  }

  /** Whether reads bypass the channel. */
  boolean isDirect(TextRoom room) {
    return descriptor != null && room.address() != 0;
  }

  /**
   * Reads once, from the file's first byte to the room's.
   *
   * @return bytes read, at most the room's capacity; 0 at the end of the file
   */
  int read(TextRoom room) throws IOException {
    if (!isDirect(room)) {
      return Math.max(0, channel.read(room.fromKernel().clear(), 0));
    }
    int length;
    do {
      length = pread(descriptor, room.address(), room.capacity());
    } while (length == INTERRUPTED);
    return length == END ? 0 : length;
  }

  /** Called with a descriptor, which there is only if there is the call. */
  @SuppressWarnings("NullAway")
  private static int pread(@Nullable FileDescriptor descriptor, long address, int size)
      throws IOException {
    try {
      return (int) PREAD.invokeExact(descriptor, address, size, 0L);
    } catch (IOException failure) {
      throw failure;
    } catch (Throwable never) {
      throw new AssertionError("pread0 throws IOException alone", never);
    }
  }
}
