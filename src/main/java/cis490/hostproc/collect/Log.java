package cis490.hostproc.collect;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program's own log. Made when there is something to log: setting up logging takes longer than
 * sampling the first row, which must not wait for it.
 */
public final class Log {

  private Log() {}

  /**
   * The logger; the first time it is made.
   *
   * @return the program's own
   */
  public static Logger get() {
    return LoggerFactory.getLogger("hostproc");
  }
}
