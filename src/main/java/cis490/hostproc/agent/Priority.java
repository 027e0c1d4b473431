package cis490.hostproc.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.config.AgentConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The kernel's priority of one thread. The JDK has no call for it, so renice(1) and chrt(1) do it,
 * which need CAP_SYS_NICE. Without that right the thread goes on as it is.
 */
final class Priority {

  private static final String NICE = "-19";
  private static final String REALTIME = "1";
  private static final long LIMIT_S = 10;

  private Priority() {}

  /** For the calling thread. */
  static void take(AgentConfig.Priority priority, Logger log) {
    List<String> command = new ArrayList<>();
    switch (priority) {
      case NORMAL -> {
        return;
      }
      case HIGH -> command.addAll(List.of("renice", "-n", NICE, "-p"));
      case REALTIME -> command.addAll(List.of("chrt", "-f", "-p", REALTIME));
    }
    try {
      // "<pid>/task/<tid>"
      command.add(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
      String problem = problem(command);
      if (problem != null) {
        warn(log, priority, problem);
      }
    } catch (IOException failure) {
      warn(log, priority, failure.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static @Nullable String problem(List<String> command)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readNBytes(1_000), UTF_8).strip();
    if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return command.get(0) + " does not end";
    }
    return process.exitValue() == 0 ? null : said.lines().findFirst().orElse("refused");
  }

  private static void warn(Logger log, AgentConfig.Priority priority, @Nullable String problem) {
    log.warn(
        "priority {}: the sampling thread keeps its own: {}; it needs CAP_SYS_NICE",
        priority.name().toLowerCase(Locale.ROOT),
        problem);
  }
}
