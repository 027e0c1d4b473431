package cis490.hostproc.fault;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.CollectorProcess;
import cis490.hostproc.testkit.Program;
import cis490.hostproc.testkit.Wait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Any fault, one on top of the other, at random moments. A step is taken if it makes sense in the
 * state that all is in; nothing is healed in between but by chance.
 */
final class RandomWalk {

  private static final int WALK_MS_MIN = 7_000;
  private static final int WALK_MS_MAX = 12_000;
  private static final Duration REFUSING_ENDS_WITHIN = Duration.ofSeconds(20);

  private final Run run;
  private final FakeTime clock;
  private final Disk disk;
  private boolean takenOver;
  private boolean strangerWrites;
  private Path copy;
  private boolean replaced;
  private Child refusing;
  private boolean full;
  private boolean ticksLost;

  /** {@code disk} is the one that the collector's file is on; null if it is left alone. */
  private RandomWalk(Run run, Disk disk) throws Exception {
    this.run = run;
    this.disk = disk;
    boolean clocks = FakeTime.available() && run.random().nextInt(3) == 0;
    this.clock = clocks ? FakeTime.in(run.folder()) : null;
  }

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("random walk", run -> walk(run, null)),
        Scenario.exact("random walk, three brokers", Scenario.THREE, run -> walk(run, null)),
        DiskFaults.onDisk("random walk, the disk too", Disk::journalled, RandomWalk::walk));
  }

  private static void walk(Run run, Disk disk) throws Exception {
    RandomWalk walk = new RandomWalk(run, disk);
    walk.start();
    long lastsMs = run.random().nextInt(WALK_MS_MIN, WALK_MS_MAX);
    long deadlineNs = System.nanoTime() + Duration.ofMillis(lastsMs).toNanos();
    while (System.nanoTime() < deadlineNs) {
      walk.step();
      run.pass(0, 1_200);
    }
    walk.leave();
  }

  private void start() throws Exception {
    run.collector().everyMs(run.random().nextInt(1, 11));
    if (clock != null) {
      run.collector().withEnvironment(clock.environment());
    }
    if (run.random().nextInt(4) == 0) {
      copy = Program.copyTo(run.folder().resolve("program"));
      run.collector().ofProgram(copy);
    }
    // A first run on a full disk has no manifest, and rightly no successor.
    if (disk != null || run.random().nextInt(4) > 0) {
      run.startShipping();
    } else {
      run.collector().launch();
    }
  }

  /** Something that makes sense in the state that all is in. */
  private void step() throws Exception {
    switch (run.random().nextInt(disk == null ? 8 : 11)) {
      case 0, 1, 2 -> collectorStep();
      case 3, 4, 5 -> brokerStep();
      case 6 -> topicStep();
      case 7 -> clockStep();
      default -> diskStep();
    }
  }

  private void collectorStep() throws Exception {
    CollectorProcess collector = run.collector();
    boolean coin = run.random().nextBoolean();
    if (!collector.up()) {
      if (coin && !full) {
        take("tear a row", () -> CollectorFaults.tear(run));
      }
      take("start the collector", this::startCollector);
    } else if (!collector.running()) {
      if (coin) {
        take("resume the collector", collector::resume);
      } else {
        take("kill the frozen collector", collector::kill);
      }
    } else if (copy != null && !replaced && coin) {
      take("replace the program", this::replaceProgram);
    } else if (run.random().nextInt(3) == 0) {
      take("freeze the collector", collector::freeze);
    } else {
      take("kill the collector", collector::kill);
    }
  }

  private void brokerStep() throws Exception {
    Brokers brokers = run.brokers();
    int node = run.random().nextInt(brokers.size());
    boolean coin = run.random().nextBoolean();
    if (!brokers.up(node)) {
      take("launch broker " + node, () -> brokers.launch(node));
    } else if (!brokers.running(node)) {
      if (run.random().nextInt(4) > 0) {
        take("resume broker " + node, () -> brokers.resume(node));
      } else {
        take("kill frozen broker " + node, () -> brokers.kill(node));
      }
    } else if (coin) {
      take("freeze broker " + node, () -> brokers.freeze(node));
    } else {
      take("kill broker " + node, () -> brokers.kill(node));
    }
  }

  /** Needs brokers, most of them. */
  private void topicStep() throws Exception {
    long running =
        IntStream.range(0, run.brokers().size()).filter(i -> run.brokers().running(i)).count();
    if (2 * running <= run.brokers().size()) {
      return;
    }
    if (strangerWrites) {
      take("end the stranger's transaction", this::endStrangersTransaction);
    } else if (run.random().nextInt(3) == 0) {
      take("begin a stranger's transaction", this::beginStrangersTransaction);
    } else if (run.random().nextBoolean()) {
      take("delete the topic", () -> TopicFaults.delete(run));
    } else if (!takenOver) {
      // Once in a collector's life: twice without a commit in between stops it, rightly.
      takenOver = true;
      take("take over the transactional id", () -> TopicFaults.takeOver(run));
    }
  }

  /** Into a topic that is there: one that a stranger makes is another's. */
  private void beginStrangersTransaction() throws Exception {
    if (run.topicEnd() > 0) {
      // Also if the brokers did not answer: they may have it.
      run.beginStrangersTransaction();
      strangerWrites = true;
    }
  }

  private void endStrangersTransaction() throws Exception {
    strangerWrites = !run.abortStrangersTransaction();
  }

  private void replaceProgram() throws Exception {
    replaced = true;
    Program.replace(copy, run.random());
    // For the runs to come.
    run.collector().ofProgram(Program.JAR);
  }

  private void clockStep() throws Exception {
    if (clock != null) {
      take("set the clock", () -> ClockFaults.stepByHours(run, clock));
    }
  }

  private void diskStep() throws Exception {
    if (full) {
      take("make room on the disk", this::makeRoom);
    } else if (refusing != null) {
      take("the disk works again", this::endRefusing);
    } else if (run.random().nextInt(3) == 0 && run.collector().running()) {
      take(
          "the disk refuses",
          () -> refusing = Disk.refuseForces(run.folder(), run.collector().pid()));
    } else if (run.random().nextBoolean()) {
      take("fill the disk", this::fillDisk);
    } else {
      take("cut the power", this::cutPower);
    }
  }

  private void fillDisk() throws Exception {
    disk.fill(run.random().nextInt(3));
    full = true;
    ticksLost = true;
  }

  private void makeRoom() throws Exception {
    run.collector().file().look();
    run.collector().file().pause();
    disk.empty();
    full = false;
  }

  private void cutPower() throws Exception {
    CollectorProcess collector = run.collector();
    collector.file().look();
    disk.cutPower();
    collector.end();
    disk.mountAgain();
    // The power cut may have taken back that there was room.
    full = disk.isFilled();
    collector.file().lookAfterPowerCut();
  }

  /** It ends with a collector that it has traced. */
  private void endRefusing() {
    refusing.terminate();
    refusing.awaitExit(REFUSING_ENDS_WITHIN);
    refusing = null;
  }

  /**
   * What a person has to end is ended. A collector that has lost ticks, or its program, would say
   * so with its exit code.
   */
  private void leave() throws Exception {
    if (refusing != null) {
      endRefusing();
    }
    if (full) {
      makeRoom();
    }
    if (strangerWrites) {
      run.brokers().heal();
      endStrangersTransaction();
    }
    if ((ticksLost || replaced) && run.collector().up()) {
      run.collector().kill();
    }
  }

  private void take(String what, Wait.Action action) throws Exception {
    run.say(what);
    action.take();
  }

  private void startCollector() throws Exception {
    takenOver = false;
    ticksLost = full;
    run.collector().launch();
  }
}
