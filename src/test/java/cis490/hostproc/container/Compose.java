package cis490.hostproc.container;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Assertions;

/**
 * {@code docker-compose.yml} as it stands, as a project of its own name, until it is taken down.
 */
final class Compose {

  /** What {@code src/main/docker/local-images} makes, where the usual base can't be had. */
  private static final String LOCAL_BASE = "hostproc-base:bookworm-jre17";

  private final List<String> program;
  private final Map<String, String> environment;
  private final String before = inventory();
  private final String project = "hostproc-it-" + UUID.randomUUID().toString().substring(0, 8);

  /**
   * With {@code docker compose}, or else with {@code docker-compose}; starts nothing yet.
   *
   * @param lake folder for the lake's tables
   */
  Compose(Path lake) throws Exception {
    program =
        Docker.works("docker", "compose", "version")
            ? List.of("docker", "compose")
            : List.of("docker-compose");
    Docker.require(
        Docker.works(program.get(0), "version"),
        "neither docker compose nor docker-compose is there");
    environment =
        new HashMap<>(
            Map.of(
                "HOSTPROC_LAKE",
                lake.toString(),
                "HOSTPROC_LAKE_COMMIT_MS",
                "2000",
                "HOSTPROC_LAKE_DISCOVER_MS",
                "5000"));
    if (Docker.works("docker", "image", "inspect", LOCAL_BASE)) {
      environment.put("HOSTPROC_BASE_IMAGE", LOCAL_BASE);
    }
  }

  /** Only what the file starts without being asked for more. */
  void up() throws Exception {
    inProject("up", "--detach", "--no-build");
  }

  /** A command, all services in reach of it, must succeed; what it printed on stdout. */
  String run(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--profile", "collector", "--profile", "lake"));
    all.addAll(List.of(arguments));
    return inProject(all.toArray(String[]::new));
  }

  private String inProject(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of("--project-name", project));
    command.addAll(List.of(arguments));
    return Docker.run(environment, command).require();
  }

  /** The id of a service's container. */
  String container(String service) throws Exception {
    return run("ps", "--quiet", service).strip();
  }

  /** The network that services without one of their own are on. */
  String network() {
    return project + "_default";
  }

  /** Takes all down; then the engine must have what it had before, and no more. */
  void down() throws Exception {
    run("down", "--volumes", "--remove-orphans", "--timeout", "60");
    Assertions.assertEquals(before, inventory(), "left behind");
  }

  /** Containers, networks and volumes, also those without a name. */
  private static String inventory() throws Exception {
    return String.join(
        "\n",
        Docker.docker("container", "ls", "--all", "--quiet"),
        Docker.docker("network", "ls", "--quiet"),
        Docker.docker("volume", "ls", "--quiet"));
  }
}
