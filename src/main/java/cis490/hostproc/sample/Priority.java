package cis490.hostproc.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the kernel is asked to schedule one thread. The JDK has no call for it, so renice(1) and
 * chrt(1) do it, which need CAP_SYS_NICE. Without that right the thread goes on as it is.
 */
public enum Priority {
  /** As any other thread. */
  NORMAL,
  /** Before threads of normal priority. */
  HIGH,
  /** Before all that is not real-time. */
  REALTIME;

  private static final String NICE = "-19";
  private static final String FIFO = "1";
  private static final long LIMIT_S = 10;

  /**
   * The one that is written so.
   *
   * @param text of a command line or a configuration
   * @return none if there is none
   */
  public static Optional<Priority> of(String text) {
    return Stream.of(values()).filter(each -> each.toString().equals(text)).findFirst();
  }

  /**
   * For the calling thread.
   *
   * @param onRefusal is told in one line, by the calling thread, if it is refused
   */
  public void take(Consumer<String> onRefusal) {
    List<String> command = new ArrayList<>();
    switch (this) {
      case NORMAL -> {
        return;
      }
      case HIGH -> command.addAll(List.of("renice", "-n", NICE, "-p"));
      case REALTIME -> command.addAll(List.of("chrt", "-f", "-p", FIFO));
    }
    try {
      // "<pid>/task/<tid>"
      command.add(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
      String problem = problem(command);
      if (problem != null) {
        onRefusal.accept(refusal(problem));
      }
    } catch (IOException failure) {
      onRefusal.accept(refusal(failure.getMessage()));
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

  private String refusal(@Nullable String problem) {
    return "priority "
        + this
        + ": the sampling thread keeps its own: "
        + problem
        + "; it needs CAP_SYS_NICE";
  }

  /** As it is written on a command line and in a configuration. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
