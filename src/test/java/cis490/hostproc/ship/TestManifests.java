package cis490.hostproc.ship;

import static java.nio.charset.StandardCharsets.UTF_8;

import cis490.hostproc.journal.JournalCursor;
import java.util.function.Supplier;

/** Manifests that are only words. */
record TestManifests(Supplier<byte[]> opening) implements ManifestFeed {

  @Override
  public byte[] now() {
    return opening.get();
  }

  @Override
  public byte[] sealed(JournalCursor end) {
    return ("closed " + end.chain()).getBytes(UTF_8);
  }
}
