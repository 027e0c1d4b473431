package cis490.hostproc.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.CompletableFuture;

/** What does the work of a {@link ControlSocket}. */
@FunctionalInterface
public interface ControlHandler {

  /**
   * Begins what is asked. The socket's one thread calls it: it must not block, and leaves what
   * takes time to others. The client may be gone when the answer comes; the work goes on.
   *
   * @param request of any client
   * @return completed by any thread, at any time: with the answer's fields after {@code ok} and
   *     {@code id}, not to be touched any more; or with a {@link
   *     cis490.hostproc.episode.FailedException}, whose message is the answer. Any other exception,
   *     completed with or thrown, is answered with its text, and logged
   */
  CompletableFuture<ObjectNode> handle(ControlRequest request);
}
