package cis490.hostproc.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What stands still while rows wait is said once, unless it was said why. */
class StandstillTest {

  private static final long S = 1_000_000_000L;

  private final Standstill standstill = new Standstill(Duration.ofSeconds(60), 0);

  @Test
  void isSaidOnceAndAgainAfterProgress() {
    assertNull(look(0, 10, 5));
    assertNull(look(59, 10, 5));
    assertEquals("no progress for 60 s in recovering, 10 rows wait in the file", look(60, 10, 5));
    assertNull(look(500, 20, 5), "once");
    assertNull(look(501, 19, 6), "it goes on");
    assertNull(look(560, 30, 6));
    assertEquals("no progress for 60 s in recovering, 31 rows wait in the file", look(561, 31, 6));
  }

  @Test
  void isNoneWhileNothingWaitsOrItWasSaidWhy() {
    assertNull(look(0, 0, 5));
    assertNull(look(1_000, 0, 5));
    assertNull(look(1_001, 1, 5), "it has come only now");
    assertNull(standstill.look("waiting", true, 9, 5, 2_000 * S));
    assertNull(look(2_059, 9, 5));
    assertEquals("no progress for 60 s in recovering, 9 rows wait in the file", look(2_060, 9, 5));
  }

  private String look(long seconds, long waiting, long done) {
    return standstill.look("recovering", false, waiting, done, seconds * S);
  }
}
