package cis490.hostproc.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.kafka.TopicReader;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How much goes into a transaction. */
class PaceTest {

  private static final long QUICK_NS = Duration.ofMillis(50).toNanos();
  private static final long SLOW_NS = Duration.ofSeconds(20).toNanos();

  private final Pace pace = new Pace();

  @Test
  void fullTransactionsThatAreQuickGrowUpToTheLimit() {
    for (int i = 0; i < 10; i++) {
      pace.noteSent(pace.rows());
      pace.noteCommit(QUICK_NS);
    }
    assertEquals(Pace.ROWS_MAX, pace.rows());
  }

  @Test
  void transactionsThatAreNotFullSayNothing() {
    int before = pace.rows();
    pace.noteSent(3);
    pace.noteCommit(QUICK_NS);
    assertEquals(before, pace.rows());
  }

  @Test
  void slowOnesShrinkToWhatTakesTwoSeconds() {
    pace.noteSent(1000);
    pace.noteCommit(SLOW_NS);
    assertEquals(100, pace.rows());
  }

  @Test
  void aSingleRowIsAlwaysTried() {
    pace.noteSent(1);
    pace.noteCommit(SLOW_NS);
    assertEquals(1, pace.rows());
    for (int i = 0; i < 20; i++) {
      pace.noteSent(pace.rows());
      pace.noteFailure();
    }
    assertEquals(1, pace.rows());
    pace.noteSent(1);
    pace.noteCommit(QUICK_NS);
    assertEquals(2, pace.rows());
  }

  @Test
  void aFailureWithoutRowsOnTheWayMakesFetchesSmaller() {
    int rows = pace.rows();
    for (int i = 0; i < 20; i++) {
      pace.noteFailure();
    }
    assertEquals(rows, pace.rows());
    assertTrue(pace.fetchBytes() < TopicReader.FETCH_BYTES / 50, pace.fetchBytes() + " bytes");
    for (int i = 0; i < 20; i++) {
      pace.noteRead();
    }
    assertEquals(TopicReader.FETCH_BYTES, pace.fetchBytes());
  }

  @Test
  void theTransactionTimeoutGoesDownToASecond() {
    int times = 0;
    while (pace.shortenTransactionTimeout()) {
      times++;
      assertTrue(times < 10, "no end");
    }
    assertEquals(Duration.ofSeconds(1), pace.transactionTimeout());
    assertFalse(pace.shortenTransactionTimeout());
    // A quarter of it is what a transaction may take.
    pace.noteSent(1000);
    pace.noteCommit(Duration.ofMillis(500).toNanos());
    assertEquals(500, pace.rows());
  }
}
