package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Elsewhere;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositionalReadTest {

  @TempDir private Path folder;

  private final TextRoom room = TextRoom.ofThread();

  @Test
  void readsFromTheFirstByteEachTimeUpToTheRoomsEnd() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "");
    try (FileChannel channel = FileChannel.open(path)) {
      PositionalRead file = new PositionalRead(channel);
      assertTrue(file.isDirect(room), "the JDK of these tests opens the package");
      assertEquals(0, file.read(room));
      Files.writeString(path, "abc");
      assertEquals(3, file.read(room));
      assertEquals('a', room.text(3)[0]);
      Files.writeString(path, "x".repeat(room.capacity()) + "y");
      assertEquals(room.capacity(), file.read(room));
      assertEquals('x', room.text(room.capacity())[room.capacity() - 1]);
    }
  }

  @Test
  void whatCannotBeReadIsAFailure() throws IOException {
    try (FileChannel channel = FileChannel.open(folder)) {
      PositionalRead file = new PositionalRead(channel);
      assertThrows(IOException.class, () -> file.read(room), "a folder");
    }
  }

  @Test
  void readsThroughTheChannelWhereTheJdkKeepsItsPackageShut() throws Exception {
    String path = Files.writeString(folder.resolve("file"), "abcdef").toString();
    String opens = "java.base/sun.nio.ch=ALL-UNNAMED";
    assertEquals(
        List.of("6 6 true"),
        Elsewhere.run(ReadFileMain.class, List.of("--add-opens", opens), path));
    assertEquals(List.of("6 6 false"), Elsewhere.run(ReadFileMain.class, List.of(), path));
  }
}
