package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each read gives the whole text as it is now, however long, up to a limit that is named. */
class KernelFileTest {

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void nameTheFile() {
    path = folder.resolve("status");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 8191, 8192, 8193, 9000, 16383, 16384, 16385, 100_000, 700_000, 1048575})
  void aTextOfAnyLengthBelowTheLimitIsReadWhole(int length) throws Exception {
    byte[] written = write(length);
    try (KernelFile file = KernelFile.open(path)) {
      assertArrayEquals(written, read(file));
      assertArrayEquals(written, read(file));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1048576, 1048577, 3_000_000})
  void aTextOfOneMebibyteOrMoreIsRefusedByName(int length) throws IOException {
    write(length);
    try (KernelFile file = KernelFile.open(path)) {
      for (int i = 0; i < 2; i++) {
        var error = assertThrows(MalformedKernelTextException.class, file::read);
        assertTrue(
            error.getMessage().startsWith("status: is longer than 1048576 bytes: "),
            error.getMessage());
        assertEquals(KernelFile.LENGTH_MAX, file.text().length);
      }
    }
  }

  @Test
  void eachReadGivesTheTextAsItIsNow() throws Exception {
    write(10);
    try (KernelFile file = KernelFile.open(path)) {
      for (int length : new int[] {20_000, 5, 0, 8192, 40_000, 1}) {
        assertArrayEquals(write(length), read(file));
      }
    }
  }

  @Test
  void theRoomGrowsOnceAndIsThenKept() throws Exception {
    TextRoom first = TextRoom.grow(TextRoom.LENGTH_FIRST);
    write(9000);
    try (KernelFile file = KernelFile.open(path)) {
      file.read();
      TextRoom grown = TextRoom.ofThread();
      assertNotSame(first, grown);
      assertEquals(2 * TextRoom.LENGTH_FIRST, grown.capacity());
      write(100);
      file.read();
      write(16_000);
      file.read();
      assertSame(grown, TextRoom.ofThread());
    }
  }

  @Test
  void filesOfOneThreadShareTheRoom() throws Exception {
    write(100);
    try (KernelFile one = KernelFile.open(path);
        KernelFile other = KernelFile.open(path)) {
      one.read();
      other.read();
      assertSame(one.text(), other.text());
    }
  }

  @Test
  void aTextBeyondTheLimitIsReadAgainOnceItIsShort() throws Exception {
    write(2_000_000);
    try (KernelFile file = KernelFile.open(path)) {
      assertThrows(MalformedKernelTextException.class, file::read);
      assertArrayEquals(write(300), read(file));
    }
  }

  @Test
  void aMissingFileIsRefusedWhenItIsOpened() {
    assertThrows(NoSuchFileException.class, () -> KernelFile.open(path));
  }

  @Test
  void aClosedFileIsNotRead() throws IOException {
    write(10);
    KernelFile file = KernelFile.open(path);
    file.close();
    assertThrows(IOException.class, file::read);
  }

  @Test
  void aFileOfTheKernelIsReadAlthoughItsSizeIsZero() throws Exception {
    Path version = Path.of("/proc/version");
    assertEquals(0, Files.size(version));
    try (KernelFile file = KernelFile.open(version)) {
      assertArrayEquals(Files.readAllBytes(version), read(file));
      assertArrayEquals(Files.readAllBytes(version), read(file));
    }
  }

  private static byte[] read(KernelFile file) throws IOException, MalformedKernelTextException {
    int length = file.read();
    return Arrays.copyOf(file.text(), length);
  }

  /** In place, as a file that stays open sees it. */
  private byte[] write(int length) throws IOException {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return Files.readAllBytes(Files.write(path, bytes));
  }
}
