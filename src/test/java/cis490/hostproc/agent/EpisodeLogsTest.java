package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.episode.EpisodeId;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class EpisodeLogsTest {

  private final Said said = new Said();
  private final EpisodeLogs logs = new EpisodeLogs(said);

  private Logger of(String episode) {
    return logs.of(new EpisodeId(episode));
  }

  /** As after so many seconds without a word. */
  private void flushAfter(long seconds) {
    logs.flush(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void eachLineBeginsWithItsEpisode() {
    of("vm-a").info("holds {} rows", 7);
    of("vm-b").warn("is slow");
    of("vm-a").error("is gone");
    flushAfter(60);
    assertEquals(
        List.of("INFO vm-a: holds 7 rows", "WARN vm-b: is slow", "ERROR vm-a: is gone"),
        said.lines());
  }

  @Test
  void whatIsSaidOfManyIsOneLineAndOneWithTheirNumber() {
    for (int i = 1; i <= 64; i++) {
      of("vm" + i).warn("vm{} broke off at row {}", i, 1000 * i);
    }
    assertEquals(List.of("WARN vm1: vm1 broke off at row 1000"), said.lines());
    flushAfter(1);
    assertEquals(1, said.lines().size(), "more may come");
    flushAfter(4);
    assertEquals(
        "WARN 63 more episodes (vm2, vm3, vm4, vm5, vm6, …), as before: … broke off at row …",
        said.lines().get(1));
    flushAfter(60);
    assertEquals(2, said.lines().size());
  }

  @Test
  void oneOtherIsNamed() {
    of("vm-a").warn("broke off");
    of("vm-b").warn("broke off");
    of("vm-b").warn("broke off");
    flushAfter(4);
    assertEquals("WARN 1 more episode (vm-b), as before: broke off", said.lines().get(1));
  }

  @Test
  void theOthersGetNoNumbersOfTheFirst() {
    of("vm-a").info("1,010 rows, 10.0 s, 2 missed");
    of("vm-b").info("1,020 rows, 10.0 s, 2 missed");
    of("vm-c").info("1,030 rows, 10.0 s, 3 missed");
    of("vm-d").info("1,010 rows, 10.0 s, 2 missed");
    flushAfter(4);
    assertEquals(
        "INFO 3 more episodes (vm-b, vm-c, vm-d), as before: … rows, 10.0 s, … missed",
        said.lines().get(1));
  }

  @Test
  void oneOtherHasItsOwnNumbers() {
    of("vm-a").info("1,010 rows");
    of("vm-b").info("1,020 rows");
    flushAfter(4);
    assertEquals("INFO 1 more episode (vm-b), as before: 1,020 rows", said.lines().get(1));
  }

  @Test
  void whatAnEpisodeSaysAgainIsSaid() {
    of("vm-a").warn("row 1 is wrong");
    of("vm-a").warn("row 2 is wrong");
    flushAfter(4);
    assertEquals(List.of("WARN vm-a: row 1 is wrong", "WARN vm-a: row 2 is wrong"), said.lines());
  }

  @Test
  void anotherTextOrAnotherLevelIsAnotherLine() {
    of("vm-a").warn("broke off: x");
    of("vm-b").warn("broke off: y");
    of("vm-c").error("broke off: x");
    assertEquals(3, said.lines().size());
  }

  @Test
  void aStackTraceIsNeverHeldBack() {
    of("vm-a").error("failed", new IOException("x"));
    of("vm-b").error("failed", new IOException("x"));
    assertEquals(2, said.lines().size());
    assertEquals("ERROR vm-b: failed java.io.IOException: x", said.lines().get(1));
  }

  @Test
  void atTheEndNothingIsLeftUnsaid() {
    of("vm-a").warn("broke off");
    of("vm-b").warn("broke off");
    logs.flush(Long.MAX_VALUE);
    assertEquals(2, said.lines().size());
  }
}
