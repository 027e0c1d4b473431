package cis490.hostproc.journal;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

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

  /** Every other one is dropped when there would be more, and their distance is then doubled. */
  private static final int PLACES_MAX = 4_096;

  private static final long FIRST_DISTANCE_BYTES = 64 * 1024;

  /** Odd, so that no two fingerprints become one. The digits are those of the golden ratio. */
  private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

  /** The end of a line: bytes and lines up to there, and their fingerprint. */
  record Place(long position, long lines, long fingerprint) {

    /** The file's beginning. */
    static final Place START = new Place(0, 0, 0);
  }

  private final AtomicLong length = new AtomicLong();
  private final AtomicLong lines = new AtomicLong();
  private long fingerprint;

  /** The file's beginning, and ends of lines behind it. */
  private final long[] positions = new long[PLACES_MAX];

  private final long[] lineCounts = new long[PLACES_MAX];
  private final long[] fingerprints = new long[PLACES_MAX];
  private int places = 1;
  private long distanceBytes = FIRST_DISTANCE_BYTES;

  /** Odd while something is added. */
  private final AtomicLong version = new AtomicLong();

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
    if (end - positions[places - 1] >= distanceBytes) {
      keep(end);
    }
    version.setRelease(before + 2);
  }

  private void keep(long end) {
    if (places == PLACES_MAX) {
      thinOut();
    }
    positions[places] = end;
    lineCounts[places] = lines.getPlain();
    fingerprints[places] = fingerprint;
    places++;
  }

  private void thinOut() {
    places = PLACES_MAX / 2;
    for (int i = 1; i < places; i++) {
      positions[i] = positions[2 * i];
      lineCounts[i] = lineCounts[2 * i];
      fingerprints[i] = fingerprints[2 * i];
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
      int at = lastUpTo(position) + 1;
      Place place = at < places ? new Place(positions[at], lineCounts[at], fingerprints[at]) : null;
      if (unchangedSince(before)) {
        return place == null ? tip() : place;
      }
      Thread.onSpinWait();
    }
  }

  /** A search while the places are thinned out ends with any result, and is then repeated. */
  private int lastUpTo(long position) {
    int low = 0;
    int high = Math.min(places, PLACES_MAX) - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (positions[middle] <= position) {
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
