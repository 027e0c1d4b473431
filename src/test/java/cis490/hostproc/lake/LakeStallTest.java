package cis490.hostproc.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** When a lake counts as standing still; limit 100 s, times in ms. */
class LakeStallTest {

  private static final long LIMIT_MS = 100_000;
  private static final TopicPartition A = new TopicPartition("oracle.host-proc.a", 0);
  private static final TopicPartition B = new TopicPartition("oracle.host-proc.b", 0);

  private final LakeStall stall = new LakeStall(LIMIT_MS, 0);

  @Test
  void aLakeWithNothingToDoIsWell() {
    for (int s = 0; s <= 1_000; s += 10) {
      look(s, Map.of(), Map.of(), 0);
      assertNull(stall.problem(s * 1_000L));
    }
    assertEquals("all rows are committed", stall.state(1_000_000));
  }

  @Test
  void anIdleNightIsWellAsLongAsTheCoordinatorCommits() {
    for (int s = 0; s <= 1_000; s += 10) {
      look(s, Map.of(A, 7L), Map.of(A, 7L), s);
      assertNull(stall.problem(s * 1_000L));
    }
  }

  @Test
  void rowsThatWaitTooLongAreNamed() {
    look(0, Map.of(A, 7L), Map.of(A, 5L), 1);
    look(90, Map.of(A, 7L), Map.of(A, 5L), 2);
    assertNull(stall.problem(95_000));
    look(110, Map.of(A, 7L), Map.of(A, 5L), 3);
    String problem = stall.problem(111_000);
    assertTrue(problem.contains("oracle.host-proc.a at offset 5"), problem);
    look(120, Map.of(A, 9L), Map.of(A, 7L), 4);
    assertNull(stall.problem(121_000));
  }

  /** Other rows go on meanwhile: a topic may take its turn. */
  @Test
  void aRowMayWaitWhileOthersAreCommitted() {
    for (int s = 0; s <= 300; s += 10) {
      look(s, Map.of(A, 1L, B, 1_000L + s), Map.of(B, 500L + s), s);
      assertNull(stall.problem(s * 1_000L));
    }
  }

  @Test
  void aCoordinatorThatCommitsNothingIsToldThoughNoRowWaits() {
    look(0, Map.of(A, 7L), Map.of(A, 7L), 5);
    look(120, Map.of(A, 7L), Map.of(A, 7L), 5);
    String problem = stall.problem(120_000);
    assertTrue(problem.contains("nothing was committed into the tables"), problem);
  }

  @Test
  void aTopicThatIsDeletedWaitsForNobody() {
    look(0, Map.of(A, 7L), Map.of(A, 5L), 1);
    look(60, Map.of(), Map.of(), 2);
    look(130, Map.of(), Map.of(), 3);
    assertNull(stall.problem(131_000));
  }

  @Test
  void whoIsNotAnsweredDoesNotSayThatAllIsWell() {
    look(0, Map.of(A, 7L), Map.of(A, 7L), 1);
    assertNull(stall.problem(100_000));
    String problem = stall.problem(101_000);
    assertTrue(problem.contains("Kafka has not said what is committed"), problem);
  }

  private void look(
      int s, Map<TopicPartition, Long> ends, Map<TopicPartition, Long> committed, long control) {
    stall.look(
        new LakeStall.Look(ends, committed, control), LakeStallTest::firstNotCommitted, s * 1_000L);
  }

  private static LakeStall.Row firstNotCommitted(LakeStall.Look look) {
    return look.ends().entrySet().stream()
        .filter(each -> each.getValue() > look.committed().getOrDefault(each.getKey(), 0L))
        .map(
            each ->
                new LakeStall.Row(each.getKey(), look.committed().getOrDefault(each.getKey(), 0L)))
        .findFirst()
        .orElse(null);
  }
}
