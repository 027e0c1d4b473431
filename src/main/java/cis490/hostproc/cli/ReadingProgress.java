package cis490.hostproc.cli;

import cis490.hostproc.archive.ReadingListener;
import java.time.Duration;
import java.util.Locale;

/** Shows how far a long reading is, a few times a second, however often it is called. */
final class ReadingProgress implements ReadingListener {

  private static final int LOOK_EVERY = 1024;
  private static final Duration SHOW_EVERY = Duration.ofMillis(200);

  private final StatusLine status;
  private final String ofWhat;
  private final long startNs = System.nanoTime();
  private long shownNs = startNs;

  ReadingProgress(StatusLine status) {
    this(status, "");
  }

  /** {@code ofWhat} ends the line. */
  ReadingProgress(StatusLine status, String ofWhat) {
    this.status = status;
    this.ofWhat = ofWhat;
  }

  @Override
  public void at(Step step, long count) {
    if (count % LOOK_EVERY != 0) {
      return;
    }
    long now = System.nanoTime();
    if (now - shownNs >= SHOW_EVERY.toNanos()) {
      shownNs = now;
      status.show(Duration.ofNanos(now - startNs), () -> line(step, count));
    }
  }

  private String line(Step step, long count) {
    String what =
        switch (step) {
          case CHECKING_LINES -> "lines checked";
          case COMPARING_ROWS -> "rows compared";
          case EXPORTING_ROWS -> "rows";
        };
    return String.format(Locale.ROOT, "%,d %s%s", count, what, ofWhat);
  }
}
