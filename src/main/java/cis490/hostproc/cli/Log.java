package cis490.hostproc.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program's own log. Asked for when there is something to say: to set up logging takes longer
 * than to sample the first row, which need not wait for it.
 */
final class Log {

  private Log() {}

  static Logger get() {
    return LoggerFactory.getLogger("hostproc");
  }
}
