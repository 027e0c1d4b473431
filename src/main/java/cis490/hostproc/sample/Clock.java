package cis490.hostproc.sample;

/** Time, and waiting for it. The real one is {@link SystemClock}; tests bring their own. */
public interface Clock {

  /**
   * CLOCK_MONOTONIC: never set, comparable between processes of one boot.
   *
   * @return ns
   */
  long monotonicNs();

  /**
   * CLOCK_REALTIME: may step when somebody sets it.
   *
   * @return ns since the Unix epoch
   */
  long wallNs();

  /**
   * Waits on the calling thread; may return early, for no reason or because of {@link #wake}.
   *
   * @param durationNs at most this long, ns, more than 0
   */
  void park(long durationNs);

  /**
   * Ends a {@link #park} of another thread, or the next one if it is not parked.
   *
   * @param thread the thread that waits
   */
  void wake(Thread thread);
}
