package cis490.hostproc.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Main class of {@link BrokerProcess}'s child: a broker until standard input ends. */
final class BrokerChild {

  private BrokerChild() {}

  /** Arguments: the data folder, the port or 0. */
  public static void main(String[] args) {
    int exitCode = 0;
    try {
      Broker broker = BrokerJars.start(Path.of(args[0]), Integer.parseInt(args[1]));
      // Nothing is ever sent; its end means that the parent has ended.
      System.in.transferTo(OutputStream.nullOutputStream());
      broker.close();
    } catch (IOException failure) {
      // Standard error is the broker's log; whoever looks there wants it all.
      failure.printStackTrace();
      exitCode = 1;
    }
    System.exit(exitCode);
  }
}
