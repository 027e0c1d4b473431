package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.collect.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the episodes of an agent have their ticks. */
class PhasesTest {

  private final Phases phases = new Phases();

  private List<Plan.Phase> phases(int count, long intervalMs) {
    return IntStream.range(0, count).mapToObj(i -> phases.next(intervalMs)).toList();
  }

  @ParameterizedTest
  @CsvSource({"1, 1000000", "10, 10000000", "100, 100000000", "1000, 100000000"})
  void eightAtATimeShareAMoment(long intervalMs, long periodNs) {
    Map<Long, Long> atEach =
        phases(64, intervalMs).stream()
            .peek(phase -> assertEquals(periodNs, phase.periodNs()))
            .collect(Collectors.groupingBy(Plan.Phase::atNs, TreeMap::new, Collectors.counting()));

    assertEquals(8, atEach.size());
    atEach.forEach((atNs, count) -> assertEquals(8, count, () -> atNs + " ns"));
  }

  @Test
  void momentsAreSpreadOverTheInterval() {
    List<Long> moments =
        new ArrayList<>(
            phases(512, 100).stream().map(Plan.Phase::atNs).distinct().sorted().toList());
    moments.add(moments.get(0) + Phases.PERIOD_NS);

    long even = Phases.PERIOD_NS / 64;
    for (int i = 1; i < moments.size(); i++) {
      long apartNs = moments.get(i) - moments.get(i - 1);
      assertTrue(apartNs > even / 3 && apartNs < 3 * even, () -> apartNs + " ns apart");
    }
  }

  @Test
  void aGridBeginsAtItsPhase() {
    Plan.Phase phase = new Plan.Phase(30, 100);

    assertEquals(30, phase.from(0));
    assertEquals(30, phase.from(30));
    assertEquals(130, phase.from(31));
    assertEquals(1_030, phase.from(1_000));
    assertEquals(-170, phase.from(-170));
    assertEquals(-70, phase.from(-169));
  }
}
