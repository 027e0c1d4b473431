package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cis490.hostproc.collect.Result;
import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Manifests;
import cis490.hostproc.sample.SampleFigures;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.Shipper;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ResultTextTest {

  private static String text(long rows, String alteration, Result.Shipping shipping) {
    Manifest manifest =
        Manifests.open("demo")
            .ended(
                new Manifest.Ending(1L, EndReason.PROCESS_GONE, null, rows, null, 10L, null, null));
    return ResultText.of(
        new Result(
            manifest, Duration.ofMillis(61_200), 10, alteration, new SampleFigures(), shipping));
  }

  private static Result.Shipping shipping(Shipper.Outcome outcome, String problem) {
    ShipFigures figures = new ShipFigures(new SimpleMeterRegistry(), Tags.empty(), () -> 1234);
    return new Result.Shipping(outcome, problem, figures);
  }

  @Test
  void sealed() {
    assertEquals(
        "the process is gone; 1,234 rows, 61.2 s; sealed",
        text(1234, null, shipping(Shipper.Outcome.EQUAL, null)));
  }

  @Test
  void notSealedYet() {
    assertEquals(
        "the process is gone; 1,234 rows, 61.2 s; not sealed yet, 1,234 rows not shipped, they are"
            + " safe in the file: lake:9092: no answer",
        text(1234, null, shipping(Shipper.Outcome.SHIPPING, "lake:9092: no answer")));
  }

  @Test
  void neverSealed() {
    assertEquals(
        "the process is gone; 1,234 rows, 61.2 s; not sealed: fenced twice",
        text(1234, null, shipping(Shipper.Outcome.STOPPED, "fenced twice")));
  }

  @Test
  void offline() {
    assertEquals("the process is gone; 7 rows, 61.2 s; not shipped (offline)", text(7, null, null));
  }

  @Test
  void withoutARowThatIsWhatIsSaid() {
    assertEquals(
        "the process is gone; 0 rows, 61.2 s; NO ROWS",
        text(0, null, shipping(Shipper.Outcome.EQUAL, null)));
  }

  @Test
  void whatOthersDidToTheFile() {
    assertEquals(
        "the process is gone; 7 rows, 61.2 s; not shipped (offline); the file was cut",
        text(7, "the file was cut", null));
  }
}
