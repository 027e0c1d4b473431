package cis490.hostproc.cli;

import cis490.hostproc.collect.Log;
import cis490.hostproc.collect.Progress;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress: on a terminal one line that is updated, otherwise a log line now and then. Before
 * anything else is written to stderr the line is removed, and it comes back afterwards.
 */
final class StatusLine implements AutoCloseable {

  private static final Path STDERR = Path.of("/proc/self/fd/2");
  private static final byte[] CLEAR = "\r\033[K".getBytes(StandardCharsets.US_ASCII);
  private static final Duration LOG_EVERY = Duration.ofSeconds(30);

  /** Null until something is shown, and if stderr is not a terminal. */
  private volatile @Nullable PrintStream terminal;

  private boolean isAttached;
  private boolean shown;
  private Duration logged = Duration.ZERO;

  /** Takes over stderr with the first line, not before: the first row need not wait for that. */
  private void attach() {
    if (isAttached) {
      return;
    }
    isAttached = true;
    if (isTerminal()) {
      PrintStream err = System.err;
      terminal = err;
      System.setErr(new PrintStream(new Around(err), true, StandardCharsets.UTF_8));
    }
  }

  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STDERR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException unknown) {
      return false;
    }
  }

  void show(Progress progress) {
    show(progress.elapsed(), () -> text(progress));
  }

  private static String text(Progress progress) {
    long seconds = progress.elapsed().toSeconds();
    double rate = progress.rows() / Math.max(1e-3, progress.elapsed().toNanos() / 1e9);
    String text =
        String.format(
            Locale.ROOT,
            "%02d:%02d:%02d  %,d rows  %.1f rows/s  %,d missed",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            progress.rows(),
            rate,
            progress.missed());
    return progress.pending() < 0
        ? text
        : text + String.format(Locale.ROOT, "  %,d not shipped yet", progress.pending());
  }

  /** The text is asked for if it is time for a line. */
  void show(Duration elapsed, Supplier<String> line) {
    attach();
    PrintStream terminal = this.terminal;
    if (terminal == null) {
      if (elapsed.minus(logged).compareTo(LOG_EVERY) >= 0) {
        logged = elapsed;
        Log.get().info("{}", line.get());
      }
      return;
    }
    byte[] text = line.get().getBytes(StandardCharsets.UTF_8);
    synchronized (terminal) {
      terminal.write(CLEAR, 0, CLEAR.length);
      terminal.write(text, 0, text.length);
      terminal.flush();
      shown = true;
    }
  }

  void clear() {
    PrintStream terminal = this.terminal;
    if (terminal == null) {
      return;
    }
    synchronized (terminal) {
      if (shown) {
        terminal.write(CLEAR, 0, CLEAR.length);
        terminal.flush();
        shown = false;
      }
    }
  }

  /** Gives stderr back. */
  @Override
  public void close() {
    clear();
    if (terminal != null) {
      System.setErr(terminal);
    }
  }

  /** What others write to stderr while the line may be there. */
  private final class Around extends FilterOutputStream {

    Around(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      OutputStream terminal = out;
      synchronized (terminal) {
        clear();
        terminal.write(bytes, from, length);
      }
    }
  }
}
