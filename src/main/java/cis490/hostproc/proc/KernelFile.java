package cis490.hostproc.proc;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One kernel file, kept open, read from its beginning each time.
 *
 * <p>The kernel reports a size of 0, so the size is never asked: a text is whole when it leaves
 * room. The room grows when a text fills it, once, and no further than {@link #LENGTH_MAX}.
 */
final class KernelFile implements Closeable {

  /** A status of a user in 65,536 groups (the kernel's limit) has some 700,000 bytes. */
  static final int LENGTH_MAX = 1024 * 1024;

  private final String name;
  private final FileChannel channel;
  private final PositionalRead file;
  private byte[] text = {};

  private KernelFile(String name, FileChannel channel) {
    this.name = name;
    this.channel = channel;
    this.file = new PositionalRead(channel);
  }

  static KernelFile open(Path file) throws IOException {
    return new KernelFile(
        file.getFileName().toString(), FileChannel.open(file, StandardOpenOption.READ));
  }

  /** Reads the text into {@link #text()} and returns its length in bytes. */
  int read() throws IOException, MalformedKernelTextException {
    TextRoom room = TextRoom.ofThread();
    while (true) {
      int length = file.read(room);
      text = room.text(length);
      if (length < text.length) {
        return length;
      }
      if (length >= LENGTH_MAX) {
        throw new MalformedKernelTextException(
            name, "is longer than " + LENGTH_MAX + " bytes", text, 0, length);
      }
      room = TextRoom.grow(2 * length);
    }
  }

  /** What was read; overwritten when the calling thread reads another file. */
  byte[] text() {
    return text;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
