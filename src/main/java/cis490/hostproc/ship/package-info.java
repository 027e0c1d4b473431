/**
 * File to topic, exactly once: the one shipper, live or years later.
 *
 * <p>Carries bytes, not rows. The protocol, with the reason for each rule, is "From the file to the
 * topic" in {@code docs/architecture.md}.
 */
@NullMarked
package cis490.hostproc.ship;

import org.jspecify.annotations.NullMarked;
