package cis490.hostproc.kafka;

import org.apache.kafka.common.errors.TimeoutException;

/**
 * Somebody who shares the clients asks whether the brokers are there, and has no answer yet. So it
 * is not known that they are away: the first question of a process takes long on a busy host.
 */
public final class StillAskingException extends TimeoutException {

  private static final long serialVersionUID = 1L;

  StillAskingException() {
    super("the brokers do not answer yet");
  }
}
