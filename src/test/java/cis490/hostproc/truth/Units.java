package cis490.hostproc.truth;

import cis490.hostproc.testkit.Tool;
import java.io.IOException;

/** What the kernel counts in, as another program says. */
record Units(long pageBytes, long jiffiesPerSecond, long processors) {

  static Units ofThisKernel() throws IOException, InterruptedException {
    return new Units(getconf("PAGESIZE"), getconf("CLK_TCK"), getconf("_NPROCESSORS_CONF"));
  }

  private static long getconf(String name) throws IOException, InterruptedException {
    return Long.parseLong(Tool.line("getconf", name));
  }
}
