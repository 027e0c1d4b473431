package cis490.hostproc.cli;

import cis490.hostproc.collect.Progress;

/**
 * A status line that is made when there is something to show: the first row need not wait for it.
 */
final class LazyStatusLine implements AutoCloseable {

  private StatusLine line;

  void show(Progress progress) {
    if (line == null) {
      line = new StatusLine(System.err);
    }
    line.show(progress);
  }

  void clear() {
    if (line != null) {
      line.clear();
    }
  }

  @Override
  public void close() {
    clear();
  }
}
