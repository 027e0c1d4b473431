package cis490.hostproc.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Standard error for a program that must not wait for whoever reads it: a full pipe, or a terminal
 * after Ctrl-S. A thread of its own writes. A printing thread waits for it a moment, so that lines
 * on stdout follow those printed before. After one wait in vain, no thread waits until everything
 * is written. What does not fit meanwhile is dropped, and its lines are counted.
 */
final class Stderr extends OutputStream {

  private static final int WAITING_BYTES_MAX = 64 * 1024;
  private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What is still to be written at the end of the program. */
  private static final long LAST_PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

  private static @Nullable Stderr installed;

  private final OutputStream out;
  private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
  private @Nullable Thread writer;
  private boolean writing;
  private boolean stalled;
  private long linesDropped;

  Stderr(OutputStream out) {
    this.out = out;
  }

  /** Takes over {@link System#err}, before anybody holds it. */
  static void install() {
    installed = new Stderr(new FileOutputStream(FileDescriptor.err));
    System.setErr(new PrintStream(installed, true, encoding()));
  }

  /** As the JDK chooses it: a terminal's own, else the locale's. */
  private static Charset encoding() {
    for (String property :
        new String[] {"stderr.encoding", "sun.stderr.encoding", "native.encoding"}) {
      String name = System.getProperty(property);
      if (name != null && Charset.isSupported(name)) {
        return Charset.forName(name);
      }
    }
    return Charset.defaultCharset();
  }

  /** Waits until all is written; for a second at most. */
  static void finish() {
    if (installed != null) {
      installed.await(LAST_PATIENCE_NS);
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) {
    if (waiting.size() + length > WAITING_BYTES_MAX) {
      for (int i = from; i < from + length; i++) {
        linesDropped += bytes[i] == '\n' ? 1 : 0;
      }
      return;
    }
    if (linesDropped > 0) {
      byte[] gap = ("(" + linesDropped + " lines lost, nobody read)\n").getBytes(US_ASCII);
      waiting.write(gap, 0, gap.length);
      linesDropped = 0;
    }
    waiting.write(bytes, from, length);
    if (writer == null) {
      writer = new Writer();
      writer.start();
    }
    notifyAll();
    if (!stalled) {
      stalled = !await(PATIENCE_NS);
    }
  }

  /** Whether all is written within the time. */
  private synchronized boolean await(long limitNs) {
    long deadlineNs = System.nanoTime() + limitNs;
    while (writing || waiting.size() > 0) {
      long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0) {
        return false;
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, leftNs);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private synchronized byte[] next() throws InterruptedException {
    writing = false;
    if (waiting.size() == 0) {
      stalled = false;
      notifyAll();
    }
    while (waiting.size() == 0) {
      wait();
    }
    writing = true;
    byte[] all = waiting.toByteArray();
    waiting.reset();
    return all;
  }

  private final class Writer extends Thread {

    Writer() {
      super("hostproc-stderr");
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        while (true) {
          write(next());
        }
      } catch (InterruptedException impossible) {
        throw new AssertionError("nobody knows this thread", impossible);
      }
    }

    /** A closed stderr is not a failure. */
    private void write(byte[] bytes) {
      try {
        out.write(bytes);
        out.flush();
      } catch (IOException closed) {
        return;
      }
    }
  }
}
