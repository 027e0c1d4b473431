package cis490.hostproc.collect;

import static java.util.Objects.requireNonNullElse;

import cis490.hostproc.sample.SampleFigures;
import cis490.hostproc.sample.SampleFigures.Warning;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * Logs what is wrong with the sampling: each kind once, not once a tick. A file that can't be
 * written may become writable again, so its beginning and its end are logged each time.
 */
final class SampleWarnings {

  /** A disk at its limit takes one row and not the next. */
  private static final Duration WRITTEN_AGAIN_AFTER = Duration.ofSeconds(2);

  private final SampleFigures figures;
  private final Path file;
  private final Supplier<Logger> log;
  private final Set<Warning> said = EnumSet.noneOf(Warning.class);
  private long unwritten;
  private long unwrittenBefore;
  private long lastLossNs;
  private boolean losing;

  SampleWarnings(SampleFigures figures, Path file, Supplier<Logger> log) {
    this.figures = figures;
    this.file = file;
    this.log = log;
  }

  /** To be called several times a second; {@code nowNs} is CLOCK_MONOTONIC. */
  void say(long nowNs) {
    for (Warning warning : Warning.values()) {
      String text = figures.warning(warning);
      if (text != null && warning != Warning.UNWRITTEN && said.add(warning)) {
        log.get().warn("{}: {}", consequence(warning), text);
      }
    }
    sayWhetherWritten(nowNs);
  }

  private void sayWhetherWritten(long nowNs) {
    long now = figures.unwritten();
    if (now > unwritten) {
      unwritten = now;
      lastLossNs = nowNs;
      if (!losing) {
        losing = true;
        String text = requireNonNullElse(figures.warning(Warning.UNWRITTEN), "no reason given");
        boolean namesFile = text.startsWith(file.toString());
        log.get().warn("{}: {}", namesFile ? "no row" : consequence(Warning.UNWRITTEN), text);
      }
    } else if (losing && nowNs - lastLossNs > WRITTEN_AGAIN_AFTER.toNanos()) {
      losing = false;
      log.get().warn("{} is written again, {} ticks were lost", file, unwritten - unwrittenBefore);
      unwrittenBefore = unwritten;
    }
  }

  private String consequence(Warning warning) {
    return switch (warning) {
      case IO_UNREADABLE -> "io_read_bytes and io_write_bytes are null";
      case STATUS_UNREADABLE -> "voluntary_ctxsw and involuntary_ctxsw are null";
      case IO_LINES_ABSENT, STATUS_LINES_ABSENT -> "null in every row, the kernel does not give it";
      case STAT_UNREADABLE -> "no row, stat can't be read";
      case STAT_MALFORMED, IO_MALFORMED, STATUS_MALFORMED ->
          "no row, the kernel's text is not understood";
      case UNWRITTEN -> "no row, " + file + " can't be written";
    };
  }
}
