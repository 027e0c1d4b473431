package cis490.hostproc.agent;

import cis490.hostproc.config.AgentConfig;
import cis490.hostproc.config.Output;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the files of the episodes lie, and which are there already. */
final class Shelf {

  private static final int DEPTH_MAX = 16;
  private static final String MANIFEST_SUFFIX = ".episode.json";

  private final Output output;
  private final @Nullable Path manifests;

  Shelf(AgentConfig config) {
    this.output = config.output();
    this.manifests = config.manifests();
  }

  Path folder() {
    return output.folder();
  }

  Path rows(EpisodeId episode) {
    return output.rows(episode);
  }

  /** Beside the rows, or in the folder of all manifests. */
  ManifestFile manifestFile(EpisodeId episode, Path rows) {
    return manifests == null
        ? ManifestFile.beside(rows)
        : new ManifestFile(manifests.resolve(episode.value() + MANIFEST_SUFFIX));
  }

  /** Makes the folder of all manifests; those of rows are made with them. */
  void prepare() throws FailedException {
    try {
      if (manifests != null) {
        Files.createDirectories(manifests);
      }
    } catch (IOException refused) {
      String why = refused.getClass().getSimpleName();
      throw new FailedException(
          "manifests: the folder " + manifests + " can't be made (" + why + "); make it", refused);
    }
  }

  /**
   * What is there.
   *
   * @param episodes that have a manifest, the oldest first
   * @param foreign files where rows would lie, but without a manifest that says whose they are
   */
  record Content(List<Recorded> episodes, List<Path> foreign) {}

  /** Reads all manifests. */
  Content read() throws IOException {
    Content content = new Content(new ArrayList<>(), new ArrayList<>());
    if (!Files.isDirectory(folder())) {
      return content;
    }
    Files.walkFileTree(
        folder(),
        EnumSet.noneOf(java.nio.file.FileVisitOption.class),
        DEPTH_MAX,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              take(file, attributes.lastModifiedTime().toMillis(), content);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    content.episodes.sort((a, b) -> Long.compare(a.modifiedMs(), b.modifiedMs()));
    return content;
  }

  private void take(Path file, long modifiedMs, Content content) {
    Optional<EpisodeId> episode = output.episode(file);
    if (episode.isEmpty()) {
      return;
    }
    ManifestFile manifestFile = manifestFile(episode.get(), file);
    try {
      Manifest manifest = manifestFile.read().orElse(null);
      if (manifest != null && manifest.beginning().episodeId().equals(episode.get().value())) {
        content.episodes.add(new Recorded(episode.get(), file, manifestFile, manifest, modifiedMs));
        return;
      }
    } catch (IOException unreadable) {
      // As good as none.
    }
    content.foreign.add(file);
  }
}
