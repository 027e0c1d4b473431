package cis490.hostproc.row;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.proc.MalformedKernelTextException;
import cis490.hostproc.proc.ProcessFiles;
import cis490.hostproc.testkit.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A row takes over all of a sample, and nothing of the one before. */
class RowTest {

  private static final long[] PAGE_SIZES = {4096, 16384, 65536};

  @Test
  void eachFieldTakesItsOwnNumber() throws Exception {
    Row row = taken("ordinary", new Row());
    assertEquals(8901, row.cpuUserJiffies);
    assertEquals(2345, row.cpuSysJiffies);
    assertEquals(98765 * 4096, row.rssBytes);
    assertEquals(3435973836L, row.vsizeBytes);
    assertTrue(row.ioPresent);
    assertEquals(73728000, row.ioReadBytes);
    assertEquals(1048576, row.ioWriteBytes);
    assertTrue(row.statusPresent);
    assertEquals(55501, row.voluntaryCtxsw);
    assertEquals(321, row.involuntaryCtxsw);
    assertEquals(120345, row.minorFaults);
    assertEquals(67, row.majorFaults);
  }

  @Test
  void whatIsAbsentNowIsAbsentWhateverTheRowHeld() throws Exception {
    Row row = taken("ordinary", new Row());
    taken("io-missing", row);
    assertFalse(row.ioPresent);
    assertTrue(row.statusPresent);
    taken("status-missing", row);
    assertTrue(row.ioPresent);
    assertFalse(row.statusPresent);
    assertEquals(73728000, row.ioReadBytes);
    taken("ordinary", row);
    assertTrue(row.ioPresent);
    assertTrue(row.statusPresent);
  }

  @Test
  void residentPagesAreCountedInPagesOfTheKernelsSize() throws Exception {
    for (long pageSize : PAGE_SIZES) {
      Row row = new Row();
      try (ProcessFiles files = ProcessFiles.open(Fixtures.procRoot("ordinary"), Fixtures.PID)) {
        files.read();
        row.take(files, pageSize);
      }
      assertEquals(98765 * pageSize, row.rssBytes);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {8192, 16384, 65536})
  void residentMemoryBeyond64BitsIsAnErrorAndNoRow(long pageSize) throws Exception {
    // Just within 64 bits at 4096 bytes a page.
    try (ProcessFiles files =
        ProcessFiles.open(Fixtures.procRoot("largest-values"), Fixtures.PID)) {
      files.read();
      Row row = new Row();
      row.take(files, 4096);
      assertEquals(-4096L, row.rssBytes);
      var error = assertThrows(MalformedKernelTextException.class, () -> row.take(files, pageSize));
      assertTrue(error.getMessage().contains("rss (field 24)"), error.getMessage());
    }
  }

  private static Row taken(String fixture, Row row) throws Exception {
    try (ProcessFiles files = ProcessFiles.open(Fixtures.procRoot(fixture), Fixtures.PID)) {
      assertEquals(ProcessFiles.Found.ALIVE, files.read());
      row.take(files, Fixtures.PAGE_SIZE_BYTES);
    }
    return row;
  }
}
