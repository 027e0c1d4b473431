package cis490.hostproc.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Processes that an agent finds: each has the fleet's tag and a name of its own in its command
 * line. They end with the tests at the latest, since they read from a pipe.
 */
public final class Fleet implements AutoCloseable {

  /** What a process of the fleet does. Its last argument is found, it does nothing. */
  public static final String SCRIPT = "read x";

  private final String tag;
  private final Map<String, Process> all = new LinkedHashMap<>();

  /** Of no process yet; no other fleet has this tag. */
  public Fleet(String tag) {
    this.tag = tag;
  }

  /** The last argument of a process. */
  public String argument(String name) {
    return "fleet-" + tag + "-" + name;
  }

  /** Starts so many, named by the group and a number from 1 on; their names. */
  public List<String> spawn(String group, int count) throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String name = group + i;
      add(name, new ProcessBuilder("sh", "-c", SCRIPT, argument(name)).start());
      names.add(name);
    }
    return names;
  }

  /** Takes one that was started elsewhere; it ends with its input. */
  public void add(String name, Process process) {
    Process before = all.put(name, process);
    if (before != null) {
      throw new IllegalStateException("two processes are named " + name);
    }
  }

  /** Ends one, and waits until it is gone. */
  public void end(String name) throws IOException, InterruptedException {
    all.get(name).getOutputStream().close();
    all.get(name).waitFor();
  }

  /** Of one. */
  public long pid(String name) {
    return all.get(name).pid();
  }

  /** Whether it has not ended. */
  public boolean isAlive(String name) {
    return all.get(name).isAlive();
  }

  /** Of all that there ever were. */
  public Set<String> names() {
    return all.keySet();
  }

  /** Of those that have not ended. */
  public List<String> alive() {
    return all.keySet().stream().filter(this::isAlive).toList();
  }

  /** Ends them. */
  @Override
  public void close() {
    all.values().forEach(Process::destroyForcibly);
  }
}
