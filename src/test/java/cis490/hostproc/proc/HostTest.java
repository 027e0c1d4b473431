package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Name and boot of the host are the kernel's, or "unknown". */
class HostTest {

  @TempDir Path procRoot;

  @Test
  void nameAndBootAreReadWithoutTheirLineEnds() throws IOException {
    Path random = Files.createDirectories(procRoot.resolve("sys/kernel/random"));
    Files.writeString(random.resolveSibling("hostname"), "lab-7\n");
    Files.writeString(random.resolve("boot_id"), "0c1f9f1c-2d3e-4f50-8a6b-7c8d9e0f1a2b\n");
    assertEquals(new Host("lab-7", "0c1f9f1c-2d3e-4f50-8a6b-7c8d9e0f1a2b"), Host.read(procRoot));
  }

  @Test
  void aMadeUpProcRootLeavesBothUnknown() {
    assertEquals(new Host("unknown", "unknown"), Host.read(procRoot));
  }

  @Test
  void oneMissingFileLeavesTheOther() throws IOException {
    Path kernel = Files.createDirectories(procRoot.resolve("sys/kernel"));
    Files.writeString(kernel.resolve("hostname"), "lab-7\n");
    assertEquals(new Host("lab-7", "unknown"), Host.read(procRoot));
  }

  @Test
  void aNameThatIsNotUtf8IsUnknown() throws IOException {
    Path kernel = Files.createDirectories(procRoot.resolve("sys/kernel"));
    Files.write(kernel.resolve("hostname"), new byte[] {(byte) 0xff, '\n'});
    assertEquals("unknown", Host.read(procRoot).name());
  }

  @Test
  void onlyAHostWhoseBootIsReadIsKnown() throws IOException {
    assertTrue(Host.read(Path.of("/proc")).known());
    Path kernel = Files.createDirectories(procRoot.resolve("sys/kernel"));
    Files.writeString(kernel.resolve("hostname"), "lab-7\n");
    assertFalse(Host.read(procRoot).known());
  }

  @Test
  void thisHostsBootIdIsAUuid() {
    String bootId = Host.read(Path.of("/proc")).bootId();
    assertTrue(bootId.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), bootId);
  }
}
