package cis490.hostproc.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * SIGINT, SIGTERM and SIGHUP: the command is notified, ends in its own way, and its own exit code
 * is the process's.
 *
 * <p>A JVM answers these signals by running its shutdown hooks and then exits with 128 + signal.
 * Our hook, one for the process, tells the command, waits until it has ended, and exits with the
 * command's code instead. While no command asks for it, the JVM exits as it always does.
 */
final class StopSignal {

  /** Limit for the last words: the reader may never read them. */
  private static final Duration LAST_WORDS_WITHIN = Duration.ofSeconds(2);

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private static final CountDownLatch ENDED = new CountDownLatch(1);
  private static volatile int exitCode = 1;

  /** When the last words began; null before and after. */
  private static volatile @Nullable Long speakingSinceNs;

  /** The listener; null if there is none. */
  private static volatile @Nullable StopSignal asked;

  private final Runnable callback;
  private final Duration limit;

  private StopSignal(Runnable callback, Duration limit) {
    this.callback = callback;
    this.limit = limit;
  }

  /** From now on signals are answered. For a process that is nothing but this program, once. */
  static void watch() {
    Runtime.getRuntime().addShutdownHook(new Thread(StopSignal::answer, "hostproc-stop-signal"));
  }

  /** Calls back, once, on a thread of its own; the process lives on for {@code limit} at most. */
  static void onStop(Runnable callback, Duration limit) {
    asked = new StopSignal(callback, limit);
  }

  private static void answer() {
    StopSignal command = asked;
    if (command == null || ENDED.getCount() == 0) {
      return;
    }
    command.callback.run();
    try {
      awaitEnd(System.nanoTime() + command.limit.toNanos());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    // Without a flush: the reader of our output may be why the limit is over.
    Runtime.getRuntime().halt(exitCode);
  }

  private static void awaitEnd(long deadlineNs) throws InterruptedException {
    while (System.nanoTime() - deadlineNs < 0) {
      if (ENDED.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      Long since = speakingSinceNs;
      if (since != null && System.nanoTime() - since > LAST_WORDS_WITHIN.toNanos()) {
        return;
      }
    }
  }

  /**
   * Prints the result on stdout. While a signal is being handled that may take two seconds;
   * otherwise the command has failed.
   */
  static void lastWords(Runnable words) {
    speakingSinceNs = System.nanoTime();
    words.run();
    speakingSinceNs = null;
  }

  /** Ends the process; while a signal is being answered, through that answer. Does not return. */
  static void exit(int code) {
    Stderr.finish();
    exitCode = code;
    ENDED.countDown();
    System.exit(code);
  }
}
