package cis490.hostproc.cli;

/**
 * Reports what ends a thread unexpectedly: mostly an Error, since memory is exhausted, or a class
 * can no longer be loaded because the program's files were replaced while it ran. Each is reported
 * in one line; that of the main thread ends the process. Needs as few classes as possible.
 */
final class Deaths implements Thread.UncaughtExceptionHandler {

  private static final String REPLACED = " (were the program's files replaced while it ran?)";

  private Deaths() {}

  /** From now on no thread dies unnoticed. */
  static void watch() {
    Thread.setDefaultUncaughtExceptionHandler(new Deaths());
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    say("the thread " + thread.getName() + " has ended: ", failure);
  }

  /** Does not return. */
  static void ofMain(Throwable failure) {
    try {
      say("", failure);
      StopSignal.exit(1);
    } finally {
      Runtime.getRuntime().halt(1);
    }
  }

  private static void say(String what, Throwable failure) {
    String why = failure instanceof LinkageError ? failure + REPLACED : failure.toString();
    System.err.println("hostproc: " + what + why);
  }
}
