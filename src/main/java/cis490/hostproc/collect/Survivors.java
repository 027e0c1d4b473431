package cis490.hostproc.collect;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.Text;
import cis490.hostproc.proc.ProcessTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a started command has left running when it has ended: what it put into the background, and
 * daemons, as {@code qemu-system-x86_64 -daemonize} makes one, of its name or with all of its
 * environment. They are named, and left alone.
 */
final class Survivors {

  private static final Path PROC = Path.of("/proc");
  private static final int NAMED_MAX = 10;
  private static final long INIT = 1;

  /** Processes can come and go while they are looked at. */
  private static final int ANCESTORS_MAX = 1000;

  private Survivors() {}

  /**
   * Their names, as text; null if there are none. A process that is older than the command does not
   * belong to it.
   */
  static @Nullable String find(Target command) {
    long startTimeTicks = command.files().stat().startTimeTicks();
    try {
      List<ProcessTable.Entry> all = ProcessTable.read(PROC);
      long self = ProcessHandle.current().pid();
      Map<Long, ProcessTable.Entry> byPid =
          all.stream().collect(Collectors.toMap(ProcessTable.Entry::pid, each -> each));
      long group = requireNonNull(byPid.get(self)).group();
      List<ProcessTable.Entry> found =
          all.stream()
              .filter(each -> each.pid() != self && each.parent() != self)
              .filter(each -> each.startTimeTicks() >= startTimeTicks)
              .filter(
                  each ->
                      isOrphan(each, group, byPid)
                          || (isDaemon(each, byPid) && isOf(command, each)))
              .toList();
      return found.isEmpty() ? null : text(found);
    } catch (IOException noProc) {
      return null;
    }
  }

  /**
   * Of our group, but its parent, whoever takes orphans, is not. Who else is of our group has a
   * parent there; so may the script that has called us.
   */
  private static boolean isOrphan(
      ProcessTable.Entry each, long group, Map<Long, ProcessTable.Entry> byPid) {
    ProcessTable.Entry parent = byPid.get(each.parent());
    return each.group() == group && (parent == null || parent.group() != group);
  }

  /**
   * It is in a session that is not ours, and its parent has ended. Who gets it then is the nearest
   * of our ancestors that takes orphans, or the first process. Others are children of such a
   * process, too; a daemon that was forked twice is recognized by its session, whose leader has
   * ended.
   */
  private static boolean isDaemon(ProcessTable.Entry each, Map<Long, ProcessTable.Entry> byPid) {
    ProcessTable.Entry self = requireNonNull(byPid.get(ProcessHandle.current().pid()));
    if (each.session() == self.session()) {
      return false;
    }
    boolean hasLeader = byPid.containsKey(each.session());
    return each.parent() == INIT || (!hasLeader && isAncestor(each.parent(), self, byPid));
  }

  private static boolean isAncestor(
      long pid, ProcessTable.Entry of, Map<Long, ProcessTable.Entry> byPid) {
    ProcessTable.Entry ancestor = byPid.get(of.parent());
    for (int i = 0; ancestor != null && i < ANCESTORS_MAX; i++) {
      if (ancestor.pid() == pid) {
        return true;
      }
      ancestor = byPid.get(ancestor.parent());
    }
    return false;
  }

  private static boolean isOf(Target command, ProcessTable.Entry each) {
    return each.name().equals(command.name()) || command.hasItsEnvironment(each.pid());
  }

  private static String text(List<ProcessTable.Entry> found) {
    String named =
        found.stream()
            .limit(NAMED_MAX)
            .map(each -> each.pid() + " (" + Text.printable(each.name()) + ")")
            .collect(Collectors.joining(", "));
    return found.size() > NAMED_MAX ? named + " and more" : named;
  }
}
