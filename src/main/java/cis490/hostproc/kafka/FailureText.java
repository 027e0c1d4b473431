package cis490.hostproc.kafka;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Describes what Kafka's clients throw, by its root cause. */
public final class FailureText {

  private static final int DEPTH_MAX = 20;

  private FailureText() {}

  /**
   * The root cause on one line.
   *
   * @param failure of a client
   * @return its message and kind
   */
  public static String describe(Throwable failure) {
    List<Throwable> chain = chain(failure);
    Throwable root = chain.get(chain.size() - 1);
    String kind = root.getClass().getSimpleName().replaceFirst("(Exception|Error)$", "");
    String message = message(root);
    return message == null ? kind : message + " (" + kind + ")";
  }

  /** All that the causes say, from the outermost to the root, each once. */
  static String all(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable each : chain(failure)) {
      String message = message(each);
      boolean news = message != null && text.indexOf(message) < 0 && !repeatsItsCause(each);
      if (news) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
    }
    return text.isEmpty() ? describe(failure) : text.toString();
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    Throwable each = failure;
    while (each != null && chain.size() < DEPTH_MAX) {
      chain.add(each);
      each = each.getCause() == each ? null : each.getCause();
    }
    return chain;
  }

  /** Whether an exception only repeats its cause. */
  private static boolean repeatsItsCause(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause != null && cause.toString().equals(failure.getMessage());
  }

  /** Null if there is none. The message of some of the file system's is a path alone. */
  private static @Nullable String message(Throwable failure) {
    String path = failure instanceof FileSystemException known ? known.getFile() : null;
    if (path != null && failure instanceof NoSuchFileException) {
      return path + ": no such file";
    }
    if (path != null && failure instanceof AccessDeniedException) {
      return path + ": permission denied";
    }
    String message = failure.getMessage();
    return message == null || message.isBlank() ? null : printable(message);
  }

  /** On one line, and without what a terminal would obey: a broker can answer anything. */
  private static String printable(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{C}", "?");
  }
}
