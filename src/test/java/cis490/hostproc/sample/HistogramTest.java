package cis490.hostproc.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Seed;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Quantiles to within 1/32, the maximum exactly, against sorting all values. */
class HistogramTest {

  private static final double[] SHARES = {0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1};

  @Test
  void anEmptyOneSaysZero() {
    Histogram histogram = new Histogram();
    assertEquals(0, histogram.count());
    assertEquals(0, histogram.total());
    assertEquals(0, histogram.max());
    for (double share : SHARES) {
      assertEquals(0, histogram.quantile(share));
    }
  }

  @Test
  void oneValueIsEveryQuantile() {
    for (long value :
        new long[] {0, 1, 31, 32, 33, 63, 64, 65, 1_000, 123_456_789, Long.MAX_VALUE}) {
      Histogram histogram = new Histogram();
      histogram.record(value);
      for (double share : SHARES) {
        assertEquals(value, histogram.quantile(share), "quantile " + share + " of " + value);
      }
      assertEquals(value, histogram.max());
      assertEquals(value, histogram.total());
      assertEquals(1, histogram.count());
    }
  }

  @Test
  void smallValuesAreExact() {
    Histogram histogram = new Histogram();
    for (int value = 0; value < 64; value++) {
      histogram.record(value);
    }
    for (int value = 0; value < 64; value++) {
      assertEquals(value, histogram.quantile((value + 1) / 64.0));
    }
  }

  @Test
  void aNegativeValueCountsAsZero() {
    Histogram histogram = new Histogram();
    histogram.record(-1);
    histogram.record(Long.MIN_VALUE);
    assertEquals(2, histogram.count());
    assertEquals(0, histogram.total());
    assertEquals(0, histogram.max());
    assertEquals(0, histogram.quantile(1));
  }

  @Test
  void everyPowerOfTwoAndItsNeighboursStayWithinTheError() {
    for (int bit = 0; bit < 63; bit++) {
      for (int beside = -1; beside <= 1; beside++) {
        long value = (1L << bit) + beside;
        Histogram histogram = new Histogram();
        histogram.record(value);
        histogram.record(Long.MAX_VALUE);
        assertWithin(value, histogram.quantile(0.5));
      }
    }
  }

  @Test
  void randomValuesHaveTheQuantilesThatSortingFinds() {
    SplittableRandom random = Seed.random("HistogramTest");
    for (int round = 0; round < 500; round++) {
      long[] values = new long[1 + random.nextInt(2_000)];
      Histogram histogram = new Histogram();
      int bits = 1 + random.nextInt(50);
      long total = 0;
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextLong() >>> (64 - 1 - random.nextInt(bits));
        histogram.record(values[i]);
        total += values[i];
      }
      Arrays.sort(values);
      assertEquals(values.length, histogram.count());
      assertEquals(total, histogram.total());
      assertEquals(values[values.length - 1], histogram.max());
      assertEquals(histogram.max(), histogram.quantile(1));
      for (double share : SHARES) {
        int rank = Math.max(1, (int) Math.ceil(share * values.length));
        assertWithin(values[rank - 1], histogram.quantile(share));
      }
    }
  }

  private static void assertWithin(long exact, long quantile) {
    assertTrue(
        quantile >= exact && quantile - exact <= exact / 32,
        quantile + " where sorting finds " + exact);
  }
}
