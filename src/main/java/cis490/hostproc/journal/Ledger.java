package cis490.hostproc.journal;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the lines of a file were when they were written: their length, their number and a
 * fingerprint of all of them; and the same for some places on the way, so that a part of the file
 * can be checked without reading everything before it.
 *
 * <p>The fingerprint takes the CRC-32C of each line, newline included, in their order. It detects
 * accidents; it does not protect against someone who computes lines with the same CRCs.
 *
 * <p>One thread adds, and allocates nothing and waits for nobody; any others look. They read again
 * if something was added meanwhile.
 */
final class Ledger {

  /**
   * Every other one is dropped when there is no room for more, and their distance is then doubled.
   */
  private static final int PLACES_MAX = 4_096;

  private static final int PLACES_FIRST = 32;

  private static final long FIRST_DISTANCE_BYTES = 64 * 1024;

  /** Odd, so that no two fingerprints become one. The digits are those of the golden ratio. */
  private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

  /** Room for places; with more of them another one is made. */
  private static final class Kept {
    private final long[] positions;
    private final long[] lineCounts;
    private final long[] fingerprints;

    Kept(int room) {
      positions = new long[room];
      lineCounts = new long[room];
      fingerprints = new long[room];
    }

    int room() {
      return positions.length;
    }

    void copyTo(Kept more) {
      System.arraycopy(positions, 0, more.positions, 0, room());
      System.arraycopy(lineCounts, 0, more.lineCounts, 0, room());
      System.arraycopy(fingerprints, 0, more.fingerprints, 0, room());
    }
  }

  /** The end of a line: bytes and lines up to there, and their fingerprint. */
  record Place(long position, long lines, long fingerprint) {

    /** The file's beginning. */
    static final Place START = new Place(0, 0, 0);
  }

  private final AtomicLong length = new AtomicLong();
  private final AtomicLong lines = new AtomicLong();
  private long fingerprint;

  /** The file's beginning, and ends of lines behind it. */
  private Kept kept;

  /** More room, made by another thread than the one that adds; null if there is none. */
  private volatile @Nullable Kept prepared;

  private int places = 1;
  private long distanceBytes = FIRST_DISTANCE_BYTES;

  /** Odd while something is added. */
  private final AtomicLong version = new AtomicLong();

  /** {@code hasRoom}: for all places that there can be, or {@link #prepareRoom} is called. */
  Ledger(boolean hasRoom) {
    kept = new Kept(hasRoom ? PLACES_MAX : PLACES_FIRST);
  }

  /** One line further. */
  static long fold(long fingerprint, long crc) {
    return (fingerprint ^ crc) * FACTOR + 1;
  }

  /** For the one thread that adds: a line that ends at a position, and its CRC-32C. */
  void add(long end, long crc) {
    long before = version.getPlain();
    version.setOpaque(before + 1);
    VarHandle.storeStoreFence();
    fingerprint = fold(fingerprint, crc);
    lines.setOpaque(lines.getPlain() + 1);
    length.setRelease(end);
    if (end - kept.positions[places - 1] >= distanceBytes) {
      keep(end);
    }
    version.setRelease(before + 2);
  }

  private void keep(long end) {
    if (places == kept.room() && !hasMoreRoom()) {
      thinOut();
    }
    kept.positions[places] = end;
    kept.lineCounts[places] = lines.getPlain();
    kept.fingerprints[places] = fingerprint;
    places++;
  }

  private boolean hasMoreRoom() {
    Kept more = prepared;
    if (more == null || more.room() <= kept.room()) {
      return false;
    }
    kept.copyTo(more);
    kept = more;
    prepared = null;
    return true;
  }

  /** For any one thread, now and then: so that who adds need not allocate when there are many. */
  void prepareRoom() {
    Kept now = kept;
    if (prepared == null && places > now.room() / 2 && now.room() < PLACES_MAX) {
      prepared = new Kept(2 * now.room());
    }
  }

  private void thinOut() {
    places = kept.room() / 2;
    for (int i = 1; i < places; i++) {
      kept.positions[i] = kept.positions[2 * i];
      kept.lineCounts[i] = kept.lineCounts[2 * i];
      kept.fingerprints[i] = kept.fingerprints[2 * i];
    }
    distanceBytes *= 2;
  }

  /** Bytes of all lines. Never shrinks. */
  long length() {
    return length.getAcquire();
  }

  /** How many lines. */
  long lines() {
    return lines.getAcquire();
  }

  /** The end of the last line. */
  Place tip() {
    while (true) {
      long before = version.getAcquire();
      Place tip = new Place(length.getPlain(), lines.getPlain(), fingerprint);
      if (unchangedSince(before)) {
        return tip;
      }
      Thread.onSpinWait();
    }
  }

  /** The first known place behind a position; the end of the last line if there is none. */
  Place behind(long position) {
    while (true) {
      long before = version.getAcquire();
      Kept now = kept;
      int count = Math.min(places, now.room());
      int at = lastUpTo(position, now, count) + 1;
      Place place =
          at < count
              ? new Place(now.positions[at], now.lineCounts[at], now.fingerprints[at])
              : null;
      if (unchangedSince(before)) {
        return place == null ? tip() : place;
      }
      Thread.onSpinWait();
    }
  }

  /** A search while the places are thinned out ends with any result, and is then repeated. */
  private static int lastUpTo(long position, Kept kept, int count) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (kept.positions[middle] <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private boolean unchangedSince(long before) {
    VarHandle.acquireFence();
    return before % 2 == 0 && version.getOpaque() == before;
  }
}
