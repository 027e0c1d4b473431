package cis490.hostproc.testkit;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** Where the made-up proc roots and the reference are; their tale is in make_fixtures.py. */
public final class Fixtures {

  /** The one process of each made-up proc root. */
  public static final long PID = 4242;

  /** The page size that the golden rows are computed with. */
  public static final long PAGE_SIZE_BYTES = 4096;

  private Fixtures() {}

  /** The folder that holds one proc root for each case. */
  public static Path procRoots() {
    return resource("/proc");
  }

  /** The proc root of a case. */
  public static Path procRoot(String fixture) {
    return procRoots().resolve(fixture);
  }

  /** A case's process folder. */
  public static Path process(String fixture) {
    return procRoot(fixture).resolve(Long.toString(PID));
  }

  /** The folder of the reference sampler and its two scripts. */
  public static Path reference() {
    return resource("/reference");
  }

  /** The folder of the programs that the tests of package truth watch and ask. */
  public static Path truth() {
    return resource("/truth");
  }

  private static Path resource(String name) {
    URL url = Fixtures.class.getResource(name);
    if (url == null) {
      throw new IllegalStateException("no test resource " + name);
    }
    try {
      return Path.of(new URI(url.toString()));
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
