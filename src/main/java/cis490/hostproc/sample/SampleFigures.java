package cis490.hostproc.sample;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The figures of the sampling loop. The loop alone writes, into plain counters: it allocates
 * nothing and waits for nobody. Micrometer, and whoever logs, read them from other threads.
 */
public final class SampleFigures {

  /** Meter: rows appended by this run. */
  public static final String ROWS = "hostproc.rows";

  /** Meter: ticks that were due and skipped. */
  public static final String TICKS_MISSED = "hostproc.ticks.missed";

  /** Meter: ticks without a row, because the kernel's text was not understood. */
  public static final String TICKS_MALFORMED = "hostproc.ticks.malformed";

  /** Meter: ticks whose row could not be written. */
  public static final String TICKS_UNWRITTEN = "hostproc.ticks.unwritten";

  /** Meter: delay of a tick behind its deadline. */
  public static final String LATENESS = "hostproc.tick.lateness";

  /** Meter: from the first read to the end of the append. */
  public static final String SAMPLE_DURATION = "hostproc.sample.duration";

  /** Tag of the gauges that go with a timer: p50, p99 or max. */
  public static final String QUANTILE_TAG = "quantile";

  /** What can be wrong for many ticks and is logged once. */
  public enum Warning {
    /** No numbers from {@code io}. */
    IO_UNREADABLE,
    /** No numbers from {@code status}. */
    STATUS_UNREADABLE,
    /** The kernel gives no such line in {@code io}. */
    IO_LINES_ABSENT,
    /** The kernel gives no such line in {@code status}. */
    STATUS_LINES_ABSENT,
    /** No row: {@code stat} can't be read although the process is there. */
    STAT_UNREADABLE,
    /** No row: the text of {@code stat} is not as proc(5) says. */
    STAT_MALFORMED,
    /** No row: the text of {@code io} is not as proc(5) says. */
    IO_MALFORMED,
    /** No row: the text of {@code status} is not as proc(5) says. */
    STATUS_MALFORMED,
    /** No row: the file can't be written. */
    UNWRITTEN
  }

  private final Histogram lateness = new Histogram();
  private final Histogram sampleDuration = new Histogram();
  private final AtomicLong rows = new AtomicLong();
  private final AtomicLong missed = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();
  private final AtomicLong unwritten = new AtomicLong();
  private final AtomicReferenceArray<String> warnings =
      new AtomicReferenceArray<>(Warning.values().length);

  /** All 0. */
  public SampleFigures() {}

  /** Counts a tick, with or without a row. */
  void countTick(long latenessNs) {
    lateness.record(latenessNs);
  }

  void countRow(long durationNs) {
    sampleDuration.record(durationNs);
    add(rows, 1);
  }

  /** For the one thread that counts: not an atomic addition. */
  private static void add(AtomicLong counter, long ticks) {
    counter.setRelease(counter.getPlain() + ticks);
  }

  void countMissed(long ticks) {
    if (ticks > 0) {
      add(missed, ticks);
    }
  }

  void countMalformed() {
    add(malformed, 1);
  }

  void countUnwritten() {
    add(unwritten, 1);
  }

  @SuppressWarnings("EnumOrdinal") // an array of atomic slots, one for each warning
  void warn(Warning warning, @Nullable String text) {
    warnings.compareAndSet(warning.ordinal(), null, text);
  }

  /**
   * The first text of a warning.
   *
   * @param warning which
   * @return what was wrong, or null if nothing was
   */
  @SuppressWarnings("EnumOrdinal")
  public @Nullable String warning(Warning warning) {
    return warnings.get(warning.ordinal());
  }

  /**
   * Rows appended by this run.
   *
   * @return count
   */
  public long rows() {
    return rows.get();
  }

  /**
   * Ticks that were due and skipped.
   *
   * @return count
   */
  public long missed() {
    return missed.get();
  }

  /**
   * Ticks without a row, because the kernel's text was not understood or not readable.
   *
   * @return count
   */
  public long malformed() {
    return malformed.get();
  }

  /**
   * Ticks whose row could not be written.
   *
   * @return count
   */
  public long unwritten() {
    return unwritten.get();
  }

  /**
   * All ticks that were counted, with a row or without.
   *
   * @return count
   */
  public long ticks() {
    return rows() + missed() + malformed() + unwritten();
  }

  /**
   * Delay of the ticks behind their deadlines.
   *
   * @return ns
   */
  public Histogram lateness() {
    return lateness;
  }

  /**
   * From the first read to the end of the append.
   *
   * @return ns
   */
  public Histogram sampleDuration() {
    return sampleDuration;
  }

  /**
   * Registers the meters.
   *
   * @param registry where they go
   * @param tags that distinguish them from other episodes
   */
  public void bindTo(MeterRegistry registry, Tags tags) {
    counter(registry, tags, ROWS, SampleFigures::rows, "rows appended");
    counter(registry, tags, TICKS_MISSED, SampleFigures::missed, "ticks due and skipped");
    counter(
        registry,
        tags,
        TICKS_MALFORMED,
        SampleFigures::malformed,
        "ticks without a row: kernel text");
    counter(registry, tags, TICKS_UNWRITTEN, SampleFigures::unwritten, "ticks without a row: disk");
    timer(registry, tags, LATENESS, lateness, "delay of a tick behind its deadline");
    timer(registry, tags, SAMPLE_DURATION, sampleDuration, "first read to end of append");
  }

  private void counter(
      MeterRegistry registry,
      Tags tags,
      String name,
      ToDoubleFunction<SampleFigures> value,
      String description) {
    FunctionCounter.builder(name, this, value)
        .tags(tags)
        .description(description)
        .register(registry);
  }

  private static void timer(
      MeterRegistry registry, Tags tags, String name, Histogram histogram, String description) {
    FunctionTimer.builder(name, histogram, Histogram::count, Histogram::total, TimeUnit.NANOSECONDS)
        .tags(tags)
        .description(description)
        .register(registry);
    quantile(registry, tags, name, "p50", () -> histogram.quantile(0.50));
    quantile(registry, tags, name, "p99", () -> histogram.quantile(0.99));
    quantile(registry, tags, name, "max", histogram::max);
  }

  private static void quantile(
      MeterRegistry registry, Tags tags, String name, String which, LongSupplier valueNs) {
    Gauge.builder(name + ".quantile", valueNs::getAsLong)
        .tags(tags)
        .tag(QUANTILE_TAG, which)
        .baseUnit("ns")
        .register(registry);
  }
}
