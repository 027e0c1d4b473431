package cis490.hostproc.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import cis490.hostproc.sample.SampleFigures.Warning;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the meters show is what the loop counted. */
class SampleFiguresTest {

  private final SampleFigures figures = new SampleFigures();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void metersShowTheCounts() {
    figures.bindTo(registry, Tags.empty());
    figures.countTick(100);
    figures.countRow(2_000);
    figures.countTick(300);
    figures.countRow(4_000);
    figures.countTick(200);
    figures.countRow(3_000);
    figures.countMissed(7);
    figures.countMissed(0);
    figures.countMissed(-3);
    figures.countMalformed();
    figures.countMalformed();
    figures.countUnwritten();
    assertEquals(3, counter(SampleFigures.ROWS));
    assertEquals(7, counter(SampleFigures.TICKS_MISSED));
    assertEquals(2, counter(SampleFigures.TICKS_MALFORMED));
    assertEquals(1, counter(SampleFigures.TICKS_UNWRITTEN));
    assertEquals(3, figures.rows());
    assertEquals(7, figures.missed());
    assertEquals(2, figures.malformed());
    assertEquals(1, figures.unwritten());

    FunctionTimer lateness = registry.get(SampleFigures.LATENESS).functionTimer();
    assertEquals(3, lateness.count());
    assertEquals(600, lateness.totalTime(TimeUnit.NANOSECONDS));
    FunctionTimer duration = registry.get(SampleFigures.SAMPLE_DURATION).functionTimer();
    assertEquals(3, duration.count());
    assertEquals(9_000, duration.totalTime(TimeUnit.NANOSECONDS));
    assertEquals(300, quantile(SampleFigures.LATENESS, "max"));
    assertEquals(4_000, quantile(SampleFigures.SAMPLE_DURATION, "max"));
    assertEquals(figures.lateness().quantile(0.5), quantile(SampleFigures.LATENESS, "p50"));
    assertEquals(figures.lateness().quantile(0.99), quantile(SampleFigures.LATENESS, "p99"));
  }

  @Test
  void twoEpisodesInOneRegistryBothCount() {
    SampleFigures other = new SampleFigures();
    figures.bindTo(registry, Tags.of("episode", "one"));
    other.bindTo(registry, Tags.of("episode", "two"));
    figures.countRow(1_000);
    other.countRow(1_000);
    other.countRow(3_000);
    assertEquals(
        1, registry.get(SampleFigures.ROWS).tag("episode", "one").functionCounter().count());
    assertEquals(
        2, registry.get(SampleFigures.ROWS).tag("episode", "two").functionCounter().count());
    assertEquals(
        3_000,
        registry
            .get(SampleFigures.SAMPLE_DURATION + ".quantile")
            .tag("episode", "two")
            .tag(SampleFigures.QUANTILE_TAG, "max")
            .gauge()
            .value());
  }

  @Test
  void theFirstTextOfAWarningStands() {
    assertNull(figures.warning(Warning.STAT_MALFORMED));
    figures.warn(Warning.STAT_MALFORMED, "first");
    figures.warn(Warning.STAT_MALFORMED, "second");
    assertEquals("first", figures.warning(Warning.STAT_MALFORMED));
    assertNull(figures.warning(Warning.UNWRITTEN));
  }

  private double counter(String name) {
    return registry.get(name).functionCounter().count();
  }

  private double quantile(String name, String which) {
    return registry.get(name + ".quantile").tag(SampleFigures.QUANTILE_TAG, which).gauge().value();
  }
}
