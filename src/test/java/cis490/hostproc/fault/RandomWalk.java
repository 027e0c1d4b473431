package cis490.hostproc.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Any fault, one on top of the other, at random moments. A step is taken if it makes sense in the
 * state that all is in; nothing is healed in between but by chance.
 */
final class RandomWalk {

  private static final int WALK_MS_MIN = 8_000;
  private static final int WALK_MS_MAX = 14_000;

  private final Run run;
  private final FakeTime clock;
  private boolean takenOver;

  private RandomWalk(Run run) throws Exception {
    this.run = run;
    boolean clocks = FakeTime.available() && run.random().nextInt(3) == 0;
    this.clock = clocks ? FakeTime.in(run.folder()) : null;
  }

  static List<Scenario> all() {
    return List.of(
        Scenario.exact("random walk", RandomWalk::walk),
        Scenario.exact("random walk, three brokers", Scenario.THREE, RandomWalk::walk));
  }

  private static void walk(Run run) throws Exception {
    RandomWalk walk = new RandomWalk(run);
    walk.start();
    long lastsMs = run.random().nextInt(WALK_MS_MIN, WALK_MS_MAX);
    long deadlineNs = System.nanoTime() + Duration.ofMillis(lastsMs).toNanos();
    while (System.nanoTime() < deadlineNs) {
      walk.step();
      run.pass(0, 900);
    }
  }

  private void start() throws Exception {
    run.collector().everyMs(run.random().nextInt(1, 11));
    if (clock != null) {
      run.collector().withEnvironment(clock.environment());
    }
    run.collector().launch();
    if (run.random().nextBoolean()) {
      run.awaitBatch();
    }
  }

  /** One of those that are possible now. */
  private void step() throws Exception {
    List<Step> possible = new ArrayList<>();
    Collector collector = run.collector();
    if (collector.running()) {
      possible.add(new Step("kill collector", collector::kill));
      possible.add(new Step("freeze collector", collector::freeze));
    } else if (collector.up()) {
      possible.add(new Step("resume collector", collector::resume));
      possible.add(new Step("kill frozen collector", collector::kill));
    } else {
      possible.add(new Step("start collector", this::startCollector));
      possible.add(new Step("start collector", this::startCollector));
      possible.add(new Step("torn row", this::tearAndStart));
    }
    int node = run.random().nextInt(run.brokers().size());
    addBrokerSteps(node, possible);
    if (run.brokers().running(node)) {
      possible.add(new Step("delete topic", () -> TopicFaults.delete(run)));
      if (!takenOver) {
        possible.add(new Step("take over", this::takeOver));
      }
    }
    if (clock != null) {
      possible.add(new Step("clock", () -> clock.step(ClockFaults.aheadS(run))));
    }
    Step chosen = possible.get(run.random().nextInt(possible.size()));
    run.say(chosen.name + ", broker " + node);
    chosen.action.take();
  }

  private void addBrokerSteps(int node, List<Step> possible) {
    Brokers brokers = run.brokers();
    if (brokers.running(node)) {
      possible.add(new Step("kill broker", () -> brokers.kill(node)));
      possible.add(new Step("freeze broker", () -> brokers.freeze(node)));
    } else if (brokers.up(node)) {
      possible.add(new Step("resume broker", () -> brokers.resume(node)));
      possible.add(new Step("resume broker", () -> brokers.resume(node)));
      possible.add(new Step("kill frozen broker", () -> brokers.kill(node)));
    } else {
      possible.add(new Step("launch broker", () -> brokers.launch(node)));
      possible.add(new Step("launch broker", () -> brokers.launch(node)));
    }
  }

  private void startCollector() throws Exception {
    takenOver = false;
    run.collector().launch();
  }

  private void tearAndStart() throws Exception {
    CollectorFaults.tear(run);
    startCollector();
  }

  /** Once in a collector's life: twice without a commit in between stops it, rightly. */
  private void takeOver() {
    takenOver = true;
    TopicFaults.takeOver(run);
  }

  /** What can be done. */
  @FunctionalInterface
  private interface Action {
    void take() throws Exception;
  }

  private record Step(String name, Action action) {}
}
