package cis490.hostproc.truth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A QEMU whose guest reads and writes its disk, takes fresh memory and computes, over and over. It
 * is a boot sector that calls the BIOS: no system to install.
 */
final class BusyGuest implements AutoCloseable {

  private static final int DISK_BYTES = 1 << 20;
  private static final int SECTOR_BYTES = 512;

  private static final List<String> BOOT_SECTOR =
      List.of(
          "31c0", //             7c00  xor ax, ax
          "8ed8", //                   mov ds, ax
          "8ec0", //                   mov es, ax
          "8ed0", //                   mov ss, ax
          "bc007c", //                 mov sp, 7c00
          "be437c", //           7c0b  mov si, packet
          "b280", //                   mov dl, 80          the first disk
          "c606457c40", //             mov byte [count], 64
          "b442", //                   mov ah, 42          read
          "cd13", //                   int 13
          "c606457c10", //             mov byte [count], 16
          "b80043", //                 mov ax, 4300        write
          "cd13", //                   int 13
          "803e6f7cf0", //             cmp byte [to + 2], f0
          "730f", //                   jae 7c39            15 MiB are taken
          "be537c", //                 mov si, table
          "b90008", //                 mov cx, 800         words
          "b487", //                   mov ah, 87          copy beyond 1 MiB
          "cd15", //                   int 15
          "83066e7c10", //             add word [to + 1], 10: the next page
          "ba4000", //           7c39  mov dx, 40
          "e2fe", //             7c3c  loop 7c3c           65,536 times
          "4a", //                     dec dx
          "75fb", //                   jnz 7c3c
          "ebc8", //                   jmp 7c0b
          "1000", //             7c43  packet
          "4000", //             7c45  count, sectors
          "00800000", //               at 0000:8000
          "0100000000000000", //       from sector 1
          "0000000000000000", // 7c53  table
          "0000000000000000", //
          "ffff008000930000", //       from 8000
          "ffff000010930000", // 7c6b  to 100000; its second byte is at 7c6e
          "0000000000000000", //
          "0000000000000000"); //

  private final Process process;

  /** Boots it from a disk in a folder. */
  BusyGuest(Path folder) throws IOException {
    byte[] disk = Arrays.copyOf(HexFormat.of().parseHex(String.join("", BOOT_SECTOR)), DISK_BYTES);
    disk[SECTOR_BYTES - 2] = 0x55;
    disk[SECTOR_BYTES - 1] = (byte) 0xaa;
    Path image = Files.write(folder.resolve("disk"), disk);
    process =
        new ProcessBuilder(
                "qemu-system-x86_64",
                "-display",
                "none",
                "-nodefaults",
                "-accel",
                "tcg",
                // Memory that the kernel gives page by page, not 2 MiB at once.
                "-object",
                "memory-backend-memfd,id=ram,size=64M",
                "-machine",
                "memory-backend=ram",
                "-m",
                "64M",
                // Past the host's page cache.
                "-drive",
                "format=raw,if=ide,cache=none,file=" + image)
            .inheritIO()
            .start();
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
