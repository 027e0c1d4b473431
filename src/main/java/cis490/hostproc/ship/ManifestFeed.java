package cis490.hostproc.ship;

import cis490.hostproc.journal.JournalCursor;

/**
 * An episode's manifest, as bytes, for whoever publishes it. Asked by the shipper's threads, never
 * by two at a time.
 */
public interface ManifestFeed {

  /**
   * The manifest as it is now. Asked with the manifests' producer the episode's only one, or before
   * a topic is made.
   *
   * @return JSON
   * @throws ShippingStoppedException if none may be published, and so no rows either
   * @throws Exception if there is none at present; it is asked again
   */
  byte[] now() throws Exception;

  /**
   * The manifest of an episode that has arrived.
   *
   * @param end of what was shipped and read back equal
   * @return JSON
   * @throws ShippingStoppedException if none may be published
   * @throws Exception if there is none at present; it is asked again
   */
  byte[] sealed(JournalCursor end) throws Exception;
}
