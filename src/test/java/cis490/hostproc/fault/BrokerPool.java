package cis490.hostproc.fault;

import cis490.hostproc.testkit.Brokers;
import cis490.hostproc.testkit.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Brokers that are up and well, for the next run: starting them takes longer than most runs. */
final class BrokerPool {

  private final Path folder;
  private final Deque<Brokers> idle = new ArrayDeque<>();
  private final List<Brokers> lent = new ArrayList<>();
  private int made;

  BrokerPool(Path folder) {
    this.folder = folder;
  }

  /** So many. */
  Brokers take(int size) throws Exception {
    Path newFolder;
    synchronized (this) {
      for (Brokers each : idle) {
        if (each.size() == size) {
          idle.remove(each);
          lent.add(each);
          return each;
        }
      }
      made++;
      newFolder = folder.resolve("brokers-" + made);
    }
    Brokers started = Brokers.start(newFolder, size);
    synchronized (this) {
      lent.add(started);
    }
    return started;
  }

  /** They must be well again. */
  synchronized void giveBack(Brokers brokers) {
    lent.remove(brokers);
    idle.add(brokers);
  }

  /** Ends them, and keeps their folder for whoever wants to know what happened. */
  synchronized void discard(Brokers brokers) {
    lent.remove(brokers);
    brokers.close();
  }

  /** Ends all, and deletes those that did well. */
  synchronized void close() throws IOException {
    for (Brokers each : lent) {
      each.close();
    }
    for (Brokers each : idle) {
      each.close();
      Folders.delete(each.folder());
    }
  }
}
