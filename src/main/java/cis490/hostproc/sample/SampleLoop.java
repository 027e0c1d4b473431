package cis490.hostproc.sample;

import cis490.hostproc.row.RowEncoder;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the earliest deadline of all its samplers, has that tick taken, and so on. One thread
 * runs it and does nothing else; samplers come and go while it runs. It allocates nothing but room
 * for more samplers, and waits for nothing but a deadline.
 *
 * <p>A sampler that fails ends alone. An append that the disk keeps waiting delays them all: the
 * lateness figures show it.
 */
public final class SampleLoop {

  /** Without a sampler: any time will do, since whoever adds one wakes the loop. */
  private static final long IDLE_NS = 1_000_000_000L;

  private static final int ROOM_FIRST = 64;

  private final Clock clock;
  private final Runnable onChange;
  private final RowEncoder encoder = new RowEncoder();
  private final Queue<Sampler> coming = new ConcurrentLinkedQueue<>();

  /**
   * A binary heap: each sampler is due no later than the two at {@code 2 i + 1} and {@code + 2}.
   */
  private @Nullable Sampler[] heap = new Sampler[ROOM_FIRST];

  private int size;

  /** Somebody has added a sampler, has stopped one, or has closed the loop. */
  private volatile boolean isCalled;

  private volatile boolean isClosed;
  private volatile @Nullable Thread thread;

  /**
   * Ready to {@link #run()}.
   *
   * @param clock time
   * @param onChange called by the thread that runs the loop after each sampler's first tick and
   *     when one is over; must neither wait nor fail
   */
  public SampleLoop(Clock clock, Runnable onChange) {
    this.clock = clock;
    this.onChange = onChange;
  }

  /**
   * Has an episode sampled. For any thread.
   *
   * @param sampler not given to a loop before
   * @param schedule its deadlines
   */
  public void add(Sampler sampler, Schedule schedule) {
    sampler.join(this, schedule);
    coming.add(sampler);
    wake();
  }

  /** Ends the loop as soon as it has no sampler left. For any thread. */
  public void close() {
    isClosed = true;
    wake();
  }

  /** For its samplers, during their ticks. */
  RowEncoder encoder() {
    return encoder;
  }

  /** Something is to be looked at. For any thread. */
  void wake() {
    isCalled = true;
    Thread waiting = thread;
    if (waiting != null) {
      clock.wake(waiting);
    }
  }

  /** Samples on the calling thread, until it is closed and no sampler is left. */
  public void run() {
    thread = Thread.currentThread();
    TimerSlack.minimise();
    long nowNs = clock.monotonicNs();
    while (true) {
      if (isCalled) {
        isCalled = false;
        nowNs = clock.monotonicNs();
        takeIn();
        endStopped(nowNs);
      }
      if (size == 0 && isClosed && coming.isEmpty()) {
        return;
      }
      Sampler next = heap[0];
      long waitNs = next == null ? IDLE_NS : next.dueNs() - nowNs;
      if (waitNs > 0) {
        clock.park(waitNs);
        nowNs = clock.monotonicNs();
      } else if (next != null) {
        nowNs = take(next, nowNs);
      }
    }
  }

  private long take(Sampler next, long nowNs) {
    boolean isFirst = !next.hasTicked();
    long afterNs = next.step(nowNs);
    if (next.isOver()) {
      removeFirst();
    } else {
      siftDown(0);
    }
    if (isFirst || next.isOver()) {
      onChange.run();
    }
    return afterNs;
  }

  private void takeIn() {
    Sampler each = coming.poll();
    while (each != null) {
      each.begin();
      if (each.isOver()) {
        onChange.run();
      } else {
        insert(each);
      }
      each = coming.poll();
    }
  }

  private void endStopped(long nowNs) {
    boolean isAnyOver = false;
    for (int i = 0; i < size; i++) {
      Sampler each = at(i);
      each.endIfStopped(nowNs);
      isAnyOver |= each.isOver();
    }
    if (isAnyOver) {
      dropOver();
      onChange.run();
    }
  }

  /** The order among those that stay is made again. */
  private void dropOver() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      Sampler each = at(i);
      if (!each.isOver()) {
        heap[kept++] = each;
      }
    }
    Arrays.fill(heap, kept, size, null);
    size = kept;
    for (int i = size / 2 - 1; i >= 0; i--) {
      siftDown(i);
    }
  }

  @SuppressWarnings("NullAway") // below size there are samplers
  private Sampler at(int place) {
    return heap[place];
  }

  private void insert(Sampler sampler) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    int place = size++;
    while (place > 0 && at((place - 1) / 2).dueNs() > sampler.dueNs()) {
      heap[place] = at((place - 1) / 2);
      place = (place - 1) / 2;
    }
    heap[place] = sampler;
  }

  private void removeFirst() {
    size--;
    heap[0] = heap[size];
    heap[size] = null;
    if (size > 0) {
      siftDown(0);
    }
  }

  private void siftDown(int from) {
    Sampler moved = at(from);
    int place = from;
    int child = 2 * place + 1;
    while (child < size) {
      if (child + 1 < size && at(child + 1).dueNs() < at(child).dueNs()) {
        child++;
      }
      if (at(child).dueNs() >= moved.dueNs()) {
        break;
      }
      heap[place] = at(child);
      place = child;
      child = 2 * place + 1;
    }
    heap[place] = moved;
  }
}
