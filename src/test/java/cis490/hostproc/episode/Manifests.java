package cis490.hostproc.episode;

/** Manifests to try things on. */
public final class Manifests {

  static final Run.End RUN_END =
      new Run.End(1_700_000_060_000_000_000L, EndReason.PROCESS_GONE, 7, 600L);

  static final Ticks TICKS = new Ticks(1L, 2L, 3L, 456_789L);

  static final Manifest.Ending ENDING =
      new Manifest.Ending(
          1_700_000_060_000_000_000L,
          EndReason.PROCESS_GONE,
          7,
          600L,
          null,
          204_000L,
          "ab".repeat(32),
          600L);

  private Manifests() {}

  static Manifest open() {
    return open("demo");
  }

  public static Manifest open(String episode) {
    return Manifest.open(beginning(episode, start(0)), start(0));
  }

  static Manifest ended() {
    return open().runEnded(RUN_END, TICKS).ended(ENDING);
  }

  static Manifest imported() {
    return Manifest.imported(
        Manifest.Beginning.imported(
            new EpisodeId("demo"),
            "host_proc",
            false,
            "urn:cis490:hostproc:host_proc.row:1",
            1_600_000_000_000_000_000L));
  }

  static Manifest goneOn(Manifest before, long firstRow) {
    Run.Start start = start(firstRow);
    return before.goingOn(beginning(before.beginning().episodeId(), start), start);
  }

  /** Later runs start later. */
  static Run.Start start(long firstRow) {
    return new Run.Start(
        "0.1.0",
        "lab-7",
        "11111111-2222-3333-4444-555555555555",
        4_711,
        "qemu (é\n\"x\\",
        123_456_789_012L,
        100,
        987_654_321_098_765L,
        -86_400_000_000_000L,
        1_700_000_000_123_456_789L + firstRow,
        firstRow,
        17);
  }

  private static Manifest.Beginning beginning(String episode, Run.Start start) {
    return Manifest.Beginning.of(
        new EpisodeId(episode),
        "host_proc",
        false,
        "urn:cis490:hostproc:host_proc.row:1",
        start,
        100,
        4_096);
  }
}
