package cis490.hostproc.collect;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The calls of the C library that start and end a command. The JDK's own closes what the command
 * should inherit, and leaves it a signal mask that is the JVM's. glibc and musl agree on all that
 * is used here, and on its numbers.
 */
final class Posix {

  private static final int SIGNAL_SET_BYTES = 128;

  /** More than posix_spawnattr_t, posix_spawn_file_actions_t or siginfo_t has anywhere. */
  private static final int STRUCT_BYTES = 1024;

  private static final short SPAWN_SETSIGDEF = 0x04;
  private static final short SPAWN_SETSIGMASK = 0x08;
  private static final int EINTR = 4;

  /** waitid(2) and waitpid(2). */
  private static final int P_PID = 1;

  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x01000000;
  private static final int SIGNAL_BITS = 0x7f;
  private static final int SIGNALLED = 128;

  private final NativeLibrary library;

  private Posix(NativeLibrary library) {
    this.library = library;
  }

  /**
   * Loads what makes the calls: some ten milliseconds.
   *
   * @return the calls
   * @throws IOException if this machine's kind of processor or C library is not supported
   */
  static Posix load() throws IOException {
    try {
      return new Posix(CLibrary.load());
    } catch (IOException unsupported) {
      throw new IOException(
          "no command can be started on this machine ("
              + unsupported.getMessage()
              + "); start it by hand, and give its --pid",
          unsupported);
    }
  }

  /**
   * Starts a program; posix_spawn(3).
   *
   * @param program its path
   * @param words its arguments, itself the first
   * @param descriptors to be closed in it; one that is closed already does no harm
   * @param blocked the signals that are blocked in it, bit n for signal n + 1
   * @param ignored those that are ignored in it, as far as this process ignores them as well
   * @return its pid
   * @throws IOException with the C library's words if it can't be started
   */
  int spawn(
      String program, List<byte[]> words, List<Integer> descriptors, long blocked, long ignored)
      throws IOException {
    Memory attributes = new Memory(STRUCT_BYTES);
    Memory actions = new Memory(STRUCT_BYTES);
    require(call("posix_spawnattr_init", attributes));
    require(call("posix_spawn_file_actions_init", actions));
    try {
      require(call("posix_spawnattr_setsigmask", attributes, signals(blocked)));
      // Those that are the C library's own would else be ignored, as posix_spawn makes them.
      require(call("posix_spawnattr_setsigdefault", attributes, signals(~ignored)));
      require(
          call(
              "posix_spawnattr_setflags",
              attributes,
              (short) (SPAWN_SETSIGMASK | SPAWN_SETSIGDEF)));
      for (int each : descriptors) {
        require(call("posix_spawn_file_actions_addclose", actions, each));
      }
      List<Memory> kept = new ArrayList<>();
      Memory arguments = vector(words, kept);
      Memory environment = vector(List.of(), kept);
      Memory pid = new Memory(Integer.BYTES);
      require(call("posix_spawn", pid, program, actions, attributes, arguments, environment));
      return pid.getInt(0);
    } finally {
      call("posix_spawn_file_actions_destroy", actions);
      call("posix_spawnattr_destroy", attributes);
    }
  }

  private static Memory signals(long bits) {
    Memory set = new Memory(SIGNAL_SET_BYTES);
    set.clear();
    set.setLong(0, bits);
    return set;
  }

  /** An array of strings that ends with a null, as {@code char **}. */
  private static Memory vector(List<byte[]> words, List<Memory> kept) {
    Memory array = new Memory((long) Native.POINTER_SIZE * (words.size() + 1));
    for (int i = 0; i < words.size(); i++) {
      byte[] word = words.get(i);
      Memory text = new Memory(word.length + 1);
      text.write(0, word, 0, word.length);
      text.setByte(word.length, (byte) 0);
      kept.add(text);
      array.setPointer((long) Native.POINTER_SIZE * i, text);
    }
    array.setPointer((long) Native.POINTER_SIZE * words.size(), Pointer.NULL);
    return array;
  }

  /**
   * Waits until a child has ended, and leaves it as it is: its files in {@code /proc} can be read.
   *
   * @param pid the child
   * @throws IOException if it is no child
   */
  void awaitEnd(int pid) throws IOException {
    Memory ended = new Memory(STRUCT_BYTES);
    untilDone("waitid", P_PID, pid, ended, WEXITED | WNOWAIT);
  }

  /**
   * Takes the exit code of a child that has ended; its pid is free from then on.
   *
   * @param pid the child
   * @return its exit code, 128 + signal if a signal ended it
   * @throws IOException if it is no child
   */
  int reap(int pid) throws IOException {
    Memory status = new Memory(Integer.BYTES);
    untilDone("waitpid", pid, status, 0);
    int value = status.getInt(0);
    int signal = value & SIGNAL_BITS;
    return signal == 0 ? value >> Byte.SIZE & 0xff : SIGNALLED + signal;
  }

  /** A signal to this JVM interrupts a wait. */
  private void untilDone(String function, Object... arguments) throws IOException {
    while (call(function, arguments) < 0) {
      int error = Native.getLastError();
      if (error != EINTR) {
        throw new IOException(text(error));
      }
    }
  }

  /**
   * Sends a signal; one that can't be sent is not.
   *
   * @param pid a child that was not reaped yet
   * @param signal its number
   */
  void kill(int pid, int signal) {
    call("kill", pid, signal);
  }

  /**
   * Has a signal do what it does by default; signal(2).
   *
   * @param signal its number
   */
  void setDefaultAction(int signal) {
    library.getFunction("signal").invokePointer(new Object[] {signal, Pointer.NULL});
  }

  private int call(String function, Object... arguments) {
    Function address = library.getFunction(function);
    return address.invokeInt(arguments);
  }

  private void require(int error) throws IOException {
    if (error != 0) {
      throw new IOException(text(error));
    }
  }

  private String text(int error) {
    return library.getFunction("strerror").invokeString(new Object[] {error}, false);
  }
}
