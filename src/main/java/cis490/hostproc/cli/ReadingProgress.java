package cis490.hostproc.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongConsumer;

/** Shows how far a long reading is, a few times a second, however often it is told. */
final class ReadingProgress implements LongConsumer {

  private static final int LOOK_EVERY = 1024;
  private static final Duration SHOW_EVERY = Duration.ofMillis(200);

  private final StatusLine status;
  private final String what;
  private final long startNs = System.nanoTime();
  private long shownNs = startNs;

  ReadingProgress(StatusLine status, String what) {
    this.status = status;
    this.what = what;
  }

  @Override
  public void accept(long count) {
    if (count % LOOK_EVERY != 0) {
      return;
    }
    long now = System.nanoTime();
    if (now - shownNs >= SHOW_EVERY.toNanos()) {
      shownNs = now;
      status.show(
          Duration.ofNanos(now - startNs), String.format(Locale.ROOT, "%,d %s", count, what));
    }
  }
}
