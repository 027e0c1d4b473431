package cis490.hostproc.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a follower needs of a journal, whether it still grows or is years old. */
public interface JournalSource {

  /**
   * Which file.
   *
   * @return its path as the user gave it
   */
  Path path();

  /**
   * The complete lines there are now. Grows, never shrinks.
   *
   * @return their length in bytes, newlines included
   */
  long length();

  /**
   * Forces what is there to disk (fdatasync). May take long; never for the sampling thread.
   *
   * @return the {@link #length()} that a power cut can no longer take
   * @throws IOException if the disk refuses
   */
  long force() throws IOException;

  /**
   * Reads bytes of complete lines.
   *
   * @param into filled from its position to at most its limit
   * @param position first byte to read, from 0
   * @return bytes read, at least 1, or -1 at the end of the file
   * @throws IOException if the file can't be read
   */
  int read(ByteBuffer into, long position) throws IOException;

  /**
   * Compares what was read with what is known to have been there before; here nothing is known. May
   * read on to the next place that is known.
   *
   * @param read a cursor over this journal, behind the lines that were read
   * @return what somebody else has altered, in words that name the file; null if what was read is
   *     what was there
   * @throws IOException if the file can't be read
   */
  default @Nullable String alteration(JournalCursor read) throws IOException {
    return null;
  }
}
