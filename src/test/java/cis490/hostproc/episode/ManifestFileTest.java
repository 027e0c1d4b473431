package cis490.hostproc.episode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manifest beside the rows: always a whole one, the old or the new. */
class ManifestFileTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "host_proc.jsonl, host_proc.episode.json",
    "a.b.jsonl, a.b.episode.json",
    "rows, rows.manifest.json",
    "rows.json, rows.json.manifest.json",
    "rows.JSONL, rows.JSONL.manifest.json",
    "rows.jsonl.gz, rows.jsonl.gz.manifest.json",
    ".jsonl, .episode.json"
  })
  void itIsNamedAfterTheRows(String rows, String manifest) {
    assertEquals(folder.resolve(manifest), ManifestFile.beside(folder.resolve(rows)).path());
    assertEquals(Path.of(manifest), ManifestFile.beside(Path.of(rows)).path());
  }

  @Test
  void aFormerNameIsFoundAsLongAsItCanBeOfNoOtherFile() throws Exception {
    Path rows = Files.createFile(folder.resolve("rows"));
    Path former = Files.createFile(folder.resolve("rows.episode.json"));
    assertEquals(former, ManifestFile.beside(rows).path());
    Path others = Files.createFile(folder.resolve("rows.jsonl"));
    assertEquals(folder.resolve("rows.manifest.json"), ManifestFile.beside(rows).path());
    assertEquals(former, ManifestFile.beside(others).path());
  }

  @Test
  void behindALinkItIsTheFilesUnlessTheLinkHasOne() throws Exception {
    Path rows = Files.createFile(folder.resolve("rows.jsonl"));
    Path link = Files.createSymbolicLink(folder.resolve("link.jsonl"), rows);
    Path loose = Files.createSymbolicLink(folder.resolve("loose.jsonl"), Path.of("nowhere"));
    assertEquals(
        folder.toRealPath().resolve("rows.episode.json"), ManifestFile.beside(link).path());
    assertEquals(folder.resolve("loose.episode.json"), ManifestFile.beside(loose).path());
    Path links = Files.createFile(folder.resolve("link.episode.json"));
    assertEquals(links, ManifestFile.beside(link).path());
  }

  @ParameterizedTest
  @CsvSource({
    "a.episode.json, true",
    "a.manifest.json, true",
    "a.episode.json.tmp, true",
    "a.manifest.json.tmp, true",
    "a.jsonl, false",
    "a.json, false",
    "a.jsonl.tmp, false"
  })
  void rowsUnderAManifestsNameWouldBeInItsWay(String name, boolean isOne) {
    assertEquals(isOne, ManifestFile.isNameOfOne(folder.resolve(name)));
  }

  @Test
  void noFileIsNoManifest() throws Exception {
    assertEquals(Optional.empty(), new ManifestFile(folder.resolve("missing.json")).read());
    assertEquals(Optional.empty(), new ManifestFile(folder.resolve("no/folder.json")).read());
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    ManifestFile file = ManifestFile.beside(folder.resolve("host_proc.jsonl"));
    file.write(Manifests.open());
    assertEquals(Optional.of(Manifests.open()), file.read());
    byte[] expected = (new String(Manifests.open().toJson(), UTF_8) + '\n').getBytes(UTF_8);
    assertArrayEquals(expected, Files.readAllBytes(file.path()));
    Manifest ended = Manifests.ended();
    file.write(ended);
    assertEquals(Optional.of(ended), file.read());
    file.write(Manifests.open());
    assertEquals(Optional.of(Manifests.open()), file.read(), "a shorter one leaves no rest");
    assertEquals(List.of(file.path()), list(folder), "no temporary file stays");
  }

  @Test
  void aTemporaryFileOfACrashIsInNobodysWay() throws Exception {
    ManifestFile file = ManifestFile.beside(folder.resolve("host_proc.jsonl"));
    Files.writeString(folder.resolve("host_proc.episode.json.tmp"), "x".repeat(100_000));
    file.write(Manifests.open());
    assertEquals(
        new String(Manifests.open().toJson(), UTF_8) + '\n', Files.readString(file.path()));
    assertEquals(List.of(file.path()), list(folder));
  }

  @Test
  void whatCanNotBeWrittenLeavesTheOldOne() throws Exception {
    ManifestFile file = ManifestFile.beside(folder.resolve("host_proc.jsonl"));
    file.write(Manifests.open());
    // Where the temporary file should go there is a folder.
    Files.createDirectories(folder.resolve("host_proc.episode.json.tmp/in-the-way"));
    Manifest ended = Manifests.ended();
    assertThrows(IOException.class, () -> file.write(ended));
    assertEquals(Optional.of(Manifests.open()), file.read());
  }

  @Test
  void aPlaceThatIsNoFolderIsAnError() throws Exception {
    Path notAFolder = Files.writeString(folder.resolve("file"), "kept");
    ManifestFile file = new ManifestFile(notAFolder.resolve("host_proc.episode.json"));
    assertThrows(IOException.class, () -> file.write(Manifests.open()));
    assertEquals("kept", Files.readString(notAFolder));
  }

  @Test
  void aFileThatIsNoManifestIsNamed() throws Exception {
    Path path = Files.writeString(folder.resolve("host_proc.episode.json"), "{garbage\n");
    var error = assertThrows(IOException.class, () -> new ManifestFile(path).read());
    assertTrue(error.getMessage().startsWith(path + ": not a manifest: "), error.getMessage());
    assertEquals(1, error.getMessage().lines().count(), error.getMessage());
  }

  @Test
  void aReaderNeverSeesHalfOfOne() throws Exception {
    ManifestFile file = ManifestFile.beside(folder.resolve("host_proc.jsonl"));
    Manifest open = Manifests.open();
    Manifest ended = Manifests.ended();
    file.write(open);
    FutureTask<Integer> reading =
        new FutureTask<>(
            () -> {
              int reads = 0;
              for (; !Thread.currentThread().isInterrupted(); reads++) {
                Manifest seen = Manifest.fromJson(Files.readString(file.path()).getBytes(UTF_8));
                assertTrue(seen.equals(open) || seen.equals(ended));
                if (reads == 3_000) {
                  break;
                }
              }
              return reads;
            });
    Thread reader = new Thread(reading, "reader");
    reader.setDaemon(true);
    reader.start();
    for (int i = 0; !reading.isDone() && i < 100_000; i++) {
      file.write(i % 2 == 0 ? ended : open);
    }
    assertEquals(3_000, reading.get(60, TimeUnit.SECONDS));
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
