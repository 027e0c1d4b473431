package cis490.hostproc.cli;

/**
 * What ends a thread that nothing should end: an Error mostly, of memory that is gone, or of a
 * class that can't be loaded any more because the program's files were replaced while it ran. Each
 * is said in one line; that of the main thread ends the process. Needs as few classes as can be.
 */
final class Deaths implements Thread.UncaughtExceptionHandler {

  private static final String REPLACED = " (were the program's files replaced while it ran?)";

  private Deaths() {}

  /** From now on no thread dies unseen. */
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
