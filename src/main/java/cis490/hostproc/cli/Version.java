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

  static String hostproc() {
    return properties().getProperty("version");
  }

  @Override
  public String[] getVersion() {
    Properties properties = properties();
    return new String[] {
      "hostproc " + properties.getProperty("version"),
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
