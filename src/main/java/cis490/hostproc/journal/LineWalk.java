package cis490.hostproc.journal;

import cis490.hostproc.journal.Ledger.Place;
import java.util.zip.CRC32C;

/** Goes over a file's bytes, which come in pieces, from line to line. For one thread. */
final class LineWalk {

  private final CRC32C crc = new CRC32C();
  private long position;
  private long lines;
  private long fingerprint;
  private long unfinished;
  private long lastCrc;

  /** Begins at the end of a line. */
  LineWalk(Place from) {
    position = from.position();
    lines = from.lines();
    fingerprint = from.fingerprint();
  }

  /**
   * Takes the bytes up to the next newline, or all there are.
   *
   * @return where the next ones begin
   */
  int take(byte[] bytes, int from, int to) {
    int newline = Newlines.first(bytes, from, to);
    int end = Math.min(newline + 1, to);
    crc.update(bytes, from, end - from);
    unfinished += end - from;
    if (newline < to) {
      lastCrc = crc.getValue();
      crc.reset();
      fingerprint = Ledger.fold(fingerprint, lastCrc);
      position += unfinished;
      lines++;
      unfinished = 0;
    }
    return end;
  }

  /** Whether the last bytes taken have ended a line. */
  boolean atLineEnd() {
    return unfinished == 0;
  }

  /** Of the last line that was ended. */
  long lastCrc() {
    return lastCrc;
  }

  /** The end of the last line. */
  long position() {
    return position;
  }

  /** Lines that were ended, those before the walk included. */
  long lines() {
    return lines;
  }

  /** Whether it has come to a place, with the same lines on the way. */
  boolean isAt(Place place) {
    return atLineEnd()
        && position == place.position()
        && lines == place.lines()
        && fingerprint == place.fingerprint();
  }
}
