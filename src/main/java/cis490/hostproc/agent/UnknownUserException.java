package cis490.hostproc.agent;

import cis490.hostproc.episode.FailedException;

/** A rule names a user that this host does not know. The configuration is wrong then. */
public final class UnknownUserException extends FailedException {

  private static final long serialVersionUID = 1L;

  UnknownUserException(String message) {
    super(message);
  }
}
