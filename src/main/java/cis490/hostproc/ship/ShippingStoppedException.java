package cis490.hostproc.ship;

import cis490.hostproc.episode.FailedException;
import org.jspecify.annotations.Nullable;

/** Going on would not be exact, or can't succeed: a person must look. Sampling is unaffected. */
public final class ShippingStoppedException extends FailedException {

  private static final long serialVersionUID = 1L;

  /**
   * For a person.
   *
   * @param why what is in the way, and where
   */
  public ShippingStoppedException(@Nullable String why) {
    super(why);
  }
}
