package cis490.hostproc.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who runs on a data folder, and where it is reached. */
class DataFolderTest {

  @TempDir private Path temporary;

  @Test
  void anAddressIsThereWhileTheBrokerIsReadyAndNoLonger() throws Exception {
    Path data = temporary.resolve("new/folder");
    assertFalse(DataFolder.inUse(data));
    try (DataFolder folder = DataFolder.lock(data)) {
      assertTrue(DataFolder.inUse(data));
      assertEquals(Optional.empty(), DataFolder.running(data), "not ready yet");
      folder.publish("127.0.0.1:4711");
      assertEquals(Optional.of("127.0.0.1:4711"), DataFolder.running(data));
    }
    assertFalse(DataFolder.inUse(data));
    assertEquals(Optional.empty(), DataFolder.running(data));
  }

  @Test
  void aSecondBrokerIsToldWhereTheFirstIs() throws Exception {
    try (DataFolder folder = DataFolder.lock(temporary)) {
      folder.publish("127.0.0.1:4711");
      String message =
          assertThrows(IOException.class, () -> DataFolder.lock(temporary)).getMessage();
      assertEquals(temporary + " is in use by another broker, 127.0.0.1:4711", message);
    }
  }

  @Test
  void anAddressThatADeadBrokerLeftIsNone() throws Exception {
    Files.writeString(temporary.resolve("hostproc.address"), "127.0.0.1:4711\n");
    assertEquals(Optional.empty(), DataFolder.running(temporary));
    try (DataFolder folder = DataFolder.lock(temporary)) {
      assertEquals(Optional.empty(), DataFolder.running(temporary), "the old one's address");
      folder.publish("127.0.0.1:1");
    }
  }

  @Test
  void aPortIsFreeUnlessSomebodyListens() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertFalse(DataFolder.portFree(taken.getLocalPort()));
    }
  }
}
