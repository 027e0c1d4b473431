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

  long size() throws IOException;

  /** The real one. */
  static JournalFile of(FileChannel channel) {
    return new JournalFile() {
      @Override
      public int write(ByteBuffer bytes, long position) throws IOException {
        return channel.write(bytes, position);
      }

      @Override
      public int read(ByteBuffer into, long position) throws IOException {
        return channel.read(into, position);
      }

      @Override
      public void truncate(long length) throws IOException {
        channel.truncate(length);
      }

      @Override
      public void force() throws IOException {
        channel.force(false);
      }

      @Override
      public long size() throws IOException {
        return channel.size();
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }
}
