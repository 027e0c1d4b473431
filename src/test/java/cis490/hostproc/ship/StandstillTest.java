package cis490.hostproc.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How long nothing goes on. */
class StandstillTest {

  private static final long S = 1_000_000_000L;

  private final Standstill standstill =
      new Standstill(LoggerFactory.getLogger(StandstillTest.class), Duration.ofSeconds(60), 0);

  @Test
  void countsFromTheLastProgressOrFailure() {
    assertEquals(0, look(Shipper.State.RECOVERING, 10, 5, 0));
    assertEquals(59, look(Shipper.State.RECOVERING, 10, 5, 59));
    assertEquals(500, look(Shipper.State.RECOVERING, 20, 5, 500));
    assertEquals(
        0, look(Shipper.State.RECOVERING, 19, 6, 501), "a row has come, or an attempt has failed");
    assertEquals(60, look(Shipper.State.RECOVERING, 30, 6, 561));
  }

  @Test
  void countsFromTheLastChangeOfState() {
    assertEquals(0, look(Shipper.State.CONNECTING, 10, 5, 50));
    assertEquals(0, look(Shipper.State.RECOVERING, 10, 5, 70));
    assertEquals(40, look(Shipper.State.RECOVERING, 10, 5, 110));
  }

  @Test
  void followingAFileThatHasNothingNewIsNone() {
    assertEquals(0, look(Shipper.State.FOLLOWING, 0, 5, 0));
    assertEquals(0, look(Shipper.State.FOLLOWING, 0, 5, 1_000));
    assertEquals(1, look(Shipper.State.FOLLOWING, 1, 5, 1_001), "it has come since the last look");
    assertEquals(61, look(Shipper.State.FOLLOWING, 9, 5, 1_061));
  }

  @Test
  void readingBackIsSomethingToDoThoughNoRowWaits() {
    assertEquals(0, look(Shipper.State.READING_BACK, 0, 5, 0));
    assertEquals(70, look(Shipper.State.READING_BACK, 0, 5, 70));
    assertEquals(0, look(Shipper.State.READING_BACK, 0, 6, 80));
  }

  private long look(Shipper.State state, long waiting, long done, long seconds) {
    return standstill.standsNs(state, waiting, done, seconds * S) / S;
  }
}
