package cis490.hostproc.config;

/**
 * A configuration that can't be used, in one line: file, line, key, what is wrong, what is right.
 */
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * With what to say.
   *
   * @param message one line for people, the file's name included
   */
  public ConfigException(String message) {
    super(message);
  }
}
