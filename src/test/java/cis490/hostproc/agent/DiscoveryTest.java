package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.config.Rule;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks at made-up processes, at made-up times. */
class DiscoveryTest {

  private static final String GUESTS =
      "{name: guests, match: {command: 'qemu-*', arguments: '-name (?<vm>[^, ]+)'},"
          + " episode: '{vm}-{pid}'}";

  @TempDir private Path folder;
  private final Said said = new Said();
  private MadeProcesses made;
  private Discovery discovery;

  @BeforeEach
  void makeProcesses() throws Exception {
    made = new MadeProcesses(folder);
    made.add(1, 5, "init", "/sbin/init");
    discovery = new Discovery(made.root(), said);
    discovery.follow(made.rules(GUESTS).watch());
  }

  private List<Found> look(double atS) {
    return discovery.look((long) (atS * TimeUnit.SECONDS.toNanos(1)));
  }

  private List<String> episodes(double atS) {
    return look(atS).stream().map(each -> each.episode().value()).toList();
  }

  @Test
  void findsThoseThatFitByPid() throws Exception {
    made.add(30, 7, "qemu-kvm", "qemu", "-name", "b,debug=on");
    made.add(20, 8, "qemu-system-x86", "qemu", "-name", "a");
    made.add(10, 9, "qemu-img", "qemu-img", "convert");

    assertEquals(List.of("a-20", "b-30"), episodes(0));
    assertEquals(List.of("a-20", "b-30"), episodes(1), "and as long as they live");
    assertEquals(List.of(), said.lines());
  }

  @Test
  void givesEachPlaceholderItsValue() throws Exception {
    made.add(30, 7, "qemu-kvm", "qemu", "-name", "vm1");
    Found found = look(0).get(0);

    assertTrue(found.values().keySet().containsAll(Rule.PLACEHOLDERS), found.values().toString());
    assertEquals("vm1", found.values().get("vm"));
    assertEquals("30", found.values().get(Rule.PID));
    assertEquals("qemu-kvm", found.values().get(Rule.COMMAND));
    assertEquals("guests", found.values().get(Rule.RULE));
  }

  @Test
  void aYoungProcessIsLookedAtAgainEachTime() throws Exception {
    made.add(30, 7, "sh", "sh");
    assertEquals(List.of(), episodes(0));
    assertEquals(List.of(), episodes(4));
    made.add(30, 7, "qemu-kvm", "qemu", "-name", "vm1");
    assertEquals(List.of("vm1-30"), episodes(4.5));
  }

  @Test
  void anOlderProcessIsLookedAtAgainLater() throws Exception {
    made.add(30, 7, "sh", "sh");
    assertEquals(List.of(), episodes(0));
    assertEquals(List.of(), episodes(4.9));
    made.add(30, 7, "qemu-kvm", "qemu", "-name", "vm1");
    assertEquals(List.of(), episodes(14));
    assertEquals(List.of("vm1-30"), episodes(15));
  }

  @Test
  void anotherProcessOfTheSamePidIsAnother() throws Exception {
    made.add(30, 7, "qemu-kvm", "qemu", "-name", "vm1");
    assertEquals(7, look(0).get(0).process().startTimeTicks());
    made.add(30, 99, "qemu-kvm", "qemu", "-name", "vm2");
    discovery.forget(30);
    assertEquals(99, look(1).get(0).process().startTimeTicks());
    made.add(30, 200, "sh", "sh");
    assertEquals(List.of(), episodes(12), "also if nobody has said that the first has gone");
  }

  @Test
  void aZombieIsNoProcess() throws Exception {
    made.add(30, 7, "qemu-kvm", "qemu", "-name", "vm1");
    made.makeZombie(30, 7, "qemu-kvm");
    assertEquals(List.of(), episodes(0));
  }

  @Test
  void theFirstRuleThatFitsGivesTheEpisode() throws Exception {
    String all = "{name: all, match: {user: 1000}, episode: 'all-{pid}'}";
    made.add(30, 7, "qemu-kvm", "qemu", "-name", "vm1");
    discovery.follow(made.rules(GUESTS, all).watch());

    assertEquals(List.of("all-1", "vm1-30"), episodes(0));
    assertEquals(
        List.of("guests", "all"), look(1).get(1).rules().stream().map(Rule::name).toList());
    discovery.follow(made.rules(all, GUESTS).watch());
    assertEquals(List.of("all-1", "all-30"), episodes(2));
  }

  @Test
  void anExpressionThatTakesTooLongIsSaidOnce() throws Exception {
    String slow = "{name: slow, match: {arguments: 'a*a*a*a*a*a*z'}, episode: '{pid}'}";
    discovery.follow(made.rules(slow, GUESTS).watch());
    made.add(30, 7, "qemu-kvm", "a".repeat(1000), "-name", "vm1");

    assertEquals(List.of("vm1-30"), episodes(0));
    made.add(30, 7, "sh", "a".repeat(1000));
    discovery.forget(30);
    assertEquals(List.of(), episodes(1));
    assertEquals(List.of(), episodes(2));
    String line =
        "WARN rule slow: its arguments and the command line of process 30: needs too much time;"
            + " change the expression";
    assertEquals(List.of(line, line), said.lines(), "once for each process");
  }

  @Test
  void anUnknownUserChangesNothing() throws Exception {
    made.add(30, 7, "qemu-kvm", "qemu", "-name", "vm1");
    List<Rule> wrong =
        made.rules("{name: x, match: {user: no-such-user}, episode: '{pid}'}").watch();

    String message =
        assertThrows(UnknownUserException.class, () -> discovery.follow(wrong)).getMessage();
    assertTrue(message.startsWith("rule x: user no-such-user is not known on this host;"), message);
    assertEquals(List.of("vm1-30"), episodes(0));
  }
}
