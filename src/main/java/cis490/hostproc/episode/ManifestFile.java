package cis490.hostproc.episode;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The manifest beside the rows: {@code host_proc.jsonl} has {@code host_proc.episode.json}, and a
 * file of any other name, {@code rows}, has {@code rows.manifest.json}. So no two files of rows
 * share one.
 *
 * <p>A write replaces the file whole, or leaves it as it was: temporary file, fsync, rename.
 *
 * @param path the manifest's file
 */
public record ManifestFile(Path path) {

  private static final String ROWS_SUFFIX = ".jsonl";
  private static final String SUFFIX = ".episode.json";
  private static final String SUFFIX_OF_OTHERS = ".manifest.json";
  private static final String TEMPORARY_SUFFIX = ".tmp";

  /**
   * The one that belongs to a file of rows. For a symbolic link it is the one under the link's own
   * name, if there is one; otherwise that of the link's target.
   *
   * @param rows the JSONL file
   * @return its manifest's place
   */
  public static ManifestFile beside(Path rows) {
    ManifestFile named = named(rows);
    if (Files.exists(named.path) || !Files.isSymbolicLink(rows)) {
      return named;
    }
    try {
      Path real = rows.toRealPath();
      return hasLetters(real.getFileName()) ? named(real) : named;
    } catch (IOException leadsNowhereYet) {
      return named;
    }
  }

  /** A link can lead to a name that the locale can't express: nothing can be named after it. */
  private static boolean hasLetters(Path name) {
    try {
      return Path.of(name.toString()).equals(name);
    } catch (InvalidPathException lacking) {
      return false;
    }
  }

  private static ManifestFile named(Path rows) {
    String name = rows.getFileName().toString();
    if (name.endsWith(ROWS_SUFFIX)) {
      String stem = name.substring(0, name.length() - ROWS_SUFFIX.length());
      return new ManifestFile(rows.resolveSibling(stem + SUFFIX));
    }
    Path own = rows.resolveSibling(name + SUFFIX_OF_OTHERS);
    Path former = rows.resolveSibling(name + SUFFIX);
    return new ManifestFile(!Files.exists(own) && isFormer(former, rows) ? former : own);
  }

  /** Until version 0.1.0 {@code rows} shared this name with {@code rows.jsonl}. */
  private static boolean isFormer(Path former, Path rows) {
    Path sharer = rows.resolveSibling(rows.getFileName() + ROWS_SUFFIX);
    return Files.exists(former) && Files.exists(rows) && !Files.exists(sharer);
  }

  /**
   * Whether a name is one that manifests have, so that rows under it would be in the way of one.
   *
   * @param file any file
   * @return true for {@code rows.episode.json}, say
   */
  public static boolean isNameOfOne(Path file) {
    String name = file.getFileName().toString();
    String whole =
        name.endsWith(TEMPORARY_SUFFIX)
            ? name.substring(0, name.length() - TEMPORARY_SUFFIX.length())
            : name;
    return whole.endsWith(SUFFIX) || whole.endsWith(SUFFIX_OF_OTHERS);
  }

  /**
   * Replaces the manifest.
   *
   * @param manifest what to say
   * @throws IOException if it can't be written; the previous file stays
   */
  public void write(Manifest manifest) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + TEMPORARY_SUFFIX);
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer json =
          ByteBuffer.wrap((new String(manifest.toJson(), UTF_8) + '\n').getBytes(UTF_8));
      while (json.hasRemaining()) {
        out.write(json);
      }
      out.force(true);
    } catch (IOException failure) {
      Files.deleteIfExists(temporary);
      throw failure;
    }
    Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder =
        FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /**
   * What the manifest says.
   *
   * @return the manifest, or empty if there is no file
   * @throws IOException if there is one and it can't be read
   */
  public Optional<Manifest> read() throws IOException {
    try {
      return Optional.of(Manifest.fromJson(Files.readAllBytes(path)));
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    } catch (IOException wrong) {
      throw new IOException(path + ": " + wrong.getMessage(), wrong);
    }
  }
}
