package cis490.hostproc.episode;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The manifest beside the rows: {@code host_proc.jsonl} has {@code host_proc.episode.json}.
 *
 * <p>A write replaces the file whole, or leaves it as it was: temporary file, fsync, rename.
 *
 * @param path the manifest's file
 */
public record ManifestFile(Path path) {

  private static final String ROWS_SUFFIX = ".jsonl";
  private static final String SUFFIX = ".episode.json";

  /**
   * The one that belongs to a file of rows.
   *
   * @param rows the JSONL file
   * @return its manifest's place
   */
  public static ManifestFile beside(Path rows) {
    String name = rows.getFileName().toString();
    String stem =
        name.endsWith(ROWS_SUFFIX) ? name.substring(0, name.length() - ROWS_SUFFIX.length()) : name;
    return new ManifestFile(rows.resolveSibling(stem + SUFFIX));
  }

  /**
   * Replaces the manifest.
   *
   * @param manifest what to say
   * @throws IOException if it can't be written; the file of before stands
   */
  public void write(Manifest manifest) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
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
