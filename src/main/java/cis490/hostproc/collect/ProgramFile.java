package cis490.hostproc.collect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a command, and whether the kernel would execute it: looked at before anything is
 * made.
 */
public final class ProgramFile {

  /** As much as the kernel reads (BINPRM_BUF_SIZE). */
  private static final int BEGINNING_BYTES = 256;

  /** Of a 32-bit program; elf(5). */
  private static final int ELF_HEADER_BYTES_MIN = 52;

  /** Word size, and the low byte of the machine, in an ELF header. */
  private static final int ELF_CLASS_AT = 4;

  private static final int ELF_MACHINE_AT = 18;

  /** Interpreters for other formats that this host has registered. */
  private static final Path BINFMT_MISC = Path.of("/proc/sys/fs/binfmt_misc");

  private static final Set<String> BINFMT_OWN = Set.of("register", "status");

  /** As many scripts in a row as the kernel follows. */
  private static final int INTERPRETERS_MAX = 5;

  /** Magic number, word size and byte order: as ours, so that its numbers can be read. */
  private static final int SAME_KIND = 6;

  private static final int PATH_BYTES_MAX = 4096;

  /** Where elf(5) has what leads to the name of the dynamic loader, in a 64-bit program. */
  private static final class Elf64 {
    static final int HEADER_BYTES = 64;
    static final int TABLE_AT = 32;
    static final int KIND_AT = 16;
    static final int ENTRY_BYTES_AT = 54;
    static final int ENTRIES_AT = 56;
    static final int ENTRY_BYTES = 56;
    static final int OFFSET_AT = 8;
    static final int BYTES_AT = 32;
    static final int EXECUTABLE = 2;
    static final int SHARED = 3;
    static final int INTERPRETER = 3;
  }

  private ProgramFile() {}

  /**
   * Checks that there is such a program, as a shell would look for it.
   *
   * @param program a path, or a name to be found on the PATH
   * @throws IOException if there is none
   */
  public static void requireExecutable(String program) throws IOException {
    Path file = find(program);
    if (file != null) {
      requireFormat(program, file);
    } else if (program.contains("/") && Files.isRegularFile(Path.of(program))) {
      throw new IOException(
          program
              + " could not be started: its permissions, or those of the file system that it is on"
              + " (noexec), do not allow it");
    } else {
      throw new IOException(program + ": no such command");
    }
  }

  /** Null if there is none. */
  private static @Nullable Path find(String program) {
    if (program.contains("/")) {
      return executable(Path.of(program)) ? Path.of(program) : null;
    }
    String path = System.getenv("PATH");
    for (String folder : (path == null ? "/usr/bin:/bin" : path).split(File.pathSeparator)) {
      if (executable(Path.of(folder, program))) {
        return Path.of(folder, program);
      }
    }
    return null;
  }

  /**
   * What the kernel looks at first (execve(2)). Text without {@code #!} is left to the shell, which
   * takes it for a script of its own; the rest shows when the command is let run.
   */
  private static void requireFormat(String program, Path file) throws IOException {
    Path each = file;
    for (int depth = 0; depth < INTERPRETERS_MAX; depth++) {
      byte[] begin = beginning(each);
      if (begin.length < 2 || begin[0] != '#' || begin[1] != '!') {
        requireProgramOrText(program, each, begin);
        return;
      }
      String line = new String(begin, ISO_8859_1).substring(2).lines().findFirst().orElse("");
      String interpreter = line.strip().split("[ \t]", 2)[0];
      each = Path.of(interpreter);
      if (interpreter.isEmpty() || !executable(each)) {
        throw new IOException(
            program
                + " could not be started: its interpreter '"
                + interpreter
                + "' is not a program that may be executed");
      }
    }
    throw new IOException(
        program + " could not be started: its interpreters are scripts themselves");
  }

  private static void requireProgramOrText(String program, Path file, byte[] begin)
      throws IOException {
    boolean elf = begin.length >= 4 && begin[0] == 0x7f && begin[1] == 'E' && begin[2] == 'L';
    if (elf && begin.length < ELF_HEADER_BYTES_MIN) {
      throw new IOException(program + " could not be started: " + file + " is cut short");
    }
    if (elf && !isForThisMachine(begin)) {
      throw new IOException(
          program + " could not be started: " + file + " is a program for another machine");
    }
    if (elf && Arrays.equals(begin, 0, SAME_KIND, ownBeginning(), 0, SAME_KIND)) {
      requireLoadable(program, file);
    }
    if (!elf && new String(begin, ISO_8859_1).indexOf(0) >= 0) {
      throw new IOException(
          program + " could not be started: " + file + " is neither a program nor a script");
    }
  }

  /** True also if that is unknown: other machines' programs may be run by an emulator. */
  private static boolean isForThisMachine(byte[] elf) {
    String[] handlers = BINFMT_MISC.toFile().list((folder, name) -> !BINFMT_OWN.contains(name));
    byte[] own = ownBeginning();
    boolean emulated = handlers != null && handlers.length > 0;
    return emulated
        || own.length < ELF_HEADER_BYTES_MIN
        || elf[ELF_CLASS_AT] != own[ELF_CLASS_AT]
        || elf[ELF_MACHINE_AT] == own[ELF_MACHINE_AT];
  }

  private static byte[] ownBeginning() {
    return beginning(Path.of("/proc/self/exe"));
  }

  /**
   * What else execve(2) looks at before it gives up the old program: the kind of file, and the
   * dynamic loader that it asks for, PT_INTERP in elf(5); a static program asks for none.
   */
  private static void requireLoadable(String program, Path file) throws IOException {
    String loader = null;
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer header = read(channel, 0, Elf64.HEADER_BYTES);
      short kind = header.getShort(Elf64.KIND_AT);
      if (kind != Elf64.EXECUTABLE && kind != Elf64.SHARED) {
        throw new IOException(
            program
                + " could not be started: "
                + file
                + " is not a program but a part of one, or a core dump");
      }
      if (header.getShort(Elf64.ENTRY_BYTES_AT) != Elf64.ENTRY_BYTES) {
        throw new EOFException();
      }
      int entries = header.getShort(Elf64.ENTRIES_AT);
      long at = header.getLong(Elf64.TABLE_AT);
      for (int i = 0; i < entries && loader == null; i++) {
        ByteBuffer entry = read(channel, at + (long) i * Elf64.ENTRY_BYTES, Elf64.ENTRY_BYTES);
        if (entry.getInt(0) == Elf64.INTERPRETER) {
          long bytes = Math.min(entry.getLong(Elf64.BYTES_AT), PATH_BYTES_MAX);
          ByteBuffer text = read(channel, entry.getLong(Elf64.OFFSET_AT), (int) bytes);
          loader = UTF_8.decode(text).toString().split("\0", 2)[0];
        }
      }
    } catch (EOFException | IllegalArgumentException cut) {
      throw new IOException(program + " could not be started: " + file + " is damaged", cut);
    } catch (AccessDeniedException unreadable) {
      // One that may be executed and not read; the kernel decides.
      return;
    }
    if (loader != null && !executable(Path.of(loader))) {
      throw new IOException(
          program + " could not be started: its loader '" + loader + "' is not on this machine");
    }
  }

  private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException();
      }
    }
    return buffer.flip();
  }

  /** Empty also if it may be executed and not read. */
  private static byte[] beginning(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(BEGINNING_BYTES);
    } catch (IOException unreadable) {
      return new byte[0];
    }
  }

  private static boolean executable(Path file) {
    return Files.isExecutable(file) && !Files.isDirectory(file);
  }
}
