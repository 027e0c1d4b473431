package cis490.hostproc.proc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All processes that there are at one moment: one look at each {@code /proc/<pid>/stat}. */
public final class ProcessTable {

  /** Of the fields behind the name, from field 3 on (proc(5), "/proc/pid/stat"). */
  private static final int STATE = 0;

  private static final int PARENT = 1;
  private static final int GROUP = 2;
  private static final int SESSION = 3;
  private static final int START = 19;

  /**
   * One process.
   *
   * @param pid its id
   * @param parent the id of its parent, 1 or another reaper's if that has ended
   * @param group the id of its process group
   * @param session the id of its session, which is the pid of the process that began it
   * @param startTimeTicks its start after boot, in clock ticks
   * @param name its command name, at most 15 bytes
   */
  public record Entry(
      long pid, long parent, long group, long session, long startTimeTicks, String name) {}

  private ProcessTable() {}

  /**
   * The ids of all processes, zombies included: one look at the folder, none at the processes.
   *
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @return by no order; empty if there is no procfs
   */
  public static List<Long> pids(Path procRoot) {
    String[] names = procRoot.toFile().list();
    List<Long> pids = new ArrayList<>();
    for (String name : names == null ? new String[0] : names) {
      if (Character.isDigit(name.charAt(0))) {
        pids.add(Long.valueOf(name));
      }
    }
    return pids;
  }

  /**
   * Looks at all of them; those that end meanwhile, and zombies, are left out.
   *
   * @param procRoot where procfs is mounted, usually {@code /proc}
   * @return by no order
   * @throws IOException if there is no procfs
   */
  public static List<Entry> read(Path procRoot) throws IOException {
    List<Entry> all = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(procRoot, "[1-9]*")) {
      for (Path each : processes) {
        entry(each).ifPresent(all::add);
      }
    }
    return all;
  }

  static Optional<Entry> entry(Path directory) {
    try {
      String stat = new String(Files.readAllBytes(directory.resolve(Stat.FILE)), ISO_8859_1);
      int nameEnd = stat.lastIndexOf(')');
      String[] fields = stat.substring(nameEnd + 2).split(" ");
      if (fields[STATE].equals("Z") || fields[STATE].equals("X")) {
        return Optional.empty();
      }
      String name = stat.substring(stat.indexOf('(') + 1, nameEnd);
      return Optional.of(
          new Entry(
              Long.parseLong(directory.getFileName().toString()),
              Long.parseLong(fields[PARENT]),
              Long.parseLong(fields[GROUP]),
              Long.parseLong(fields[SESSION]),
              Long.parseLong(fields[START]),
              new String(name.getBytes(ISO_8859_1), UTF_8)));
    } catch (IOException | RuntimeException endedOrForeign) {
      return Optional.empty();
    }
  }
}
