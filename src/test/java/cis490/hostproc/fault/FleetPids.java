package cis490.hostproc.fault;

import cis490.hostproc.testkit.PidNamespace;
import cis490.hostproc.testkit.RowsFile;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assertions;

/** The number of a process that has ended is given to another one. */
final class FleetPids {

  /** Two programs of other sizes: a row shows whose it is. */
  private static final String SHELL = "sh";

  private static final String OTHER_SHELL = "bash";

  /** Whatever else begins there takes the numbers that follow. */
  private static final long APART = 500;

  private FleetPids() {}

  static List<Scenario> all() {
    return List.of(Scenario.ending("fleet, a pid is used again", FleetPids::usedAgain));
  }

  private static void usedAgain(Run run) throws Exception {
    try (PidNamespace namespace = PidNamespace.start(run.folder());
        FleetRun fleet = new FleetRun(run, namespace.entered())) {
      int pids = FleetRun.SIZE / 2;
      long first = run.random().nextLong(1_000, 20_000);
      fleet.configure("a", "b");
      for (int i = 0; i < pids; i++) {
        spawn(fleet, namespace, first + i * APART, SHELL, "a" + i);
      }
      fleet.agent().launch();
      fleet.awaitMoreRows(fleet.fleet().alive());
      for (int i = 0; i < pids; i++) {
        replace(fleet, namespace, first + i * APART, i);
      }
      fleet.healAndRequireExact();
      for (int i = 0; i < pids; i++) {
        requireApart(fleet.episode("a" + i), fleet.episode("b" + i), first + i * APART);
      }
    }
  }

  private static void spawn(
      FleetRun fleet, PidNamespace namespace, long pid, String shell, String name)
      throws Exception {
    fleet.fleet().add(name, namespace.spawn(pid, shell, fleet.fleet().argument(name)));
    fleet.run().say(name + " is " + pid);
  }

  /** Now and then no agent runs when it happens. */
  private static void replace(FleetRun fleet, PidNamespace namespace, long pid, int i)
      throws Exception {
    fleet.run().pass(0, 400);
    boolean unseen = fleet.run().random().nextInt(4) == 0;
    if (unseen) {
      fleet.kill();
    }
    fleet.end("a" + i);
    spawn(fleet, namespace, pid, OTHER_SHELL, "b" + i);
    if (unseen) {
      fleet.agent().launch();
      fleet.awaitMoreRows(fleet.fleet().alive());
    }
  }

  /** One number, two processes, and no row of one among those of the other. */
  private static void requireApart(FleetEpisode a, FleetEpisode b, long pid) throws Exception {
    JsonNode one = a.manifest();
    JsonNode other = b.manifest();
    Assertions.assertEquals(pid, one.get("pid").asLong(), one::toString);
    Assertions.assertEquals(pid, other.get("pid").asLong(), other::toString);
    Assertions.assertTrue(
        one.get("process_start_ticks").asLong() < other.get("process_start_ticks").asLong(),
        () -> one + "\n" + other);
    Set<Long> sizes = sizes(a);
    Assertions.assertEquals(1, sizes.size(), a.id());
    Assertions.assertEquals(1, sizes(b).size(), b.id());
    sizes.retainAll(sizes(b));
    Assertions.assertEquals(Set.of(), sizes, a.id() + " and " + b.id());
  }

  /** A process that is just ending has none: that is its last row then. */
  private static Set<Long> sizes(FleetEpisode episode) throws Exception {
    List<String> rows = episode.file().rows();
    int last = rows.size() - 1;
    Set<Long> sizes = new HashSet<>();
    for (int i = 0; i <= last; i++) {
      long bytes = RowsFile.number(rows.get(i), "vsize_bytes");
      if (bytes > 0 || i < last) {
        sizes.add(bytes);
      }
    }
    return sizes;
  }
}
