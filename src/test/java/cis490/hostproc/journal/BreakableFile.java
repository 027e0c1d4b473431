package cis490.hostproc.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;

/** A file in memory that breaks and recovers when it is told to. For one thread. */
public final class BreakableFile implements JournalFile {

  private byte[] bytes = new byte[1024];
  private int size;
  private int room = Integer.MAX_VALUE;
  private int writeMax = Integer.MAX_VALUE;
  private boolean silentShortWrite = true;
  private boolean truncateFails;
  private Runnable duringForce = () -> {};
  private int forceFailures;

  /** As the kernel has pages: what a refused force has tried to write counts as written. */
  private final BitSet dirty = new BitSet();

  private byte[] disk = new byte[0];

  /**
   * A journal over this file.
   *
   * @return open, at the end of the complete lines
   * @throws IOException if the file is broken already
   */
  public Journal journal() throws IOException {
    return new Journal(Path.of("breakable.jsonl"), this);
  }

  /**
   * From now on so many bytes more can be written.
   *
   * @param bytes 0 or more
   */
  public void leaveRoom(int bytes) {
    room = bytes;
  }

  /** Whether truncate fails from now on. */
  void failTruncate(boolean fails) {
    truncateFails = fails;
  }

  /** The most bytes that one write takes. */
  void writeAtMost(int bytes) {
    writeMax = bytes;
  }

  /** Whether the write that hits the end of the room says so at once, or is only short. */
  void throwAtOnce(boolean atOnce) {
    silentShortWrite = !atOnce;
  }

  /** What happens while the disk is busy. */
  void whileForcing(Runnable action) {
    duringForce = action;
  }

  /** So many times from now on the disk refuses, and forgets what it was given. */
  public void failForce(int times) {
    forceFailures = times;
  }

  /**
   * What a power cut would leave.
   *
   * @return a copy
   */
  public byte[] onDisk() {
    return disk.clone();
  }

  /** All works again. */
  public void repair() {
    room = Integer.MAX_VALUE;
    writeMax = Integer.MAX_VALUE;
    truncateFails = false;
  }

  /**
   * All that is in the file, a fragment too.
   *
   * @return a copy
   */
  public byte[] content() {
    return Arrays.copyOf(bytes, size);
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    int count = Math.min(Math.min(from.remaining(), writeMax), room);
    boolean full = count == room;
    int at = Math.toIntExact(position);
    if (at + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * (at + count));
    }
    if (count > 0 && at > size) {
      Arrays.fill(bytes, size, at, (byte) 0);
    }
    from.get(bytes, at, count);
    dirty.set(at, at + count);
    if (count > 0) {
      size = Math.max(size, at + count);
    }
    if (room != Integer.MAX_VALUE) {
      room -= count;
    }
    if (full && (count == 0 || (!silentShortWrite && from.hasRemaining()))) {
      throw new IOException("No space left on device");
    }
    return count;
  }

  @Override
  public int read(ByteBuffer into, long position) {
    if (position >= size) {
      return -1;
    }
    int count = (int) Math.min(into.remaining(), size - position);
    into.put(bytes, (int) position, count);
    return count;
  }

  @Override
  public void truncate(long length) throws IOException {
    if (truncateFails) {
      throw new IOException("Input/output error");
    }
    size = (int) Math.min(size, length);
  }

  @Override
  public void force() throws IOException {
    duringForce.run();
    if (forceFailures > 0) {
      forceFailures--;
      dirty.clear();
      throw new IOException("Input/output error");
    }
    disk = Arrays.copyOf(disk, size);
    dirty.stream().filter(at -> at < size).forEach(at -> disk[at] = bytes[at]);
    dirty.clear();
  }

  @Override
  public boolean endsAt(long length) {
    return size == length;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void close() {}
}
