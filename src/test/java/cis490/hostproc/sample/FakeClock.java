package cis490.hostproc.sample;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.LongSupplier;

/**
 * Virtual time: it passes while somebody parks, by the scripted amounts, and in no other way. For
 * one thread, which plays the callbacks too.
 */
final class FakeClock implements Clock {

  private record Event(long atNs, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNs));
  private final Queue<Long> oversleepsNs = new ArrayDeque<>();
  private long nowNs;
  private long wallMinusMonotonicNs = 1_700_000_000_000_000_000L;
  private LongSupplier oversleepNs = () -> 0;
  private LongSupplier workNs = () -> 0;
  private long parks;
  private boolean woken;

  FakeClock(long nowNs) {
    this.nowNs = nowNs;
  }

  /** Runs something as soon as time has come to a point; wakes nobody by itself. */
  FakeClock at(long timeNs, Runnable action) {
    events.add(new Event(timeNs, action));
    return this;
  }

  /** How much later than asked the next waits end, one after the other. */
  FakeClock oversleep(long... byNs) {
    for (long each : byNs) {
      oversleepsNs.add(each);
    }
    return this;
  }

  /** How much later than asked each wait ends; negative: too early. */
  FakeClock oversleepAlways(LongSupplier byNs) {
    oversleepNs = byNs;
    return this;
  }

  /** How much time passes with each reading of the wall clock: the work of a sample. */
  FakeClock work(LongSupplier costNs) {
    workNs = costNs;
    return this;
  }

  /** Somebody sets the wall clock. */
  void stepWall(long byNs) {
    wallMinusMonotonicNs += byNs;
  }

  long parks() {
    return parks;
  }

  @Override
  public long monotonicNs() {
    return nowNs;
  }

  @Override
  public long wallNs() {
    long read = nowNs + wallMinusMonotonicNs;
    pass(nowNs + workNs.getAsLong());
    return read;
  }

  @Override
  public void park(long durationNs) {
    if (durationNs <= 0) {
      throw new IllegalArgumentException("park " + durationNs);
    }
    parks++;
    if (!woken) {
      long late = oversleepsNs.isEmpty() ? oversleepNs.getAsLong() : oversleepsNs.remove();
      pass(nowNs + Math.max(1, durationNs + late));
    }
    woken = false;
  }

  private void pass(long untilNs) {
    while (!woken && !events.isEmpty() && events.peek().atNs() <= untilNs) {
      Event event = events.remove();
      nowNs = Math.max(nowNs, event.atNs());
      event.action().run();
    }
    if (!woken) {
      nowNs = Math.max(nowNs, untilNs);
    }
  }

  @Override
  public void wake(Thread thread) {
    woken = true;
  }
}
