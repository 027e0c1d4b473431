package cis490.hostproc.control;

import cis490.hostproc.episode.FailedException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix domain socket by which others drive the agent: requests as JSON lines, an answer for
 * each, in their order. Only its owner and its group may connect.
 *
 * <p>One thread serves all clients. A client that breaks off, sends nonsense or never reads loses
 * its own connection, and harms nobody.
 */
public final class ControlSocket implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("hostproc");
  private static final Duration STUCK = Duration.ofSeconds(10);
  private static final long END_WITHIN_MS = 1000;

  private final SocketFile file;
  private final ControlLoop loop;
  private final Thread thread;

  private ControlSocket(SocketFile file, ControlLoop loop) {
    this.file = file;
    this.loop = loop;
    thread = new Thread(loop, "hostproc-control");
    thread.setDaemon(true);
  }

  /**
   * Listens, and serves from now on.
   *
   * @param path the socket; one whose process is gone is replaced
   * @param handler does the work
   * @return to be closed
   * @throws FailedException if the path is too long or taken, or its folder is not there
   * @throws IOException if the file system refuses
   */
  public static ControlSocket open(Path path, ControlHandler handler)
      throws IOException, FailedException {
    return open(path, handler, STUCK);
  }

  static ControlSocket open(Path path, ControlHandler handler, Duration stuck)
      throws IOException, FailedException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      ControlSocket socket =
          new ControlSocket(
              SocketFile.bind(server, path.toAbsolutePath()),
              new ControlLoop(server, handler, stuck.toNanos()));
      socket.thread.start();
      return socket;
    } catch (IOException | FailedException | RuntimeException failure) {
      server.close();
      throw failure;
    }
  }

  /**
   * Where clients connect.
   *
   * @return the socket's file, absolute
   */
  public Path path() {
    return file.path();
  }

  /**
   * Removes the file, if it is still this socket's, and ends all connections. Answers that are
   * ready are sent first, as far as clients read them.
   */
  @Override
  public void close() {
    try {
      file.remove();
    } catch (IOException failure) {
      LOG.warn("the control socket's file stays: {}: {}", file.path(), failure.getMessage());
    }
    loop.end();
    awaitThread();
  }

  private void awaitThread() {
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(END_WITHIN_MS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
