package cis490.hostproc.sample;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often which duration was seen, to about 3 % (32 steps between powers of two), and the exact
 * maximum. Fixed size; recording allocates nothing and takes no lock.
 *
 * <p>One thread records; any other may read, and may miss what is being recorded just then.
 */
public final class Histogram {

  private static final int STEP_BITS = 5;
  private static final int STEPS = 1 << STEP_BITS;

  private final AtomicLongArray counts = new AtomicLongArray((Long.SIZE - STEP_BITS) * STEPS);
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong total = new AtomicLong();
  private final AtomicLong max = new AtomicLong();

  /** Empty. */
  public Histogram() {}

  /**
   * Counts one value.
   *
   * @param value 0 or more; less counts as 0
   */
  public void record(long value) {
    long counted = Math.max(0, value);
    int bucket = bucket(counted);
    counts.setOpaque(bucket, counts.getPlain(bucket) + 1);
    // Plain stores in their order: a volatile one would empty the processor's store buffer.
    total.setRelease(total.getPlain() + counted);
    if (counted > max.getPlain()) {
      max.setRelease(counted);
    }
    count.setRelease(count.getPlain() + 1);
  }

  /** Values below 32 have a bucket each, then every power of two has 32. */
  private static int bucket(long value) {
    int magnitude = Long.SIZE - Long.numberOfLeadingZeros(value | (STEPS - 1)) - STEP_BITS;
    return magnitude * STEPS + (int) ((value >>> Math.max(0, magnitude - 1)) & (STEPS - 1));
  }

  private static long highestOf(int bucket) {
    int magnitude = bucket / STEPS;
    long step = bucket % STEPS;
    if (magnitude == 0) {
      return step;
    }
    return ((STEPS + step + 1) << (magnitude - 1)) - 1;
  }

  /**
   * The value that a share of all values do not exceed.
   *
   * @param share from 0 to 1, for example 0.99
   * @return upper end of that value's bucket, never above {@link #max()}; 0 if there is none
   */
  public long quantile(double share) {
    long wanted = (long) Math.ceil(share * count());
    long seen = 0;
    for (int bucket = 0; bucket < counts.length(); bucket++) {
      seen += counts.getOpaque(bucket);
      if (seen >= wanted && seen > 0) {
        return Math.min(highestOf(bucket), max());
      }
    }
    return max();
  }

  /**
   * How many values.
   *
   * @return count of {@link #record} calls
   */
  public long count() {
    return count.get();
  }

  /**
   * Their sum.
   *
   * @return sum of all values
   */
  public long total() {
    return total.get();
  }

  /**
   * The largest.
   *
   * @return exact; 0 if there is none
   */
  public long max() {
    return max.get();
  }
}
