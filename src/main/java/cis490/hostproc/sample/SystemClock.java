package cis490.hostproc.sample;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's clocks, read without allocating.
 *
 * <p>{@link System#nanoTime()} is CLOCK_MONOTONIC on Linux HotSpot. CLOCK_REALTIME with its
 * nanoseconds is behind {@link Instant#now()}, which allocates; the call beneath it is open to us
 * because the jar's manifest exports its package ({@code Add-Exports}). Without that manifest
 * Instant is used.
 */
public final class SystemClock implements Clock {

  private static final long NS_PER_SECOND = 1_000_000_000L;

  /** Seconds that the kernel's time is asked to be relative to; the JDK allows ± 2^32. */
  private static final long OFFSET_SECONDS = 1_700_000_000L;

  private static final @Nullable MethodHandle NANO_TIME_ADJUSTMENT = nanoTimeAdjustment();

  /** Both clocks are the kernel's, so all instances are alike. */
  public SystemClock() {}

  private static @Nullable MethodHandle nanoTimeAdjustment() {
    try {
      return MethodHandles.lookup()
          .findStatic(
              Class.forName("jdk.internal.misc.VM"),
              "getNanoTimeAdjustment",
              MethodType.methodType(long.class, long.class));
    } catch (ReflectiveOperationException notExported) {
      return null;
    }
  }

  @Override
  public long monotonicNs() {
    return System.nanoTime();
  }

  @Override
  public long wallNs() {
    if (NANO_TIME_ADJUSTMENT != null) {
      try {
        long adjustmentNs = (long) NANO_TIME_ADJUSTMENT.invokeExact(OFFSET_SECONDS);
        if (adjustmentNs != -1) {
          return OFFSET_SECONDS * NS_PER_SECOND + adjustmentNs;
        }
      } catch (Throwable never) {
        throw new AssertionError("reading a clock failed", never);
      }
    }
    Instant now = Instant.now();
    return now.getEpochSecond() * NS_PER_SECOND + now.getNano();
  }

  @Override
  public void park(long durationNs) {
    LockSupport.parkNanos(durationNs);
  }

  @Override
  public void wake(Thread thread) {
    LockSupport.unpark(thread);
  }
}
