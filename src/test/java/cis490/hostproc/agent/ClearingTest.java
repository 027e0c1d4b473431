package cis490.hostproc.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.config.ConfigFile;
import cis490.hostproc.episode.EndReason;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Manifests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only what was sealed long enough ago, and is that still, is removed. */
class ClearingTest {

  private static final String ROWS = "row\n";
  private static final int DAYS = 7;

  @TempDir private Path folder;
  private final Said said = new Said();
  private Shelf shelf;

  @BeforeEach
  void makeShelf() throws Exception {
    Path file = folder.resolve("agent.yaml");
    Files.writeString(
        file, "kafka: {offline: true}\noutput: '" + folder.resolve("episodes") + "'\n");
    shelf = new Shelf(ConfigFile.read(file));
  }

  private Path add(String episode, boolean isSealed) throws Exception {
    EpisodeId id = new EpisodeId(episode);
    Path rows = shelf.rows(id);
    Files.createDirectories(rows.getParent());
    Files.writeString(rows, ROWS);
    String chain =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ROWS.getBytes(UTF_8)));
    long bytes = ROWS.length();
    Manifest ended =
        Manifests.open(episode)
            .ended(new Manifest.Ending(1L, EndReason.SIGNAL, null, 1L, null, bytes, chain, null));
    shelf.manifestFile(id, rows).write(isSealed ? ended.sealed(chain, 1) : ended);
    return rows;
  }

  private void clearAfter(int days) {
    new Clearing(shelf, DAYS, said).clear(Instant.now().plus(Duration.ofDays(days)));
  }

  @Test
  void theFileOfASealedEpisodeIsRemovedAfterTheDaysAndItsManifestStays() throws Exception {
    Path rows = add("old", true);
    clearAfter(DAYS - 1);
    assertTrue(Files.exists(rows), "too early");
    clearAfter(DAYS + 1);
    assertFalse(Files.exists(rows));
    assertTrue(Files.exists(rows.resolveSibling("host_proc.episode.json")));
    assertEquals(1, said.lines().size(), said.lines()::toString);
  }

  @Test
  void anEpisodeThatIsNotSealedStays() throws Exception {
    Path rows = add("unsealed", false);
    clearAfter(DAYS + 1);
    assertTrue(Files.exists(rows));
  }

  @Test
  void aFileThatIsNotWhatWasSealedStays() throws Exception {
    Path longer = add("longer", true);
    Files.writeString(longer, ROWS + ROWS);
    Path other = add("other", true);
    Files.writeString(other, "woo\n");
    Path torn = add("torn", true);
    Files.writeString(torn, ROWS + "r");
    clearAfter(DAYS + 1);
    for (Path each : new Path[] {longer, other, torn}) {
      assertTrue(Files.exists(each), each::toString);
    }
    assertEquals(3, said.lines().size(), said.lines()::toString);
  }
}
