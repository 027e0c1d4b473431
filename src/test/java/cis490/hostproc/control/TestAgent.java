package cis490.hostproc.control;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler of the tests: keeps what it was asked, answers when the test says so. */
final class TestAgent implements ControlHandler, AutoCloseable {

  /** A request, and the answer that it waits for. */
  record Asked(ControlRequest request, CompletableFuture<ObjectNode> answer) {}

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  final ControlSocket socket;
  volatile boolean isQuick = true;

  TestAgent(Path path) throws Exception {
    socket = ControlSocket.open(path, this);
  }

  TestAgent(Path path, Duration stuck) throws Exception {
    socket = ControlSocket.open(path, this, stuck);
  }

  @Override
  public CompletableFuture<ObjectNode> handle(ControlRequest request) {
    Asked each = new Asked(request, new CompletableFuture<>());
    asked.add(each);
    if (isQuick) {
      answer(each);
    }
    return each.answer;
  }

  /** With the kind of the request. */
  static void answer(Asked asked) {
    asked.answer.complete(body(asked.request.getClass().getSimpleName()));
  }

  static ObjectNode body(String did) {
    return JsonNodeFactory.instance.objectNode().put("did", did);
  }

  RawClient connect() throws Exception {
    return new RawClient(socket.path());
  }

  @Override
  public void close() {
    socket.close();
  }
}
