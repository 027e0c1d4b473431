package cis490.hostproc.collect;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program's own log. Asked for when there is something to say: to set up logging takes longer
 * than to sample the first row, which need not wait for it.
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
