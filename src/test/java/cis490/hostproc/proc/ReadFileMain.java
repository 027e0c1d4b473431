package cis490.hostproc.proc;

import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads a file twice and prints the lengths, and whether the channel was left out. */
final class ReadFileMain {

  private ReadFileMain() {}

  public static void main(String[] args) throws Exception {
    try (FileChannel channel = FileChannel.open(Path.of(args[0]))) {
      PositionalRead file = new PositionalRead(channel);
      TextRoom room = TextRoom.ofThread();
      System.out.println(file.read(room) + " " + file.read(room) + " " + file.isDirect(room));
    }
  }
}
