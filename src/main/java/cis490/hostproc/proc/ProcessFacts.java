package cis490.hostproc.proc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who a process is, by which it can be found. {@code stat} is read at once, and each of the others
 * when it is asked for. If the process ends meanwhile they are empty.
 */
public final class ProcessFacts {

  private static final String USER = "Uid:";

  private final Path directory;
  private final ProcessTable.Entry entry;

  private ProcessFacts(Path directory, ProcessTable.Entry entry) {
    this.directory = directory;
    this.entry = entry;
  }

  /**
   * Looks at a process.
   *
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @param pid its id
   * @return empty if there is none, or it is a zombie
   */
  public static Optional<ProcessFacts> of(Path procRoot, long pid) {
    Path directory = procRoot.resolve(Long.toString(pid));
    return ProcessTable.entry(directory).map(entry -> new ProcessFacts(directory, entry));
  }

  /**
   * Its id.
   *
   * @return 1 or more
   */
  public long pid() {
    return entry.pid();
  }

  /**
   * When it started; with the pid and the boot it names one process.
   *
   * @return clock ticks after boot (stat field 22)
   */
  public long startTimeTicks() {
    return entry.startTimeTicks();
  }

  /**
   * Its command name.
   *
   * @return at most 15 bytes (stat field 2)
   */
  public String name() {
    return entry.name();
  }

  /**
   * Its command line ({@code cmdline}).
   *
   * @return the words, joined by one space; empty for a kernel thread
   */
  public String commandLine() {
    String words = text("cmdline", UTF_8);
    int end = words.endsWith("\0") ? words.length() - 1 : words.length();
    return words.substring(0, end).replace('\0', ' ');
  }

  /**
   * Its executable ({@code exe}).
   *
   * @return the path; null if this process may not see it
   */
  public @Nullable String exe() {
    try {
      return Files.readSymbolicLink(directory.resolve("exe")).toString();
    } catch (IOException | RuntimeException unreadable) {
      return null;
    }
  }

  /**
   * Its effective user ({@code status}, Uid).
   *
   * @return the id; -1 if it can't be read
   */
  public long userId() {
    for (String line : text(Status.FILE, ISO_8859_1).split("\n")) {
      if (line.startsWith(USER)) {
        return Long.parseLong(line.substring(USER.length()).strip().split("\\s+")[1]);
      }
    }
    return -1;
  }

  /**
   * The cgroups that it is in ({@code cgroup}, cgroups(7)).
   *
   * @return a path of each hierarchy; with version 2 there is one
   */
  public List<String> cgroups() {
    return text("cgroup", UTF_8)
        .lines()
        .map(line -> line.split(":", 3))
        .filter(parts -> parts.length == 3)
        .map(parts -> parts[2])
        .distinct()
        .toList();
  }

  private String text(String file, Charset charset) {
    try {
      return new String(Files.readAllBytes(directory.resolve(file)), charset);
    } catch (IOException gone) {
      return "";
    }
  }
}
