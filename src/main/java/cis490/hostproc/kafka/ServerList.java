package cis490.hostproc.kafka;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where brokers are, as Kafka's clients take it: {@code host:port,…}. */
public final class ServerList {

  private static final int PORT_MAX = 65535;

  /** Some put a scheme before it. */
  private static final Pattern SERVER =
      Pattern.compile(
          "([0-9a-zA-Z%._-]*://)?(\\[[0-9a-zA-Z%._:-]+]|[0-9a-zA-Z%._-]+):(?<port>[0-9]{1,5})");

  private ServerList() {}

  /**
   * Looks at each server.
   *
   * @param servers perhaps a list; empty entries are passed over
   * @return what is wrong, naming the first that is; null if nothing is
   */
  public static @Nullable String problem(String servers) {
    int found = 0;
    for (String server : servers.split(",")) {
      if (!server.isBlank()) {
        String problem = problemOfOne(server.strip());
        if (problem != null) {
          return problem;
        }
        found++;
      }
    }
    return found == 0 ? isNotOne(servers) : null;
  }

  private static @Nullable String problemOfOne(String server) {
    Matcher parts = SERVER.matcher(server);
    if (!parts.matches()) {
      return isNotOne(server);
    }
    int port = Integer.parseInt(parts.group("port"));
    return port < 1 || port > PORT_MAX ? isNotOne(server) + ": a port is 1 to " + PORT_MAX : null;
  }

  private static String isNotOne(String text) {
    return "'" + text + "' is not HOST:PORT";
  }
}
