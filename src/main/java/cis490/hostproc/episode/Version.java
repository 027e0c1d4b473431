package cis490.hostproc.episode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Versions, as the build wrote them down. */
public final class Version {

  private static final String RESOURCE = "/hostproc.properties";

  private Version() {}

  /**
   * Of this program, with the commit that it was built from.
   *
   * @return {@code 0.2.0+b106b00-dirty}; without a commit if the build had no git
   */
  public static String hostproc() {
    Properties properties = properties();
    String commit = properties.getProperty("commit");
    // Where there is no git, the build leaves its placeholder there.
    return properties.getProperty("version") + (commit.startsWith("$") ? "" : "+" + commit);
  }

  /**
   * Of Kafka's clients and of the embedded Kafka.
   *
   * @return Kafka's own number
   */
  public static String kafka() {
    return properties().getProperty("kafka.version");
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
