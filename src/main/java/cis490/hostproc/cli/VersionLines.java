package cis490.hostproc.cli;

import cis490.hostproc.episode.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says. */
final class VersionLines implements IVersionProvider {

  VersionLines() {}

  @Override
  public String[] getVersion() {
    return new String[] {
      "hostproc " + Version.hostproc(), "Kafka " + Version.kafka(), "Java " + Runtime.version()
    };
  }
}
