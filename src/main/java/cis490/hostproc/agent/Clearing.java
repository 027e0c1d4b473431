package cis490.hostproc.agent;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * Removes the files of episodes that were sealed some days ago: the topic was read back and had
 * every row. A file is removed only if it is, byte for byte, what was sealed. The manifest stays.
 */
final class Clearing {

  private static final Duration EVERY = Duration.ofHours(1);

  private final Shelf shelf;
  private final long sealedDays;
  private final Logger log;

  Clearing(Shelf shelf, long sealedDays, Logger log) {
    this.shelf = shelf;
    this.sealedDays = sealedDays;
    this.log = log;
  }

  /** Now and every hour, on a thread of its own that ends with the process. */
  void start() {
    Thread thread = new Thread(this::run, "hostproc-clearing");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        clear(Instant.now());
        TimeUnit.NANOSECONDS.sleep(EVERY.toNanos());
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Removes what is old enough at a time. */
  void clear(Instant now) {
    try {
      long beforeMs = now.minus(Duration.ofDays(sealedDays)).toEpochMilli();
      for (Recorded each : shelf.read().episodes()) {
        if (!each.isUnsealed() && sealedMs(each) < beforeMs) {
          remove(each);
        }
      }
    } catch (IOException unreadable) {
      log.warn("keep.sealed_days: {}: {}", shelf.folder(), unreadable.getMessage());
    }
  }

  private static long sealedMs(Recorded episode) throws IOException {
    return Files.getLastModifiedTime(episode.manifestFile().path()).toMillis();
  }

  private void remove(Recorded episode) {
    try {
      if (isWhatWasSealed(episode)) {
        Files.delete(episode.rows());
        log.info(
            "{}: removed {}, sealed more than {} days ago",
            episode.episode(),
            episode.rows(),
            sealedDays);
      } else {
        log.warn("{}: {} is kept: it is not what was sealed", episode.episode(), episode.rows());
      }
    } catch (IOException refused) {
      log.warn("{}: {} is kept: {}", episode.episode(), episode.rows(), refused.getMessage());
    }
  }

  private static boolean isWhatWasSealed(Recorded episode) throws IOException {
    Manifest.Ending ending = episode.manifest().ending();
    try (JournalReader reader = JournalReader.open(episode.rows())) {
      JournalCursor cursor = JournalCursor.atStart(reader);
      cursor.skipTo(reader.length());
      return reader.tornBytes() == 0
          && Objects.equals(ending.bytes(), cursor.position())
          && cursor.chain().equals(ending.chain());
    }
  }
}
