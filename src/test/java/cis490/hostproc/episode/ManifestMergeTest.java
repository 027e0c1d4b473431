package cis490.hostproc.episode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Two manifests of one episode as one: nothing that either knows is lost. */
class ManifestMergeTest {

  private static final String CHAIN = Manifests.ENDING.chain();

  private final Manifest open = Manifests.open();
  private final Manifest ended = Manifests.ended();
  private final Manifest sealed = ended.sealed(CHAIN, 600);

  @Test
  void whoKnowsNothingTakesAllOfTheOther() {
    assertEquals(sealed, Manifests.imported().keeping(sealed));
    assertEquals(sealed, sealed.keeping(Manifests.imported()));
    assertEquals(sealed, sealed.keeping(null));
    Manifest poor =
        Manifests.imported()
            .ended(
                new Manifest.Ending(
                    1_600_000_001_000_000_000L,
                    EndReason.UNKNOWN,
                    null,
                    600L,
                    null,
                    204_000L,
                    null,
                    null))
            .sealed(CHAIN, 600);
    assertEquals(sealed, poor.keeping(sealed));
    assertEquals(sealed, sealed.keeping(poor));
    assertEquals(sealed, poor.keeping(ended), "its own seal, the other's end");
  }

  @Test
  void theStateOnlyRises() {
    List<Manifest> rising = List.of(open, ended, sealed, sealed.retired());
    for (int i = 0; i < rising.size(); i++) {
      for (int j = 0; j < rising.size(); j++) {
        Manifest higher = rising.get(Math.max(i, j));
        assertEquals(higher, rising.get(i).keeping(rising.get(j)), i + " " + j);
      }
    }
  }

  @Test
  void nothingLeavesRetired() {
    Manifest retired = sealed.retired();
    assertEquals(retired, Manifests.goneOn(sealed, 600).keeping(retired));
    assertEquals(retired, Manifests.goneOn(sealed, 600).goingOnAfter(retired));
  }

  @Test
  void aFurtherRunOpensItAgainAndIsKept() {
    Manifest further = Manifests.goneOn(sealed, 600);
    assertEquals(further, further.goingOnAfter(sealed));
    assertEquals(further, further.keeping(sealed), "its run is the later one");
    assertEquals(further, sealed.keeping(further), "whoever asks");
    assertFalse(further.isOfOtherRecordingThan(sealed));
  }

  @Test
  void aFileWhoseManifestWasLostGoesOnAfterTheKnownRuns() {
    Manifest lost = Manifest.open(open.beginning(), Manifests.start(600));
    Manifest both = lost.goingOnAfter(sealed);
    assertEquals(Manifest.State.OPEN, both.state());
    assertEquals(Manifest.Ending.NONE, both.ending());
    assertEquals(List.of(1L, 2L), both.runs().stream().map(Run::number).toList());
    assertEquals(sealed.runs().get(0), both.runs().get(0));
    assertEquals(Manifests.TICKS, both.ticks());
    assertEquals(both, lost.goingOnAfter(both), "asked again it is the same");

    Manifest over = lost.runEnded(Manifests.RUN_END, Manifests.TICKS).ended(Manifests.ENDING);
    Manifest bothOver = over.goingOnAfter(both);
    assertEquals(Manifests.TICKS.plus(Manifests.TICKS), bothOver.ticks());
    assertEquals(bothOver, over.goingOnAfter(bothOver), "counted once");
    assertEquals(2, bothOver.runs().get(1).number());
  }

  @Test
  void aRunThatOthersTookForKilledIsItsCollectorsAgain() {
    Manifest found = open.ended(Manifests.ENDING).sealed(CHAIN, 600);
    assertEquals(EndReason.UNKNOWN, found.runs().get(0).end().endReason());
    assertEquals(open, open.goingOnAfter(found));
    assertEquals(ended, ended.goingOnAfter(found));
    assertEquals(ended.runs(), ended.keeping(found).runs(), "who saw the end knows it");
    assertEquals(ended.runs(), found.keeping(ended).runs());
  }

  @Test
  void whatCanNotBeOfOneFileIsAnotherRecording() {
    Manifest other = Manifest.open(open.beginning(), Manifests.start(1));
    assertTrue(other.isOfOtherRecordingThan(sealed), "it began before the other's rows");
    assertFalse(other.isOfOtherRecordingThan(open), "who has none");
    assertFalse(Manifests.imported().isOfOtherRecordingThan(sealed));
    Manifest one = Manifests.goneOn(sealed, 600);
    Manifest two = Manifests.goneOn(sealed, 700);
    assertTrue(one.isOfOtherRecordingThan(two), "a copy that went its own way");
    assertTrue(one.sharesRunWith(two));
  }

  /** Another host has gone on with a copy of the file, and was fenced. */
  @Test
  void aRunOfACopyIsNotOurs() {
    Manifest copy = Manifests.goneOn(open, 7);
    assertEquals(2, copy.runs().size());
    assertEquals(open, open.goingOnAfter(copy));
    assertEquals(ended, ended.goingOnAfter(copy));
    assertEquals(copy, copy.goingOnAfter(open), "who goes on with it");
  }

  /** The disk was full when it began, and then it was killed: the file's manifest lacks it. */
  @Test
  void aRunThatOnlyKafkaKnowsComesBeforeOurNextOne() {
    for (long rowsOfIt : new long[] {0, 1}) {
      Manifest known = ended.goingOn(open.beginning(), startedAt(600, 5));
      Manifest ours = ended.goingOn(open.beginning(), startedAt(600 + rowsOfIt, 9));
      assertFalse(ours.isOfOtherRecordingThan(known));
      Manifest both = ours.goingOnAfter(known);
      assertEquals(List.of(1L, 2L, 3L), both.runs().stream().map(Run::number).toList());
      assertEquals(startedAt(600, 5), both.runs().get(1).start());
      assertEquals(rowsOfIt, both.runs().get(1).end().rows());
      assertEquals(EndReason.UNKNOWN, both.runs().get(1).end().endReason());
      assertEquals(ours.runs().get(1).start(), both.runs().get(2).start());
      assertEquals(Manifest.State.OPEN, both.state());
      assertEquals(both, ours.goingOnAfter(both), "asked again it is the same");
      assertFalse(ours.isOfOtherRecordingThan(both));

      Manifest over = ours.runEnded(Manifests.RUN_END, Manifests.TICKS).ended(Manifests.ENDING);
      Manifest bothOver = over.goingOnAfter(both);
      assertEquals(3, bothOver.runs().size());
      assertEquals(over.ticks(), bothOver.ticks());
      assertEquals(bothOver, over.keeping(bothOver));
    }
  }

  @Test
  void aRunThatWasKilledBeforeOneThatOnlyKafkaKnowsHasTheRowsUpToThat() {
    Manifest known = open.goingOn(open.beginning(), startedAt(600, 5));
    Manifest ours = open.goingOn(open.beginning(), startedAt(605, 9));
    Manifest both = ours.goingOnAfter(known);
    assertEquals(600, both.runs().get(0).end().rows());
    assertEquals(5, both.runs().get(1).end().rows());
    Manifest over =
        ours.runEnded(new Run.End(1L, EndReason.SIGNAL, null, 3L), Manifests.TICKS)
            .ended(new Manifest.Ending(1L, EndReason.SIGNAL, null, 608L, null, 9_000L, null, null));
    assertEquals(null, over.goingOnAfter(both).contradiction());
  }

  @Test
  void aRunThatHasRowsWhichTheFileLacksIsOfACopy() {
    Manifest ours = ended.goingOn(open.beginning(), startedAt(600, 9));
    Manifest known = ended.goingOn(open.beginning(), startedAt(600, 5));
    Run.End oneRow = new Run.End(1L, EndReason.SIGNAL, null, 1L);
    assertTrue(ours.isOfOtherRecordingThan(known.runEnded(oneRow, Manifests.TICKS)));
    Manifest later = ended.goingOn(open.beginning(), startedAt(600, 10));
    assertTrue(ours.isOfOtherRecordingThan(later), "it began after ours");
    assertTrue(later.isOfOtherRecordingThan(ours.runEnded(oneRow, Manifests.TICKS)));
  }

  @Test
  void runsThatOneListHasDroppedMakeNoOtherRecording() {
    Manifest long1 = open;
    for (int run = 1; run < Manifest.RUNS_MAX; run++) {
      long1 = long1.goingOn(open.beginning(), startedAt(10L * run, 10L * run));
    }
    Manifest long2 = long1;
    for (int run = Manifest.RUNS_MAX; run < Manifest.RUNS_MAX + 30; run++) {
      long2 = long2.goingOn(open.beginning(), startedAt(10L * run, 10L * run));
    }
    assertEquals(31, long2.runs().get(0).number());
    assertFalse(long1.isOfOtherRecordingThan(long2));
    assertFalse(long2.isOfOtherRecordingThan(long1));
    assertEquals(long2, long2.goingOnAfter(long1));
    assertEquals(long2.runs(), long1.keeping(long2).runs());
  }

  private static Run.Start startedAt(long firstRow, long afterNs) {
    Run.Start start = Manifests.start(firstRow);
    return new Run.Start(
        start.collectorVersion(),
        start.hostName(),
        start.bootId(),
        start.pid(),
        start.commandName(),
        start.processStartTicks(),
        start.intervalMs(),
        start.originMonoNs(),
        start.monoOffsetNs(),
        Manifests.start(600).startedWallNs() + afterNs,
        firstRow,
        0);
  }

  @Test
  void underAnotherNameItIsNotSealed() {
    Manifest renamed = sealed.renamed(new EpisodeId("other"));
    assertEquals("oracle.host-proc.other", renamed.beginning().topic());
    assertEquals(Manifest.State.ENDED, renamed.state());
    assertEquals(CHAIN, renamed.ending().chain());
    assertEquals(null, renamed.ending().rowsAcknowledged());
    assertEquals(sealed.runs(), renamed.runs());
    assertEquals(Manifest.State.OPEN, open.renamed(new EpisodeId("other")).state());
  }
}
