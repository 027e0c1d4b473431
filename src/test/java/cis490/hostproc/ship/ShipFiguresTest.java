package cis490.hostproc.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** What the meters show is what the shipper counted, of each episode. */
class ShipFiguresTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ShipFigures one = figures("one", 10);
  private final ShipFigures two = figures("two", 20);

  @Test
  void twoEpisodesInOneRegistryBothCount() {
    one.noteRecovered(3);
    two.noteAcknowledged(7);
    two.noteCommit(1_000);
    two.noteCommit(1_000);
    one.noteFailure();
    assertEquals(3, gauge(ShipFigures.ROWS_ACKNOWLEDGED, "one"));
    assertEquals(7, gauge(ShipFigures.ROWS_PENDING, "one"));
    assertEquals(7, gauge(ShipFigures.ROWS_ACKNOWLEDGED, "two"));
    assertEquals(13, gauge(ShipFigures.ROWS_PENDING, "two"));
    assertEquals(0, counter(ShipFigures.COMMITS, "one"));
    assertEquals(2, counter(ShipFigures.COMMITS, "two"));
    assertEquals(1, counter(ShipFigures.RECOVERIES, "one"));
    assertEquals(0, counter(ShipFigures.RECOVERIES, "two"));
    assertEquals(2, registry.get(ShipFigures.TRANSACTION).tag("episode", "two").timer().count());
  }

  private ShipFigures figures(String episode, long rowsInFile) {
    return new ShipFigures(registry, Tags.of(ShipFigures.EPISODE_TAG, episode), () -> rowsInFile);
  }

  private double gauge(String name, String episode) {
    return registry.get(name).tag("episode", episode).gauge().value();
  }

  private double counter(String name, String episode) {
    return registry.get(name).tag("episode", episode).functionCounter().count();
  }
}
