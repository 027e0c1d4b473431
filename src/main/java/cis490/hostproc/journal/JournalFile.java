package cis490.hostproc.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The few things that a journal does to its file; a test can put one in its place that breaks on
 * purpose.
 */
interface JournalFile extends Closeable {

  int write(ByteBuffer bytes, long position) throws IOException;

  int read(ByteBuffer into, long position) throws IOException;

  void truncate(long length) throws IOException;

  void force() throws IOException;

  /** For the appending thread. */
  long size() throws IOException;

  /** The same for those who follow. */
  default long followedSize() throws IOException {
    return size();
  }

  /**
   * The real one. Appending and following have a channel each, so that they share no lock of the
   * JDK's; both are closed together, since closing either drops the process's lock on the file.
   */
  static JournalFile of(FileChannel appending, FileChannel following) {
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

      @Override
      public long size() throws IOException {
        return appending.size();
      }

      @Override
      public long followedSize() throws IOException {
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
