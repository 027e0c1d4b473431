package cis490.hostproc.proc;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One kernel file, kept open, read from its beginning each time.
 *
 * <p>The kernel reports a size of 0, so the size is never asked: a text is whole when it leaves
 * room in the buffer. The buffer grows when a text fills it, once, and no further than {@link
 * #LENGTH_MAX}.
 */
final class KernelFile implements Closeable {

  /** Room for any {@code stat}, {@code io} and ordinary {@code status}, in bytes. */
  static final int LENGTH_FIRST = 8 * 1024;

  /** A status of a user in 65,536 groups (the kernel's limit) has some 700,000 bytes. */
  static final int LENGTH_MAX = 1024 * 1024;

  private final String name;
  private final FileChannel channel;
  private ByteBuffer kernelText;
  private PositionalRead file;
  private byte[] text = {};

  private KernelFile(String name, FileChannel channel) {
    this.name = name;
    this.channel = channel;
    makeRoom(LENGTH_FIRST);
  }

  private void makeRoom(int bytes) {
    kernelText = ByteBuffer.allocateDirect(bytes);
    file = new PositionalRead(channel, kernelText);
    text = new byte[bytes];
  }

  static KernelFile open(Path file) throws IOException {
    return new KernelFile(
        file.getFileName().toString(), FileChannel.open(file, StandardOpenOption.READ));
  }

  /** Reads the text into {@link #text()} and returns its length in bytes. */
  int read() throws IOException, MalformedKernelTextException {
    while (true) {
      int length = file.read();
      kernelText.get(0, text, 0, length);
      if (length < text.length) {
        return length;
      }
      if (length >= LENGTH_MAX) {
        throw new MalformedKernelTextException(
            name, "is longer than " + LENGTH_MAX + " bytes", text, 0, length);
      }
      makeRoom(2 * length);
    }
  }

  byte[] text() {
    return text;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
