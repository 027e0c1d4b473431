package cis490.hostproc.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT, SIGTERM and SIGHUP: the command is told, ends in its own way, and its own exit code is
 * the process's.
 *
 * <p>A JVM answers these signals by running its shutdown hooks and then exits with 128 + signal.
 * Our hook tells the command, waits until it has ended, and exits with the command's code instead.
 */
final class StopSignal {

  private static final CountDownLatch ENDED = new CountDownLatch(1);
  private static volatile int exitCode = 1;

  private StopSignal() {}

  /** Calls back, once, on a thread of its own; the process lives on for {@code limit} at most. */
  static void onStop(Runnable callback, Duration limit) {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(callback, limit), "hostproc-stop-signal"));
  }

  private static void stop(Runnable callback, Duration limit) {
    if (ENDED.getCount() == 0) {
      return;
    }
    callback.run();
    try {
      ENDED.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    // Without a flush: whoever should read our output may be the reason why the limit is over.
    Runtime.getRuntime().halt(exitCode);
  }

  /** Ends the process; while a signal is being answered, through that answer. Does not return. */
  static void exit(int code) {
    exitCode = code;
    ENDED.countDown();
    System.exit(code);
  }
}
