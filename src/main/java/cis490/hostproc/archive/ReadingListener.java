package cis490.hostproc.archive;

/** Is called after each line or row of a long reading with how far it is. */
@FunctionalInterface
public interface ReadingListener {

  /** What is being read. */
  enum Step {
    /** The lines of a file, each on its own. */
    CHECKING_LINES,
    /** The rows of a topic, with those of a file or a lake. */
    COMPARING_ROWS,
    /** The rows of a topic, into a file. */
    EXPORTING_ROWS
  }

  /**
   * One more is read.
   *
   * @param step what is being read
   * @param count how many of them by now
   */
  void at(Step step, long count);
}
