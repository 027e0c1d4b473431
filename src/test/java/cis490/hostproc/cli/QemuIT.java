package cis490.hostproc.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.EndsWhatItStarts;
import cis490.hostproc.testkit.Hostproc;
import cis490.hostproc.testkit.TestBroker;
import cis490.hostproc.testkit.Tool;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The real thing: a QEMU that looks for something to boot, read back by a client not ours. */
@ExtendWith(EndsWhatItStarts.class)
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class QemuIT {

  private static final int INTERVAL_MS = 10;

  @TempDir private Path folder;

  @Test
  void whatQemuDoesIsTheSameInFileConsumeAndKcat() throws Exception {
    recordAndReadBack(5);
  }

  @Tag("long")
  @Test
  void aMinuteOfQemuToo() throws Exception {
    recordAndReadBack(60);
  }

  private void recordAndReadBack(int durationS) throws Exception {
    Tool.require("qemu-system-x86_64", "--version");
    Tool.require("kcat", "-V");
    String episode = "qemu-" + UUID.randomUUID();
    String address = TestBroker.address();
    Process qemu =
        new ProcessBuilder("qemu-system-x86_64", "-display", "none", "-nodefaults", "-accel", "tcg")
            .inheritIO()
            .start();
    Hostproc run;
    try {
      run = collect(qemu.pid(), durationS, episode, address);
    } finally {
      qemu.destroy();
    }

    System.out.print(run.err());
    assertEquals(0, run.exitCode(), run.err());
    Path rows = folder.resolve("episodes/" + episode + "/host_proc.jsonl");
    JsonNode manifest =
        new ObjectMapper().readTree(rows.resolveSibling("host_proc.episode.json").toFile());
    long due = manifest.get("rows").asLong() + manifest.get("ticks_missed").asLong();
    assertEquals(durationS * 1e3 / INTERVAL_MS, (double) due, 1.0);
    assertTrue(manifest.get("ticks_missed").asLong() < due / 10, "most ticks have a row");
    assertEquals("qemu-system-x86", manifest.get("command_name").asText());
    byte[] file = Files.readAllBytes(rows);

    Hostproc consume =
        Hostproc.run(folder, "consume", "--episode", episode, "--bootstrap-servers", address);
    assertArrayEquals(file, consume.out().getBytes());

    Hostproc kcat =
        Hostproc.startCommand(
            folder,
            List.of(
                "kcat",
                "-C",
                "-e",
                "-q",
                "-b",
                address,
                "-t",
                "oracle.host-proc." + episode,
                "-X",
                "isolation.level=read_committed",
                "-o",
                "beginning"));
    assertEquals(0, kcat.exitCode(), kcat.err());
    assertArrayEquals(file, kcat.out().getBytes());
    assertTrue(file.length > 0);
  }

  private Hostproc collect(long pid, int durationS, String episode, String address) {
    return Hostproc.run(
        folder,
        "collect",
        "--episode",
        episode,
        "--pid",
        Long.toString(pid),
        "--interval-ms",
        Integer.toString(INTERVAL_MS),
        "--duration-s",
        Integer.toString(durationS),
        "--bootstrap-servers",
        address);
  }
}
