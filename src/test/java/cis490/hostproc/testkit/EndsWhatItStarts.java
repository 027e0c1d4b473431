package cis490.hostproc.testkit;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After each test: ends every run of the program and every target that the test has started. */
public final class EndsWhatItStarts implements AfterEachCallback {

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Hostproc.endAll();
  }
}
