package cis490.hostproc.control;

import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Text;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Asks the agent, one request at a time, and waits for the answer. For one thread. */
public final class ControlClient implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int ANSWER_BYTES_MAX = 16 * 1024 * 1024;
  private static final int READ_BYTES = 64 * 1024;

  /** The kernel does not wait for room among those that the agent has not accepted yet. */
  private static final long CONNECT_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Path path;
  private final Duration limit;
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;

  private ControlClient(Path path, SocketChannel channel, Duration limit) throws IOException {
    this.path = path;
    this.limit = limit;
    this.channel = channel;
    selector = Selector.open();
    key = channel.register(selector, 0);
  }

  /**
   * Connects.
   *
   * @param path the agent's socket
   * @param limit how long to wait for the connection, and for each answer
   * @return to be closed
   * @throws FailedException if no agent listens there, or takes nobody, or this user may not
   * @throws IOException if this process can open no more files
   */
  public static ControlClient connect(Path path, Duration limit)
      throws FailedException, IOException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.configureBlocking(false);
        channel.connect(UnixDomainSocketAddress.of(path));
        return new ControlClient(path, channel, limit);
      } catch (IOException failure) {
        channel.close();
        if (!isBusy(failure) || System.nanoTime() > deadlineNs) {
          throw new FailedException(whyNot(path, failure), failure);
        }
        LockSupport.parkNanos(CONNECT_AGAIN_NS);
      }
    }
  }

  private static boolean isBusy(IOException failure) {
    return String.valueOf(failure.getMessage()).contains("temporarily unavailable");
  }

  private static String whyNot(Path path, IOException failure) {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return noAgent(path, "there is no such file");
    }
    return failure instanceof ConnectException
        ? noAgent(path, "nobody listens there any more")
        : path + ": " + failure.getMessage();
  }

  private static String noAgent(Path path, String why) {
    return "no agent at " + path + ": " + why + "; start one, or give the socket of one that runs";
  }

  /**
   * Sends a request, and waits for its answer. After one that was not answered in time the
   * connection is of no more use.
   *
   * @param request as the schema has it
   * @return the answer, of which {@code ok} is true
   * @throws FailedException with the agent's own line if it refuses; if it does not answer in time,
   *     though it may do what it was asked
   * @throws IOException if this process can't wait for it
   */
  public ObjectNode ask(ObjectNode request) throws FailedException, IOException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)), deadlineNs);
    return answer(readLine(deadlineNs));
  }

  private void write(ByteBuffer line, long deadlineNs) throws FailedException {
    try {
      while (line.hasRemaining()) {
        if (channel.write(line) == 0) {
          await(SelectionKey.OP_WRITE, deadlineNs);
        }
      }
    } catch (IOException closed) {
      // One that has closed has perhaps said why before.
    }
  }

  private String readLine(long deadlineNs) throws FailedException, IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    ByteBuffer some = ByteBuffer.allocate(READ_BYTES);
    while (line.size() < ANSWER_BYTES_MAX) {
      int count = read(some.clear());
      if (count < 0) {
        throw new FailedException(path + ": the agent ended without an answer; see its log");
      }
      line.write(some.array(), 0, count);
      if (count > 0 && some.get(count - 1) == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, deadlineNs);
      }
    }
    throw new FailedException(path + ": an answer without an end; no agent listens there");
  }

  /** -1 at the end, in whatever way the agent has ended. */
  private int read(ByteBuffer some) {
    try {
      return channel.read(some);
    } catch (IOException reset) {
      return -1;
    }
  }

  private void await(int what, long deadlineNs) throws FailedException, IOException {
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
    if (leftMs <= 0 || Thread.currentThread().isInterrupted()) {
      throw new FailedException(
          "no answer from the agent at %s in %d s; it may still do what it was asked"
              .formatted(path, limit.toSeconds()));
    }
    key.interestOps(what);
    selector.select(ignored -> {}, leftMs);
  }

  private ObjectNode answer(String line) throws FailedException {
    try {
      if (JSON.readTree(line) instanceof ObjectNode answer && answer.path(Answers.OK).isBoolean()) {
        if (answer.get(Answers.OK).booleanValue()) {
          return answer;
        }
        throw new FailedException(answer.path(Answers.ERROR).asText());
      }
    } catch (JsonProcessingException noJson) {
      // Then it is not an answer either.
    }
    throw new FailedException(
        path + ": no agent listens there: it answers " + Mistake.shown(Text.printable(line)));
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
