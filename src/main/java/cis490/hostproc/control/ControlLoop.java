package cis490.hostproc.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves all clients of one socket, on one thread. */
final class ControlLoop implements Runnable {

  static final int CONNECTIONS_MAX = 64;

  /** Of clients that are gone as well. */
  static final int UNANSWERED_MAX = CONNECTIONS_MAX * Connection.UNANSWERED_MAX;

  private static final Logger LOG = LoggerFactory.getLogger("hostproc");

  /** How often it is looked whether a time is over, while one runs. */
  private static final long LOOK_MS = 100;

  /** No connection could be accepted: there is no descriptor left, perhaps. */
  private static final long ACCEPT_PAUSE_NS = 1_000_000_000L;

  /** What a handler has come to, one of the two. */
  private record Completion(
      Connection.Slot slot, @Nullable ObjectNode body, @Nullable Throwable failure) {}

  private final ServerSocketChannel server;
  private final Selector selector;
  private final SelectionKey serverKey;
  private final ControlHandler handler;
  private final long stuckNs;
  private final Set<Connection> connections = new LinkedHashSet<>();
  private final Queue<Completion> completions = new ConcurrentLinkedQueue<>();
  private int unanswered;
  private boolean isAccepting = true;
  private long pausedNs;
  private volatile boolean isEnding;

  /**
   * Ready to run.
   *
   * @param stuckNs how long a client may leave its answers unread
   */
  ControlLoop(ServerSocketChannel server, ControlHandler handler, long stuckNs) throws IOException {
    this.server = server;
    this.handler = handler;
    this.stuckNs = stuckNs;
    selector = Selector.open();
    server.configureBlocking(false);
    serverKey = server.register(selector, SelectionKey.OP_ACCEPT);
  }

  /** Ends {@link #run}; by any thread. */
  void end() {
    isEnding = true;
    selector.wakeup();
  }

  @Override
  public void run() {
    try (server;
        selector) {
      while (!isEnding) {
        selector.select(this::serve, timeoutMs());
        takeCompletions();
        cutOffWhoIsStuck();
        acceptAgain();
      }
      takeCompletions();
    } catch (IOException | RuntimeException | Error failure) {
      LOG.error("the control socket: nobody is served any more", failure);
    } finally {
      connections.forEach(Connection::close);
    }
  }

  /** 0 for as long as it takes. */
  private long timeoutMs() {
    boolean hasTimes = !isAccepting || connections.stream().anyMatch(Connection::hasOutput);
    return hasTimes ? LOOK_MS : 0;
  }

  private void serve(SelectionKey key) {
    if (!(key.attachment() instanceof Connection client)) {
      accept();
    } else if (client.isOpen()) {
      serve(client, key.isReadable());
    }
  }

  private void accept() {
    try {
      SocketChannel channel = server.accept();
      isAccepting = true;
      if (channel != null) {
        welcome(channel);
      }
    } catch (IOException failure) {
      pauseAccepting(failure);
    }
  }

  private void pauseAccepting(IOException failure) {
    if (isAccepting) {
      LOG.warn("the control socket: no connection can be accepted now: {}", failure.getMessage());
    }
    isAccepting = false;
    pausedNs = System.nanoTime();
    serverKey.interestOps(0);
  }

  private void acceptAgain() {
    if (serverKey.interestOps() == 0 && System.nanoTime() - pausedNs > ACCEPT_PAUSE_NS) {
      serverKey.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  private void welcome(SocketChannel channel) {
    try {
      if (connections.size() < CONNECTIONS_MAX || dropOneThatSendsNoMore()) {
        connections.add(new Connection(channel, selector));
      } else {
        refuse(channel);
      }
    } catch (IOException gone) {
      LOG.debug("the control socket: a client is gone at once: {}", gone.getMessage());
    }
  }

  private static void refuse(SocketChannel channel) throws IOException {
    try (channel) {
      channel.configureBlocking(false);
      channel.write(ByteBuffer.wrap(tooMany()));
    }
  }

  private static byte[] tooMany() {
    return Answers.failed(
        null,
        "the agent has " + CONNECTIONS_MAX + " connections, and takes no more; close one of them");
  }

  /** Clients that broke off, waiting for answers, keep nobody out; what they asked for goes on. */
  private boolean dropOneThatSendsNoMore() {
    Optional<Connection> oldest = connections.stream().filter(Connection::isInputOver).findFirst();
    oldest.ifPresent(this::drop);
    return oldest.isPresent();
  }

  /** Whatever goes wrong with one client is its own end, and nobody else's. */
  private void serve(Connection client, boolean isReadable) {
    try {
      if (isReadable) {
        client.read();
      }
      do {
        client.answer();
      } while (takeLines(client));
      if (client.isDone()) {
        drop(client);
      } else {
        client.updateInterest();
      }
    } catch (IOException gone) {
      LOG.debug("the control socket: a client is gone: {}", gone.getMessage());
      drop(client);
    } catch (RuntimeException | Error failure) {
      LOG.error("the control socket: a client is dropped", failure);
      drop(client);
    }
  }

  /** Whether there were any. */
  private boolean takeLines(Connection client) {
    boolean hasTaken = false;
    for (ByteBuffer line = client.nextLine(); line != null; line = client.nextLine()) {
      take(client, RequestParser.parse(line, client.received()));
      hasTaken = true;
    }
    String problem = client.problemOfRest();
    if (problem != null) {
      take(client, ParsedRequest.nonsense(problem));
    }
    return hasTaken || problem != null;
  }

  private void take(Connection client, ParsedRequest parsed) {
    Connection.Slot slot = client.expectAnswer(parsed.id());
    ControlRequest request = parsed.request();
    if (parsed.isNonsense()) {
      client.refuse();
    }
    if (request == null) {
      slot.fill(Answers.failed(parsed.id(), String.valueOf(parsed.problem())));
    } else if (unanswered >= UNANSWERED_MAX) {
      slot.fill(Answers.failed(parsed.id(), tooMuch()));
    } else {
      unanswered++;
      handle(request)
          .whenComplete((body, failure) -> complete(new Completion(slot, body, failure)));
    }
  }

  private static String tooMuch() {
    return "the agent has " + UNANSWERED_MAX + " unanswered requests; ask again later";
  }

  private CompletionStage<ObjectNode> handle(ControlRequest request) {
    try {
      return Objects.requireNonNull(handler.handle(request), "no answer");
    } catch (RuntimeException | Error failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  /** By any thread. */
  private void complete(Completion completion) {
    completions.add(completion);
    selector.wakeup();
  }

  private void takeCompletions() {
    for (Completion each = completions.poll(); each != null; each = completions.poll()) {
      unanswered--;
      Connection.Slot slot = each.slot;
      if (slot.connection.isOpen()) {
        slot.fill(Answers.of(slot.id, each.body, each.failure));
        serve(slot.connection, false);
      }
    }
  }

  private void cutOffWhoIsStuck() {
    for (Connection client : List.copyOf(connections)) {
      if (client.isStuck(stuckNs)) {
        LOG.warn("the control socket: a client that does not read its answers is cut off");
        drop(client);
      }
    }
  }

  private void drop(Connection client) {
    client.close();
    connections.remove(client);
  }
}
