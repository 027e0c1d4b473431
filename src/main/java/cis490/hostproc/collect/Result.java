package cis490.hostproc.collect;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.sample.SampleFigures;
import cis490.hostproc.ship.ShipFigures;
import cis490.hostproc.ship.Shipper;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came out of a recording.
 *
 * @param manifest as it is beside the file
 * @param sampled from the first tick to the last
 * @param fileBytes length of the file
 * @param alteration what somebody else did to the file; null if it is what was written
 * @param sampling figures of this run
 * @param shipping null if nothing was to be shipped
 */
public record Result(
    Manifest manifest,
    Duration sampled,
    long fileBytes,
    @Nullable String alteration,
    SampleFigures sampling,
    @Nullable Shipping shipping) {

  /**
   * How shipping ended.
   *
   * @param outcome whether all has arrived
   * @param problem what was in the way last; null if nothing was
   * @param figures of this run
   */
  public record Shipping(Shipper.Outcome outcome, @Nullable String problem, ShipFigures figures) {

    /**
     * Whether all rows are in the topic, and it was read back equal.
     *
     * @return false also if it is not known
     */
    public boolean isComplete() {
      return outcome == Shipper.Outcome.EQUAL && figures.pending() == 0;
    }
  }

  /**
   * Whether every row that was read is where it should be.
   *
   * @return false also if there is no row at all
   */
  public boolean isComplete() {
    boolean shipped = shipping == null || shipping.isComplete();
    boolean recorded = sampling.unwritten() == 0 && requireNonNull(manifest.ending().rows()) > 0;
    boolean failed = manifest.ending().endReason() == EndReason.FAILURE;
    return shipped && recorded && !failed && alteration == null;
  }
}
