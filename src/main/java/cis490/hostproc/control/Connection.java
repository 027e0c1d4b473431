package cis490.hostproc.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One client, touched by the socket's thread alone. */
final class Connection {

  /** Beyond that, what it sends waits. */
  static final int UNANSWERED_MAX = 16;

  /** The place of an answer among those of its connection. */
  static final class Slot {

    final Connection connection;
    final @Nullable JsonNode id;
    private byte @Nullable [] answer;

    private Slot(Connection connection, @Nullable JsonNode id) {
      this.connection = connection;
      this.id = id;
    }

    void fill(byte[] line) {
      answer = line;
    }
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private LineBuffer input = new LineBuffer();
  private Waiting output = new Waiting();

  /** In the order of the requests, so of the answers. */
  private final Deque<Slot> unanswered = new ArrayDeque<>();

  private ControlRequest.Received received = ControlRequest.Received.now();
  private boolean isInputOver;
  private boolean isRefused;

  Connection(SocketChannel channel, Selector selector) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
    key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** Once: what is there. It may be the last that this client sends. */
  void read() throws IOException {
    int count = input.readFrom(channel);
    received = ControlRequest.Received.now();
    isInputOver |= count < 0;
  }

  /** The next request's line, if one is there and may be taken. */
  @Nullable ByteBuffer nextLine() {
    return mayTake() ? input.next() : null;
  }

  /** What is wrong with the rest, in which there is no whole line; null if nothing is. */
  @Nullable String problemOfRest() {
    if (!mayTake() || input.isEmpty()) {
      return null;
    }
    if (input.isTooLong()) {
      return "a line of more than " + LineBuffer.LINE_BYTES_MAX + " bytes";
    }
    return isInputOver ? "a last line without a newline" : null;
  }

  private boolean mayTake() {
    return !isRefused && unanswered.size() < UNANSWERED_MAX;
  }

  /** When the newline of each line that is there was read. */
  ControlRequest.Received received() {
    return received;
  }

  Slot expectAnswer(@Nullable JsonNode id) {
    Slot slot = new Slot(this, id);
    unanswered.add(slot);
    return slot;
  }

  /** Takes no more; the connection ends with the last answer. */
  void refuse() {
    isInputOver = true;
    isRefused = true;
  }

  /**
   * Sends the answers whose turn it is, as far as the client reads them.
   *
   * @throws IOException if the client is gone, or does not read
   */
  void answer() throws IOException {
    for (Slot first = unanswered.peek();
        first != null && first.answer != null;
        first = unanswered.peek()) {
      output.add(first.answer);
      unanswered.remove();
      output.writeTo(channel);
    }
    output.writeTo(channel);
  }

  /**
   * To be called again when there is something to do. While it has too many unanswered requests, it
   * reads on up to the next one, since it would not see the client's end otherwise.
   */
  void updateInterest() {
    boolean isReading = !isInputOver && !input.hasLine() && !input.isTooLong();
    key.interestOps(
        (isReading ? SelectionKey.OP_READ : 0) | (output.isEmpty() ? 0 : SelectionKey.OP_WRITE));
  }

  /** Whether all is said. */
  boolean isDone() {
    return isInputOver && unanswered.isEmpty() && output.isEmpty();
  }

  /** Whether the client will send no more: perhaps it waits for answers, perhaps it is gone. */
  boolean isInputOver() {
    return isInputOver;
  }

  boolean hasOutput() {
    return !output.isEmpty();
  }

  boolean isStuck(long limitNs) {
    return output.isStuck(limitNs);
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** A request that is not answered yet keeps the rest of it in memory: that must be little. */
  void close() {
    unanswered.clear();
    input = new LineBuffer();
    output = new Waiting();
    try {
      channel.close();
    } catch (IOException gone) {
      // It is closed all the same.
    }
  }
}
