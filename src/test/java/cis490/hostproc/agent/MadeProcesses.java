package cis490.hostproc.agent;

import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that looks like procfs, with processes that are made up; and rules for them. */
record MadeProcesses(Path folder) {

  Path root() {
    return folder.resolve("proc");
  }

  /** A configuration with these rules. */
  AgentConfig rules(String... rules) throws Exception {
    Path file = folder.resolve("agent.yaml");
    String watch = rules.length == 0 ? "" : "watch:\n  - " + String.join("\n  - ", rules) + "\n";
    Files.writeString(file, "kafka: {offline: true}\noutput: episodes\n" + watch);
    return ConfigFile.read(file);
  }

  /** Makes a process, or another one of its pid. */
  void add(long pid, long startTicks, String name, String... words) throws IOException {
    Path process = Files.createDirectories(root().resolve(Long.toString(pid)));
    stat(process, pid, 'S', startTicks, name);
    Files.writeString(process.resolve("cmdline"), String.join("\0", words) + '\0');
    Files.writeString(process.resolve("status"), "Name:\t" + name + "\nUid:\t1\t1000\t2\t3\n");
    Files.writeString(process.resolve("cgroup"), "1:cpu:/old\n0::/machine.slice/" + pid + "\n");
    Files.deleteIfExists(process.resolve("exe"));
    Files.createSymbolicLink(process.resolve("exe"), Path.of("/usr/made", name));
  }

  /** Ended, and its parent does not care. */
  void makeZombie(long pid, long startTicks, String name) throws IOException {
    stat(root().resolve(Long.toString(pid)), pid, 'Z', startTicks, name);
  }

  private static void stat(Path process, long pid, char state, long startTicks, String name)
      throws IOException {
    String rest = " 1 " + pid + " " + pid + " 0".repeat(15) + " " + startTicks + " 0 0\n";
    Files.writeString(process.resolve("stat"), pid + " (" + name + ") " + state + rest);
  }
}
