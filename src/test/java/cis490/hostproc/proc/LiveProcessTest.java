package cis490.hostproc.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.proc.ProcessFiles.Found;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes of this machine give the numbers that an independent reading gives. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LiveProcessTest {

  private static final Path PROC = Path.of("/proc");
  private static final long PAGE_SIZE_BYTES = pageSizeBytes();

  @Test
  void thisJvmsNumbersLieBetweenTwoIndependentReadings() throws Exception {
    long pid = ProcessHandle.current().pid();
    try (ProcessFiles files = ProcessFiles.open(PROC, pid)) {
      int nameLength = Files.readAllBytes(PROC.resolve(pid + "/comm")).length - 1;
      Map<String, Long> before = independently(pid, nameLength);
      assertEquals(Found.ALIVE, files.read());
      Map<String, Long> ours = ours(files);
      Map<String, Long> after = independently(pid, nameLength);
      assertEquals(before.keySet(), ours.keySet());
      for (String field : ours.keySet()) {
        long value = ours.get(field);
        if (field.equals("vsize") || field.equals("rss")) {
          // Up and down; a JVM's pages change little between two reads.
          assertTrue(value > before.get(field) / 2 && value < 2 * after.get(field), field);
        } else {
          assertTrue(value >= before.get(field) && value <= after.get(field), field);
        }
      }
      assertEquals(before.get("starttime"), ours.get("starttime"));
      assertTrue(ours.get("utime") > 0);
      assertTrue(ours.get("minflt") > 0);
      assertTrue(files.stat().rssBytes(Auxv.ofThisKernel().pageSizeBytes()) > 1 << 20);
      assertFalse(files.stat().dead());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a b ) ( c d) ",
        "a\nb\nc",
        "ends in )",
        "\u00ff\u00fe\u00c3(\u00e2\u0082)",
        "x) S 1 2 3",
        "x\n) R 1 1 1 1",
        ") ) ) ) ) ) ) )",
        "\\\r\t\u000b"
      })
  void aQuietProcessWithAHostileNameGivesExactlyTheIndependentReading(String name)
      throws Exception {
    byte[] nameBytes = name.getBytes(StandardCharsets.ISO_8859_1);
    StringBuilder octal = new StringBuilder();
    for (byte b : nameBytes) {
      octal.append(String.format("\\%03o", b & 0xff));
    }
    Process shell =
        new ProcessBuilder(
                "sh", "-c", "printf '" + octal + "' > /proc/$$/comm; echo ready; read line")
            .start();
    try (BufferedReader output = shell.inputReader()) {
      assertEquals("ready", output.readLine());
      byte[] comm = Files.readAllBytes(PROC.resolve(shell.pid() + "/comm"));
      assertEquals(name + "\n", new String(comm, StandardCharsets.ISO_8859_1));
      try (ProcessFiles files = ProcessFiles.open(PROC, shell.pid())) {
        assertEquals(new String(nameBytes, StandardCharsets.UTF_8), files.stat().commandName());
        Map<String, Long> before;
        Map<String, Long> ours;
        Map<String, Long> after;
        do { // It waits for its input: soon nothing changes any more.
          before = independently(shell.pid(), nameBytes.length);
          assertEquals(Found.ALIVE, files.read());
          ours = ours(files);
          after = independently(shell.pid(), nameBytes.length);
        } while (!before.equals(after));
        assertEquals(before, ours);
      }
    } finally {
      shell.destroyForcibly();
    }
  }

  @Test
  void aProcessThatWasKilledAndWaitedForIsGone() throws Exception {
    Process cat = new ProcessBuilder("cat").start();
    try (ProcessFiles files = ProcessFiles.open(PROC, cat.pid())) {
      assertEquals(Found.ALIVE, files.read());
      kill(cat);
      assertEquals(Found.GONE, files.read());
      assertEquals(Found.GONE, files.read());
    }
    assertThrows(NoSuchProcessException.class, () -> ProcessFiles.open(PROC, cat.pid()));
  }

  @Test
  void aProcessThatWasKilledAndNotWaitedForIsAZombie() throws Exception {
    // The shell starts a child and becomes a program that knows nothing of it.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; exec cat >&2").start();
    try (BufferedReader output = parent.inputReader()) {
      ProcessHandle child = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
      try (ProcessFiles files = ProcessFiles.open(PROC, child.pid())) {
        assertEquals(Found.ALIVE, files.read());
        while (!Files.readString(PROC.resolve(parent.pid() + "/comm")).equals("cat\n")) {
          Thread.onSpinWait();
        }
        child.destroyForcibly();
        Found found;
        do {
          found = files.read();
        } while (found == Found.ALIVE);
        assertEquals(Found.ZOMBIE, found);
        assertThrows(NoSuchProcessException.class, () -> ProcessFiles.open(PROC, child.pid()));
      } finally {
        child.destroyForcibly();
      }
    } finally {
      kill(parent);
    }
  }

  @Test
  void ioAndStatusOfAProcessThatEndsInBetweenAreAbsentWithTheReason(@TempDir Path procRoot)
      throws Exception {
    Process cat = new ProcessBuilder("cat").start();
    Path folder = Files.createDirectory(procRoot.resolve("1"));
    Files.write(folder.resolve("stat"), Files.readAllBytes(PROC.resolve("self/stat")));
    for (String file : List.of("io", "status")) {
      Files.createSymbolicLink(folder.resolve(file), PROC.resolve(cat.pid() + "/" + file));
    }
    try (ProcessFiles files = ProcessFiles.open(procRoot, 1)) {
      assertEquals(Found.ALIVE, files.read());
      assertTrue(files.ioPresent());
      assertTrue(files.statusPresent());
      kill(cat);
      assertEquals(Found.ALIVE, files.read());
      assertFalse(files.ioPresent());
      assertFalse(files.statusPresent());
      assertNotNull(files.ioFailure());
      assertNotNull(files.statusFailure());
    } finally {
      kill(cat);
    }
  }

  private static void kill(Process process) throws InterruptedException {
    assertTrue(process.destroyForcibly().waitFor(20, TimeUnit.SECONDS));
  }

  private static Map<String, Long> ours(ProcessFiles files) {
    Map<String, Long> values = new LinkedHashMap<>();
    values.put("minflt", files.stat().minorFaults());
    values.put("majflt", files.stat().majorFaults());
    values.put("utime", files.stat().userJiffies());
    values.put("stime", files.stat().sysJiffies());
    values.put("starttime", files.stat().startTimeTicks());
    values.put("vsize", files.stat().vsizeBytes());
    values.put("rss", files.stat().rssPages());
    assertTrue(files.ioPresent());
    values.put("read_bytes", files.io().readBytes());
    values.put("write_bytes", files.io().writeBytes());
    assertTrue(files.statusPresent());
    values.put("voluntary", files.status().voluntarySwitches());
    values.put("nonvoluntary", files.status().involuntarySwitches());
    return values;
  }

  /** By the known length of the command name, by splitting, and by other files where there are. */
  private static Map<String, Long> independently(long pid, int nameLength) throws IOException {
    Path folder = PROC.resolve(Long.toString(pid));
    Map<String, Long> values = new LinkedHashMap<>();
    String stat = latin1(folder.resolve("stat"));
    int tail = (pid + " (").length() + nameLength + ") ".length();
    String[] fields = stat.substring(tail).trim().split(" ");
    assertTrue(fields[0].matches("[A-Z]"), stat);
    values.put("minflt", Long.valueOf(fields[10 - 3]));
    values.put("majflt", Long.valueOf(fields[12 - 3]));
    values.put("utime", Long.valueOf(fields[14 - 3]));
    values.put("stime", Long.valueOf(fields[15 - 3]));
    values.put("starttime", Long.valueOf(fields[22 - 3]));
    String[] pages = latin1(folder.resolve("statm")).split(" ");
    values.put("vsize", Long.parseLong(pages[0]) * PAGE_SIZE_BYTES);
    // Not from statm: newer kernels add up every CPU's share there, and leave them out of stat.
    values.put("rss", Long.valueOf(fields[24 - 3]));
    for (String key : List.of("read_bytes", "write_bytes")) {
      values.put(key, keyed(folder.resolve("io"), key));
    }
    values.put("voluntary", keyed(folder.resolve("status"), "voluntary_ctxt_switches"));
    values.put("nonvoluntary", keyed(folder.resolve("status"), "nonvoluntary_ctxt_switches"));
    return values;
  }

  private static long keyed(Path file, String key) throws IOException {
    return Arrays.stream(latin1(file).split("\n"))
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1).trim()))
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  /** As the mappings of this JVM say, in their KernelPageSize lines. */
  private static long pageSizeBytes() {
    try (var lines = Files.lines(PROC.resolve("self/smaps"), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith("KernelPageSize:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .min()
          .orElseThrow();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String latin1(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }
}
