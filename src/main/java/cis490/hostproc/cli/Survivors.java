package cis490.hostproc.cli;

import cis490.hostproc.proc.ProcessTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a started command has left running when it has ended: what it put into the background, and
 * daemons of its own name, as {@code qemu-system-x86_64 -daemonize} makes one. They are named, and
 * left alone.
 */
final class Survivors {

  private static final Path PROC = Path.of("/proc");
  private static final int NAMED_MAX = 10;
  private static final long INIT = 1;

  private Survivors() {}

  /**
   * Who they are, for people; null if there are none.
   *
   * @param commandName of the command
   * @param startTimeTicks of the command; what is older is not its own
   */
  static String find(String commandName, long startTimeTicks) {
    try {
      List<ProcessTable.Entry> all = ProcessTable.read(PROC);
      long self = ProcessHandle.current().pid();
      Map<Long, ProcessTable.Entry> byPid =
          all.stream().collect(Collectors.toMap(ProcessTable.Entry::pid, each -> each));
      long group = byPid.get(self).group();
      List<ProcessTable.Entry> found =
          all.stream()
              .filter(each -> each.pid() != self && each.parent() != self)
              .filter(each -> each.startTimeTicks() >= startTimeTicks)
              .filter(each -> isOrphan(each, group, byPid) || isDaemon(each, commandName))
              .toList();
      return found.isEmpty() ? null : text(found);
    } catch (IOException noProc) {
      return null;
    }
  }

  /**
   * Of our group, but its parent, whoever takes orphans, is not. Who else is of our group has a
   * parent there: the script that has called us, too.
   */
  private static boolean isOrphan(
      ProcessTable.Entry each, long group, Map<Long, ProcessTable.Entry> byPid) {
    ProcessTable.Entry parent = byPid.get(each.parent());
    return each.group() == group && (parent == null || parent.group() != group);
  }

  /** It has left the command's group, and its parent has ended. */
  private static boolean isDaemon(ProcessTable.Entry each, String commandName) {
    return each.parent() == INIT && each.name().equals(commandName);
  }

  private static String text(List<ProcessTable.Entry> found) {
    String named =
        found.stream()
            .limit(NAMED_MAX)
            .map(each -> each.pid() + " (" + Report.printable(each.name()) + ")")
            .collect(Collectors.joining(", "));
    return found.size() > NAMED_MAX ? named + " and more" : named;
  }
}
