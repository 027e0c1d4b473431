package cis490.hostproc.control;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Listens, and prints the mode of its socket; with a second argument it then dies at once. */
final class OpenSocketMain {

  private OpenSocketMain() {}

  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[0]);
    try (ControlSocket socket = ControlSocket.open(path, request -> new CompletableFuture<>())) {
      int mode = (int) Files.getAttribute(socket.path(), "unix:mode", LinkOption.NOFOLLOW_LINKS);
      System.out.println(Integer.toOctalString(mode));
      System.out.flush();
      if (args.length > 1) {
        Runtime.getRuntime().halt(0);
      }
    }
  }
}
