package cis490.hostproc.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.config.ConfigFile;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Manifests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShelfTest {

  @TempDir private Path folder;

  private Shelf shelf(String settings) throws Exception {
    Path file = folder.resolve("agent.yaml");
    Files.writeString(file, "kafka: {offline: true}\n" + settings);
    return new Shelf(ConfigFile.read(file));
  }

  private Shelf shelf() throws Exception {
    return shelf("output: '" + folder.resolve("out") + "'\n");
  }

  /** Rows of an episode, and a manifest of one. */
  private static Path add(Shelf shelf, String episode, String manifestOf) throws Exception {
    EpisodeId id = new EpisodeId(episode);
    Path rows = shelf.rows(id);
    Files.createDirectories(rows.getParent());
    Files.writeString(rows, "row\n");
    if (manifestOf != null) {
      ManifestFile manifest = shelf.manifestFile(id, rows);
      Files.createDirectories(manifest.path().getParent());
      manifest.write(Manifests.open(manifestOf));
    }
    return rows;
  }

  private static List<String> episodes(Shelf shelf) throws Exception {
    return shelf.read().episodes().stream().map(each -> each.episode().value()).toList();
  }

  @Test
  void aFolderThatIsNotThereIsEmptyAndStaysSo() throws Exception {
    assertEquals(List.of(), episodes(shelf()));
    assertEquals(List.of(), shelf().read().foreign());
    assertTrue(Files.notExists(folder.resolve("out")));
  }

  @Test
  void readsAllTheOldestFirst() throws Exception {
    Shelf shelf = shelf();
    for (String each : List.of("a", "b", "c")) {
      add(shelf, each, each);
    }
    Files.setLastModifiedTime(shelf.rows(new EpisodeId("b")), FileTime.fromMillis(1));
    Files.setLastModifiedTime(shelf.rows(new EpisodeId("c")), FileTime.fromMillis(2));
    Files.setLastModifiedTime(shelf.rows(new EpisodeId("a")), FileTime.fromMillis(3));

    assertEquals(List.of("b", "c", "a"), episodes(shelf));
    assertTrue(shelf.read().episodes().stream().allMatch(Recorded::isUnsealed));
  }

  @Test
  void filesOfOthersAreForeign() throws Exception {
    Shelf shelf = shelf();
    Path without = add(shelf, "without", null);
    Path another = add(shelf, "another", "else");
    Path damaged = add(shelf, "damaged", "damaged");
    Files.writeString(ManifestFile.beside(damaged).path(), "{");
    Files.writeString(folder.resolve("out/notes.txt"), "no rows at all");

    Shelf.Content content = shelf.read();
    assertEquals(List.of(), content.episodes());
    assertEquals(List.of(another, damaged, without), content.foreign().stream().sorted().toList());
  }

  @Test
  void aTemplateAndAFolderOfManifests() throws Exception {
    Shelf shelf =
        shelf(
            "output: '"
                + folder
                + "/{episode}/proc.jsonl'\nmanifests: '"
                + folder.resolve("manifests/all")
                + "'\n");
    shelf.prepare();
    Path rows = add(shelf, "a", "a");

    assertEquals(folder.resolve("a/proc.jsonl"), rows);
    assertEquals(List.of("a"), episodes(shelf));
    assertTrue(Files.exists(folder.resolve("manifests/all/a.episode.json")));
  }

  @Test
  void aFolderThatCanNotBeMadeIsOneLine() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    Shelf shelf = shelf("output: out\nmanifests: '" + file + "'\n");
    String message = assertThrows(FailedException.class, shelf::prepare).getMessage();
    assertTrue(message.startsWith("manifests: the folder " + file + " can't be made"), message);
  }
}
