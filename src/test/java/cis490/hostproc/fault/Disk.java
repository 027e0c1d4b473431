package cis490.hostproc.fault;

import cis490.hostproc.testkit.Child;
import cis490.hostproc.testkit.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/**
 * A small disk of its own for a collector's file: it can be full, read-only, broken, or without
 * power. Needs the right to mount; without it the test is skipped.
 */
final class Disk implements AutoCloseable {

  /** The kernel gives out no less. */
  static final int PAGE_BYTES = 4096;

  private static final int MEMORY_BYTES = 4 * 1024 * 1024;
  private static final int IMAGE_BYTES = 32 * 1024 * 1024;

  /** Nothing reaches the image by itself within a run, only what is forced. */
  private static final String OPTIONS = "loop,commit=600,errors=remount-ro";

  /** FS_IOC_SHUTDOWN with NOLOGFLUSH: from now on nothing gets through to the image. */
  private static final String SHUT_DOWN =
      "import fcntl, os, struct, sys;"
          + " fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

  private final Path folder;
  private final Path image;

  private Disk(Path folder, Path image) {
    this.folder = folder;
    this.image = image;
  }

  /** A disk in memory that takes 4 MiB, mounted there. */
  static Disk inMemory(Path folder) throws Exception {
    requireMounts();
    Files.createDirectories(folder);
    Tool.line("mount", "-t", "tmpfs", "-o", "size=" + MEMORY_BYTES, "hostproc", folder.toString());
    return new Disk(folder, null);
  }

  /** Until it is ended, whatever a process wants to have forced to disk is refused. */
  static Child refuseForces(Path folder, long pid) throws Exception {
    Tool.require("strace", "--version");
    return Child.start(
        folder,
        "refusing",
        Map.of(),
        List.of(
            "strace",
            "--follow-forks",
            "--attach=" + pid,
            "--trace=fdatasync,fsync",
            "--inject=fdatasync,fsync:error=EIO",
            "--output=" + folder.resolve("refused.log")));
  }

  /** An ext4 in a file beside the folder, mounted there; what it forgets can be seen. */
  static Disk journalled(Path folder) throws Exception {
    requireMounts();
    Files.createDirectories(folder);
    Path image = folder.resolveSibling(folder.getFileName() + ".img");
    try (FileChannel out =
        FileChannel.open(image, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.allocate(1), IMAGE_BYTES - 1);
    }
    Tool.line("mkfs.ext4", "-q", "-F", image.toString());
    Disk disk = new Disk(folder, image);
    disk.mount();
    return disk;
  }

  private static void requireMounts() throws Exception {
    Tool.require(
        "sh", "-c", "d=$(mktemp -d) && mount -t tmpfs hostproc $d && umount $d && rmdir $d");
  }

  private void mount() throws Exception {
    Tool.line("mount", "-o", OPTIONS, image.toString(), folder.toString());
  }

  Path folder() {
    return folder;
  }

  /** Takes all room but so many pages. */
  void fill(int pagesLeft) throws IOException {
    byte[] page = new byte[PAGE_BYTES];
    try (FileChannel ballast =
        FileChannel.open(
            ballast(),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND)) {
      try (OutputStream out = Channels.newOutputStream(ballast)) {
        while (true) {
          out.write(page);
        }
      } catch (IOException full) {
        // That was the aim.
      }
    }
    release(pagesLeft);
  }

  /** Gives back so many pages of what {@link #fill} took. */
  void release(int pages) throws IOException {
    try (FileChannel ballast = FileChannel.open(ballast(), StandardOpenOption.WRITE)) {
      ballast.truncate(Math.max(0, ballast.size() - (long) pages * PAGE_BYTES));
    }
  }

  /** Gives all of it back. */
  void empty() throws IOException {
    Files.delete(ballast());
  }

  /** Whether anything of what {@link #fill} took is still taken. */
  boolean isFilled() {
    return Files.exists(ballast());
  }

  private Path ballast() {
    return folder.resolve("ballast");
  }

  /** A stranger's file is forced: the disk's own journal is written, whatever is in it. */
  void forceSomethingElse() throws IOException {
    try (FileChannel other =
        FileChannel.open(
            folder.resolve("other"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      other.write(ByteBuffer.allocate(1));
      other.force(true);
    }
  }

  /** Nothing is written any more; what was not forced is gone after {@link #mountAgain}. */
  void cutPower() throws Exception {
    Files.write(witness(), new byte[PAGE_BYTES]);
    Tool.line("python3", "-c", SHUT_DOWN, folder.toString());
  }

  /** An error of the disk: the kernel makes it read-only on the spot. */
  void fail() throws Exception {
    String device = Tool.line("findmnt", "-n", "-o", "SOURCE", folder.toString());
    Path errors = Path.of("/sys/fs/ext4", Path.of(device).getFileName().toString());
    Files.writeString(errors.resolve("trigger_fs_error"), "hostproc");
  }

  /** As after a reboot. Nobody may have a file of it open. */
  void mountAgain() throws Exception {
    Tool.line("umount", folder.toString());
    mount();
    // Its name may have reached the disk with something else that was forced.
    boolean kept = Files.exists(witness()) && Files.size(witness()) > 0;
    Assertions.assertFalse(kept, "the disk kept what was never forced");
    Files.deleteIfExists(witness());
  }

  /** What is written right before a power cut, and not forced; it must be gone then. */
  private Path witness() {
    return folder.resolve("witness");
  }

  /** Read-only, or no longer. Nobody may have a file of it open for writing. */
  void readOnly(boolean on) throws Exception {
    Tool.line("mount", "-o", "remount," + (on ? "ro" : "rw"), folder.toString());
  }

  /** A file can be neither written nor cut, open or not; or it can again. */
  void immutable(Path file, boolean on) throws Exception {
    Tool.line("chattr", on ? "+i" : "-i", file.toString());
  }

  /** Its files, by name. */
  List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Copies what can be read of it, for a person to look at. */
  void saveTo(Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : names()) {
      if (Files.isRegularFile(folder.resolve(name)) && !name.equals("ballast")) {
        Files.copy(folder.resolve(name), to.resolve(name));
      }
    }
  }

  /** Takes it away; lazily, so that a failed test leaves no mount behind. */
  @Override
  public void close() throws IOException {
    try {
      Tool.line("umount", "-l", folder.toString());
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
    if (image != null) {
      Files.delete(image);
    }
  }
}
