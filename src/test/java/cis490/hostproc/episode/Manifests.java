package cis490.hostproc.episode;

/** Manifests to try things on. */
final class Manifests {

  static final Manifest.Ending ENDING =
      new Manifest.Ending(
          1_700_000_060_000_000_000L,
          EndReason.PROCESS_GONE,
          7,
          600L,
          204_000L,
          1L,
          2L,
          3L,
          456_789L,
          "ab".repeat(32),
          600L);

  private Manifests() {}

  static Manifest open() {
    return open("demo");
  }

  static Manifest open(String episode) {
    return Manifest.open(
        new Manifest.Beginning(
            episode,
            "oracle.host-proc." + episode,
            "host_proc",
            false,
            "urn:cis490:hostproc:host_proc.row:1",
            "0.1.0",
            "lab-7",
            "11111111-2222-3333-4444-555555555555",
            4_711,
            "qemu (é\n\"x\\",
            123_456_789_012L,
            100,
            4_096,
            100,
            987_654_321_098_765L,
            1_700_000_000_123_456_789L));
  }
}
