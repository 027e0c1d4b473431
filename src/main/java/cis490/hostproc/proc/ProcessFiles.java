package cis490.hostproc.proc;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The three files of one process, open for as long as it is watched.
 *
 * <p>An open {@code /proc/<pid>} file stays bound to its process: once that is gone each read
 * fails, and another process that gets the same pid is never read by mistake.
 *
 * <p>{@code io} and {@code status} may be unreadable (another user's process); then they are
 * absent, with the reason, and the process can still be watched. For one thread.
 */
public final class ProcessFiles implements Closeable {

  /** What a read found. */
  public enum Found {
    /** The process lives; {@link #stat()} is new. */
    ALIVE,
    /** The process no longer exists. */
    GONE,
    /** The process is dead and not yet waited for by its parent: no thread of it runs. */
    ZOMBIE
  }

  private final Path directory;
  private final KernelFile statFile;
  private final Stat stat = new Stat();
  private final Optional ioFile;
  private final Io io = new Io();
  private final Optional statusFile;
  private final Status status = new Status();
  private long startTimeTicks;

  private ProcessFiles(Path directory) throws IOException {
    this.directory = directory;
    this.statFile = KernelFile.open(directory.resolve(Stat.FILE));
    this.ioFile = new Optional(directory.resolve(Io.FILE));
    this.statusFile = new Optional(directory.resolve(Status.FILE));
  }

  /**
   * Opens the files of a live process.
   *
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @param pid the process, from 1
   * @return the open files, {@link #stat()} read once
   * @throws NoSuchProcessException if there is none, or it is dead
   * @throws IOException if {@code stat} can't be read
   * @throws MalformedKernelTextException if {@code stat} is not as proc(5) says
   */
  public static ProcessFiles open(Path procRoot, long pid)
      throws NoSuchProcessException, IOException, MalformedKernelTextException {
    Path directory = procRoot.resolve(Long.toString(pid));
    ProcessFiles files;
    try {
      files = new ProcessFiles(directory);
    } catch (NoSuchFileException missing) {
      throw new NoSuchProcessException(pid, procRoot, "is not there");
    }
    try {
      files.first(pid, procRoot);
      return files;
    } catch (IOException | MalformedKernelTextException | NoSuchProcessException failure) {
      files.close();
      throw failure;
    }
  }

  private void first(long pid, Path procRoot)
      throws IOException, MalformedKernelTextException, NoSuchProcessException {
    int length;
    try {
      length = statFile.read();
    } catch (IOException unreadable) {
      if (!Files.exists(directory)) {
        throw new NoSuchProcessException(pid, procRoot, "has just ended");
      }
      throw unreadable;
    }
    stat.parseWithCommandName(statFile.text(), length);
    if (stat.dead()) {
      throw new NoSuchProcessException(pid, procRoot, "is dead (a zombie)");
    }
    startTimeTicks = stat.startTimeTicks();
    requireProcess(pid, procRoot);
    learnLines();
  }

  /** The id of a thread opens just as well, and gives the times of the whole process. */
  private void requireProcess(long id, Path procRoot) throws NoSuchProcessException {
    try {
      int length = statusFile.peek();
      long process = length == 0 ? 0 : Status.processOfThread(statusFile.text(), length);
      if (process != 0) {
        String name = name(procRoot.resolve(Long.toString(process)));
        throw new NoSuchProcessException(
            id, procRoot, "is a thread of process " + process + name + ", which can be watched");
      }
    } catch (MalformedKernelTextException notTold) {
      // Without that line the id is taken as it is.
    }
  }

  /** In parentheses, or nothing if it can't be read. */
  private static String name(Path directory) {
    try {
      byte[] comm = Files.readAllBytes(directory.resolve("comm"));
      return " (" + new String(comm, StandardCharsets.UTF_8).stripTrailing() + ")";
    } catch (IOException gone) {
      return "";
    }
  }

  /**
   * Whether two folders, each under a procfs of its own, are of one process: the pids of two
   * namespaces may be the same number. Same start and same parent, as this process sees them.
   *
   * @param one {@code /proc/<pid>}
   * @param other {@code /proc/<pid>} elsewhere
   * @return false also if one of them can't be read
   */
  public static boolean areOfOneProcess(Path one, Path other) {
    try {
      return identity(one).equals(identity(other));
    } catch (IOException | MalformedKernelTextException unreadable) {
      return false;
    }
  }

  /** Pid, parent and start time, and the pids in all namespaces where the kernel gives these. */
  private static String identity(Path directory) throws IOException, MalformedKernelTextException {
    String text = Files.readString(directory.resolve(Stat.FILE), StandardCharsets.ISO_8859_1);
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    Stat stat = new Stat();
    stat.parse(bytes, bytes.length);
    String parent = text.substring(text.lastIndexOf(')') + 2).split(" ")[1];
    String pids =
        Files.readString(directory.resolve(Status.FILE), StandardCharsets.ISO_8859_1)
            .lines()
            .filter(line -> line.startsWith("NSpid:"))
            .findFirst()
            .orElse("");
    return text.substring(0, text.indexOf(' '))
        + " "
        + parent
        + " "
        + stat.startTimeTicks()
        + " "
        + pids;
  }

  /** Which lines the kernel gives; where a file can't be read now, its first text will show it. */
  private void learnLines() {
    try {
      int ioLength = ioFile.peek();
      if (ioLength > 0) {
        io.begin(ioFile.text(), ioLength);
      }
      int statusLength = statusFile.peek();
      if (statusLength > 0) {
        status.begin(statusFile.text(), statusLength);
      }
    } catch (MalformedKernelTextException cut) {
      // The ticks will count it.
    }
  }

  /**
   * Reads {@code stat}, then {@code io}, then {@code status}, the reference's order.
   *
   * @return whether there is a sample
   * @throws MalformedKernelTextException if a text is not as proc(5) says: no sample this time
   * @throws IOException if {@code stat} can't be read although the process is still there
   */
  public Found read() throws MalformedKernelTextException, IOException {
    int length;
    try {
      length = statFile.read();
    } catch (IOException unreadable) {
      // The message is strerror's, in the locale's language: look, rather than read it.
      if (stillThere()) {
        throw unreadable;
      }
      return Found.GONE;
    }
    stat.parse(statFile.text(), length);
    if (stat.dead()) {
      return Found.ZOMBIE;
    }
    int ioLength = ioFile.read();
    if (ioFile.present()) {
      if (!io.begun()) {
        io.begin(ioFile.text(), ioLength);
      }
      io.parse(ioFile.text(), ioLength);
    }
    int statusLength = statusFile.read();
    if (statusFile.present()) {
      if (!status.begun()) {
        status.begin(statusFile.text(), statusLength);
      }
      status.parse(statusFile.text(), statusLength);
    }
    return Found.ALIVE;
  }

  /** Whether the pid still means the process that was opened: same start time. */
  private boolean stillThere() {
    try (KernelFile again = KernelFile.open(directory.resolve(Stat.FILE))) {
      Stat now = new Stat();
      int length = again.read();
      now.parse(again.text(), length);
      return now.startTimeTicks() == startTimeTicks;
    } catch (IOException | MalformedKernelTextException gone) {
      return false;
    }
  }

  /**
   * The numbers of {@code stat}.
   *
   * @return the last ones read; the same object each time
   */
  public Stat stat() {
    return stat;
  }

  /**
   * The numbers of {@code io}.
   *
   * @return the last ones read; the same object each time; meaningless unless {@link #ioPresent()}
   */
  public Io io() {
    return io;
  }

  /**
   * The numbers of {@code status}.
   *
   * @return the last ones read; the same object each time; meaningless unless {@link
   *     #statusPresent()}
   */
  public Status status() {
    return status;
  }

  /**
   * Whether {@link #io()} belongs to the last sample.
   *
   * @return false if the file could not be read
   */
  public boolean ioPresent() {
    return ioFile.present();
  }

  /**
   * Whether {@link #status()} belongs to the last sample.
   *
   * @return false if the file could not be read
   */
  public boolean statusPresent() {
    return statusFile.present();
  }

  /**
   * Why {@code io} is absent.
   *
   * @return the failure, or null if it is present
   */
  public @Nullable IOException ioFailure() {
    return ioFile.failure;
  }

  /**
   * Why {@code status} is absent.
   *
   * @return the failure, or null if it is present
   */
  public @Nullable IOException statusFailure() {
    return statusFile.failure;
  }

  /** The process's folder under the proc root. */
  Path directory() {
    return directory;
  }

  @Override
  public void close() throws IOException {
    try (statFile;
        ioFile) {
      statusFile.close();
    }
  }

  /** A file without which a row still stands. */
  private static final class Optional implements Closeable {

    /** Null if it could not be opened. */
    private @Nullable KernelFile file;

    private @Nullable IOException failure;

    Optional(Path path) {
      try {
        file = KernelFile.open(path);
      } catch (AccessDeniedException denied) {
        // Its message is the path alone.
        failure = new IOException(path + ": permission denied", denied);
      } catch (IOException unreadable) {
        failure = unreadable;
      }
    }

    /**
     * Length of the text, or 0 with {@link #present()} false. One that opened is always retried.
     */
    int read() throws MalformedKernelTextException {
      if (file == null) {
        return 0;
      }
      try {
        int length = file.read();
        failure = null;
        return length;
      } catch (IOException unreadable) {
        failure = unreadable;
        return 0;
      }
    }

    /** Length of the text, or 0 if there is none at present; that is noted by {@link #read}. */
    int peek() throws MalformedKernelTextException {
      try {
        return file == null ? 0 : file.read();
      } catch (IOException unreadable) {
        return 0;
      }
    }

    boolean present() {
      return failure == null;
    }

    byte[] text() {
      return requireNonNull(file).text();
    }

    @Override
    public void close() throws IOException {
      if (file != null) {
        file.close();
      }
    }
  }
}
