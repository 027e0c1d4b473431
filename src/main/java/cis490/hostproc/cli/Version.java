package cis490.hostproc.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Versions, as the build wrote them down. */
final class Version implements IVersionProvider {

  private static final String RESOURCE = "/hostproc.properties";

  Version() {}

  /** With the commit that it was built from: {@code 0.2.0+b106b00-dirty}, if git knew. */
  static String hostproc() {
    return hostproc(properties());
  }

  private static String hostproc(Properties properties) {
    String commit = properties.getProperty("commit");
    // Where there is no git, the build leaves its placeholder there.
    return properties.getProperty("version") + (commit.startsWith("$") ? "" : "+" + commit);
  }

  @Override
  public String[] getVersion() {
    Properties properties = properties();
    return new String[] {
      "hostproc " + hostproc(properties),
      "Kafka " + properties.getProperty("kafka.version"),
      "Java " + Runtime.version()
    };
  }

  private static Properties properties() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
      properties.load(in);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return properties;
  }
}
