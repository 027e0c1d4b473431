package cis490.hostproc.journal;

import cis490.hostproc.journal.Ledger.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads lines again, and compares them with the ledger. */
final class LedgerCheck {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** Bytes of old lines in one look at one file, so that each is looked at again in turn. */
  static final long TURN_BYTES = 1024 * 1024;

  private final JournalSource source;
  private final Ledger ledger;

  /** Up to where new lines were looked at. */
  private Place looked;

  /** Where the next old lines are. */
  private Place turn = Place.START;

  /** Bytes of old lines that may be read; below 0 if the last look took more than its part. */
  private long budget;

  /** What is in the ledger now was just read. */
  LedgerCheck(JournalSource source, Ledger ledger) {
    this.source = source;
    this.ledger = ledger;
    this.looked = ledger.tip();
  }

  /**
   * What somebody has read must be what was written, and what comes next must be there.
   *
   * @param read how far, and the fingerprint of what was read
   * @return what is not, in words, or null
   */
  synchronized @Nullable String alteration(Place read) throws IOException {
    if (hold(read, ledger.behind(read.position()))) {
      return null;
    }
    String found = inAll();
    return found == null ? inLines(Place.START, read) : found;
  }

  /**
   * The lines since the last look, and some older ones.
   *
   * @param files so many are looked at as often as this one, and share what is read of old lines
   */
  synchronized @Nullable String inNewAndSomeOld(int files) throws IOException {
    ledger.prepareRoom();
    Place tip = ledger.tip();
    Place from = looked;
    looked = tip;
    if (!hold(from, tip)) {
      return inLines(from, tip);
    }
    budget = Math.min(budget + TURN_BYTES / files, from.position());
    while (budget > 0) {
      if (turn.position() >= from.position()) {
        turn = Place.START;
      }
      Place begin = turn;
      Place end = ledger.behind(begin.position());
      turn = end;
      budget -= end.position() - begin.position();
      if (!hold(begin, end)) {
        return inLines(begin, end);
      }
    }
    return null;
  }

  /** The first of all lines that is not what it was, as closely as the ledger knows. */
  synchronized @Nullable String inAll() throws IOException {
    Place tip = ledger.tip();
    Place from = Place.START;
    while (from.position() < tip.position()) {
      Place to = ledger.behind(from.position());
      if (!hold(from, to)) {
        return inLines(from, to);
      }
      from = to;
    }
    return null;
  }

  /** Whether the bytes between two places are the lines that led from one to the other. */
  private boolean hold(Place from, Place to) throws IOException {
    long all = to.position() - from.position();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, Math.max(0, all)));
    LineWalk walk = new LineWalk(from);
    long position = from.position();
    while (position < to.position()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), to.position() - position));
      int count = source.read(buffer, position);
      if (count <= 0) {
        return false;
      }
      for (int at = 0; at < count; ) {
        at = walk.take(buffer.array(), at, count);
      }
      position += count;
    }
    return walk.isAt(to);
  }

  private String inLines(Place from, Place to) {
    long first = from.lines() + 1;
    long last = Math.max(first, to.lines());
    return altered(
        source,
        first == last
            ? "line " + first + " is not what it was"
            : "some of lines " + first + " to " + last + " are not what they were");
  }

  /** The one way to say it. */
  static String altered(JournalSource source, String what) {
    return source.path() + " was altered by somebody else: " + what;
  }
}
