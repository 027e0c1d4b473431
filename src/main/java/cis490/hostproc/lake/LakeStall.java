package cis490.hostproc.lake;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Decides from one look at Kafka to the next whether a lake commits: a row may wait for so long and
 * no longer, unless others are committed meanwhile. Times are of one clock that never goes back.
 */
final class LakeStall {

  /** A row that is not committed; offsets count from 0. */
  record Row(TopicPartition partition, long offset) {}

  /**
   * What there is at one moment.
   *
   * @param ends of each partition that has rows or manifests: the first offset not committed by
   *     those who write
   * @param committed by the lake, of each partition that it has begun: the next offset
   * @param control where the coordinator is in the control topic; it goes on with each commit, with
   *     rows or without
   */
  record Look(Map<TopicPartition, Long> ends, Map<TopicPartition, Long> committed, long control) {

    boolean isCommitted(Row row) {
      return committed.getOrDefault(row.partition, 0L) > row.offset;
    }

    boolean has(Row row) {
      return ends.getOrDefault(row.partition, 0L) > row.offset;
    }
  }

  /** Looks for a row: most of what is behind the last committed offset is none. */
  interface Finder {

    /** Any row that is not committed; null if there is none. */
    @Nullable Row find(Look look);
  }

  /**
   * What the last look has shown; whole, for who asks meanwhile.
   *
   * @param lookedMs when
   * @param rowsMovedMs when a row was last seen to be handed over to the coordinator
   * @param tablesMovedMs when the coordinator was last seen to have committed
   * @param waiting a row that is not committed; null if there is none
   * @param sinceMs when that one was first seen
   */
  private record Seen(
      long lookedMs, long rowsMovedMs, long tablesMovedMs, @Nullable Row waiting, long sinceMs) {}

  private static final long MS_PER_S = 1_000;

  private final long limitMs;
  private @Nullable Look last;
  private volatile Seen seen;

  /**
   * Nothing was seen yet: the limit counts from here.
   *
   * @param limitMs how long a row may wait while nothing is committed
   * @param nowMs now
   */
  LakeStall(long limitMs, long nowMs) {
    this.limitMs = limitMs;
    seen = new Seen(nowMs, nowMs, nowMs, null, nowMs);
  }

  /** By one thread. */
  void look(Look look, Finder finder, long nowMs) {
    Look before = last;
    boolean isAnythingThere = look.ends.values().stream().anyMatch(end -> end > 0);
    boolean hasTablesMore = before == null || look.control > before.control || !isAnythingThere;
    boolean hasRowsMore = before == null || hasRowsMore(before, look);
    Row waiting = seen.waiting;
    boolean isStillWaiting = waiting != null && !look.isCommitted(waiting) && look.has(waiting);
    last = look;
    seen =
        new Seen(
            nowMs,
            hasRowsMore ? nowMs : seen.rowsMovedMs,
            hasTablesMore ? nowMs : seen.tablesMovedMs,
            isStillWaiting ? waiting : finder.find(look),
            isStillWaiting ? seen.sinceMs : nowMs);
  }

  /** A deleted topic takes its offset along: that is not a commit. */
  private static boolean hasRowsMore(Look before, Look look) {
    return look.committed.entrySet().stream()
        .anyMatch(each -> each.getValue() > before.committed.getOrDefault(each.getKey(), 0L));
  }

  /** What is wrong, in one line; null if nothing. By any thread. */
  @Nullable String problem(long nowMs) {
    Seen now = seen;
    if (nowMs - now.lookedMs > limitMs) {
      return "for " + seconds(nowMs - now.lookedMs) + " Kafka has not said what is committed";
    }
    long rowsMs = nowMs - Math.max(now.rowsMovedMs, now.sinceMs);
    if (now.waiting != null && rowsMs > limitMs) {
      return "rows wait, and for "
          + seconds(rowsMs)
          + " none was committed, where "
          + seconds(limitMs)
          + " are allowed; the first seen is in "
          + now.waiting.partition.topic()
          + " at offset "
          + now.waiting.offset;
    }
    if (nowMs - now.tablesMovedMs > limitMs) {
      return "for "
          + seconds(nowMs - now.tablesMovedMs)
          + " nothing was committed into the tables, where "
          + seconds(limitMs)
          + " are allowed";
    }
    return null;
  }

  /** What there is to say if nothing is wrong. */
  String state(long nowMs) {
    Seen now = seen;
    return now.waiting == null
        ? "all rows are committed"
        : "rows wait for " + seconds(nowMs - now.sinceMs);
  }

  private static String seconds(long ms) {
    return ms / MS_PER_S + " s";
  }
}
