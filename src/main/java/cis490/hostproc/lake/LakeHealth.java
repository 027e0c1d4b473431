package cis490.hostproc.lake;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.connect.health.ConnectClusterState;
import org.apache.kafka.connect.health.ConnectorHealth;
import org.apache.kafka.connect.health.TaskState;
import org.apache.kafka.connect.rest.ConnectRestExtension;
import org.apache.kafka.connect.rest.ConnectRestExtensionContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For Kafka Connect: adds {@code GET /hostproc} to its REST. It answers 200 and a line if the
 * connector and its task run and rows are committed in time, and 503 and what is wrong otherwise.
 *
 * <p>Connect's own state says less: a task that commits nothing is RUNNING.
 */
public final class LakeHealth implements ConnectRestExtension {

  private static final Logger LOG = LoggerFactory.getLogger(LakeHealth.class);
  private static final String CONNECTOR = "hostproc";
  private static final String SETTINGS = "hostproc.lake.";
  private static final String CONSUMER = "consumer.";
  private static final String RUNNING = "RUNNING";

  /** A commit's timeout in connector.properties, and as much again for what a start takes. */
  private static final long SLACK_MS = 20_000;

  private static final long LOOK_MIN_MS = 1_000;
  private static final long LOOK_MAX_MS = 10_000;
  private static final int UNAVAILABLE = 503;

  private final Map<String, Object> client = new HashMap<>();
  private long lookMs;
  private long limitMs;

  @SuppressWarnings("NullAway.Init")
  private ConnectClusterState state;

  @SuppressWarnings("NullAway.Init")
  private Thread watch;

  @SuppressWarnings("NullAway.Init")
  private LakeStall stall;

  /** As Connect makes it. */
  public LakeHealth() {}

  /**
   * Takes the worker's settings.
   *
   * @param worker for Kafka's clients, and {@code hostproc.lake.commit_ms} and {@code
   *     hostproc.lake.discover_ms}
   */
  @Override
  public void configure(Map<String, ?> worker) {
    for (String name : ConsumerConfig.configNames()) {
      Object own = worker.get(CONSUMER + name);
      Object value = own == null ? worker.get(name) : own;
      if (value != null) {
        client.put(name, value);
      }
    }
    long commitMs = ms(worker, "commit_ms");
    limitMs = ms(worker, "discover_ms") + 2 * commitMs + SLACK_MS;
    lookMs = Math.max(LOOK_MIN_MS, Math.min(LOOK_MAX_MS, commitMs / 2));
  }

  private static long ms(Map<String, ?> worker, String name) {
    return Long.parseLong(String.valueOf(worker.get(SETTINGS + name)).strip());
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public void register(ConnectRestExtensionContext context) {
    state = context.clusterState();
    stall = new LakeStall(limitMs, nowMs());
    context.configurable().register(new Resource(this));
    watch = new Thread(this::watch, "lake-health");
    watch.setDaemon(true);
    watch.start();
  }

  /** Until it is interrupted. A client that has failed is replaced. */
  private void watch() {
    try {
      while (true) {
        lookOnAndOn();
        Thread.sleep(lookMs);
      }
    } catch (InterruptedException | InterruptException ended) {
      LOG.debug("ended");
    }
  }

  private void lookOnAndOn() throws InterruptedException {
    try (LakeOffsets offsets = new LakeOffsets(client, "connect-" + CONNECTOR)) {
      while (true) {
        stall.look(offsets.look(), offsets, nowMs());
        Thread.sleep(lookMs);
      }
    } catch (InterruptException ended) {
      throw ended;
    } catch (ExecutionException | RuntimeException | LinkageError | AssertionError failure) {
      LOG.info("what is committed is unknown", failure);
    }
  }

  /** What is wrong, in one line; null if nothing. */
  private @Nullable String problem() {
    if (!state.connectors().contains(CONNECTOR)) {
      return "there is no connector " + CONNECTOR;
    }
    ConnectorHealth health = state.connectorHealth(CONNECTOR);
    if (!health.connectorState().state().equals(RUNNING)) {
      return "the connector is " + health.connectorState().state();
    }
    if (health.tasksState().isEmpty()) {
      return "the connector has no task yet";
    }
    for (TaskState task : health.tasksState().values()) {
      if (!task.state().equals(RUNNING)) {
        return "the task is " + task.state();
      }
    }
    return stall.problem(nowMs());
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.interrupt();
    }
  }

  /** What REST calls. */
  @Path("/hostproc")
  @Produces(MediaType.TEXT_PLAIN)
  public static final class Resource {

    private final LakeHealth health;

    private Resource(LakeHealth health) {
      this.health = health;
    }

    /**
     * Says how the lake is.
     *
     * @return 200 or 503, and a line
     */
    @GET
    public Response health() {
      String problem = health.problem();
      return problem == null
          ? Response.ok("healthy: " + health.stall.state(nowMs()) + "\n").build()
          : Response.status(UNAVAILABLE).entity("not healthy: " + problem + "\n").build();
    }
  }
}
