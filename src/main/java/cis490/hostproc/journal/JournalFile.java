package cis490.hostproc.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** What a journal does to its file; a test can replace it by one that breaks on purpose. */
interface JournalFile extends Closeable {

  int write(ByteBuffer bytes, long position) throws IOException;

  int read(ByteBuffer into, long position) throws IOException;

  void truncate(long length) throws IOException;

  void force() throws IOException;

  /** Whether the file has exactly this length. For the appending thread, before each append. */
  boolean endsAt(long length) throws IOException;

  /** For any thread, now and then. */
  long size() throws IOException;

  /**
   * The real one. Appending and following have a channel each, so that they share no lock of the
   * JDK's; both are closed together, since closing either drops the process's lock on the file.
   */
  static JournalFile of(FileChannel appending, FileChannel following) {
    ByteBuffer end = ByteBuffer.allocateDirect(2);
    return new JournalFile() {
      @Override
      public int write(ByteBuffer bytes, long position) throws IOException {
        return appending.write(bytes, position);
      }

      @Override
      public int read(ByteBuffer into, long position) throws IOException {
        return following.read(into, position);
      }

      @Override
      public void truncate(long length) throws IOException {
        appending.truncate(length);
      }

      @Override
      public void force() throws IOException {
        following.force(false);
      }

      /**
       * Reads the last byte, and would read one more. Asking for the size costs more than it seems:
       * once somebody has seen a file's times (fstat), Linux 6.13 and later give the next write a
       * time of its own, which cost 1.1 µs a row; this costs 0.5.
       */
      @Override
      public boolean endsAt(long length) throws IOException {
        if (length == 0) {
          return appending.read(end.clear(), 0) < 0;
        }
        return appending.read(end.clear(), length - 1) == 1;
      }

      @Override
      public long size() throws IOException {
        return following.size();
      }

      @Override
      public void close() throws IOException {
        try (following) {
          appending.close();
        }
      }
    };
  }
}
