package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Elsewhere;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositionalReadTest {

  @TempDir private Path folder;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(4);

  @Test
  void readsFromTheFirstByteEachTimeUpToTheBuffersEnd() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "");
    try (FileChannel channel = FileChannel.open(path)) {
      PositionalRead file = new PositionalRead(channel, buffer);
      assertTrue(file.direct(), "the JDK of these tests opens the package");
      assertEquals(0, file.read());
      Files.writeString(path, "abc");
      assertEquals(3, file.read());
      assertEquals('a', buffer.get(0));
      Files.writeString(path, "uvwxyz");
      assertEquals(4, file.read());
      assertEquals('x', buffer.get(3));
    }
  }

  @Test
  void whatCannotBeReadIsAFailure() throws IOException {
    try (FileChannel channel = FileChannel.open(folder)) {
      PositionalRead file = new PositionalRead(channel, buffer);
      assertThrows(IOException.class, file::read, "a folder");
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
