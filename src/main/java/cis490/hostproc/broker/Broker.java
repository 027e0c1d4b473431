package cis490.hostproc.broker;

/** A running broker in this process. */
public interface Broker extends AutoCloseable {

  /**
   * Where clients reach it.
   *
   * @return {@code 127.0.0.1:port}
   */
  String address();

  /** Shuts it down in good order; may take seconds. */
  @Override
  void close();
}
