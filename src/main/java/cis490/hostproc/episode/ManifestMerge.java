package cis490.hostproc.episode;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Merges two manifests of one episode into one that knows what either knows. */
final class ManifestMerge {

  private final Manifest ours;
  private final Manifest known;

  /** Whether ours is that of the collector at work, which knows its own runs best. */
  private final boolean sampling;

  /** What is to be added to the number of the first run in common; null if there is none. */
  private final @Nullable Long numberShift;

  /** Runs that ours has not: the disk would not take the file's manifest, or it was lost. */
  private final List<Run> onlyKnown;

  private ManifestMerge(Manifest ours, Manifest known, boolean sampling) {
    this.ours = ours;
    this.known = known;
    this.sampling = sampling;
    this.numberShift = numberShift(ours, known);
    this.onlyKnown = onlyKnown(ours.runs(), known.runs());
  }

  static Manifest of(Manifest ours, Manifest known, boolean sampling) {
    boolean retired = known.state() == Manifest.State.RETIRED;
    if (retired && ours.state() != Manifest.State.RETIRED) {
      return known;
    }
    ManifestMerge merge =
        new ManifestMerge(ours, sampling ? withoutRunsOfCopies(ours, known) : known, sampling);
    Manifest.State state = merge.state();
    boolean proved = state.compareTo(Manifest.State.SEALED) >= 0;
    Manifest.Ending ending = proved ? merge.ending().altered(null) : merge.ending();
    Manifest merged =
        new Manifest(merge.beginning(), state, ending, merge.ticks(), merge.runs(), merge.marks());
    return merged.state() == Manifest.State.OPEN
        ? merged
        : new Manifest(
            merged.beginning(),
            merged.state(),
            merged.ending(),
            merged.ticks(),
            merged.runsSettled(merged.ending().lines()),
            merged.marks());
  }

  /** Of both, each once. */
  private List<Mark> marks() {
    Set<Mark> all = new LinkedHashSet<>(known.marks());
    all.addAll(ours.marks());
    List<Mark> ordered = inOrder(List.copyOf(all));
    return ordered.subList(0, Math.min(ordered.size(), Manifest.MARKS_MAX));
  }

  static List<Mark> inOrder(List<Mark> marks) {
    return marks.stream().sorted(Comparator.comparingLong(Mark::tWallNs)).toList();
  }

  /** The run that is sampling into a file is its last: a later one went on with a copy of it. */
  private static Manifest withoutRunsOfCopies(Manifest ours, Manifest known) {
    if (ours.runs().isEmpty() || !has(known.runs(), last(ours.runs()))) {
      return known;
    }
    int end = known.runs().size();
    while (!same(known.runs().get(end - 1).start(), last(ours.runs()).start())) {
      end--;
    }
    List<Run> runs = known.runs().subList(0, end);
    return new Manifest(
        known.beginning(), known.state(), known.ending(), known.ticks(), runs, known.marks());
  }

  private Manifest.State state() {
    if (sampling || hasLaterRun()) {
      return ours.state();
    }
    boolean rises = ours.state().compareTo(known.state()) > 0 && !knownHasLaterRun();
    return rises ? ours.state() : known.state();
  }

  static boolean shareRun(Manifest ours, Manifest known) {
    return numberShift(ours, known) != null;
  }

  static boolean otherRecording(Manifest ours, Manifest known) {
    if (ours.runs().isEmpty() || known.runs().isEmpty()) {
      return false;
    }
    if (shareRun(ours, known)) {
      return haveParted(ours.runs(), known.runs());
    }
    long knownRows =
        known.state() == Manifest.State.OPEN
            ? last(known.runs()).start().firstRow()
            : known.ending().lines();
    return ours.runs().get(0).start().firstRow() < knownRows;
  }

  /**
   * Whether a file was copied and both copies were continued. A run that only the other one knows
   * can also be one of this file that its manifest lacks, since the disk was full: then its rows
   * are before those of our own later runs.
   */
  private static boolean haveParted(List<Run> ours, List<Run> known) {
    List<Run> ourOwn = afterCommon(ours, known);
    List<Run> others = afterCommon(known, ours);
    if (ourOwn.isEmpty() || others.isEmpty()) {
      return false;
    }
    return !isBefore(last(others), ourOwn.get(0).start());
  }

  private static boolean isBefore(Run run, Run.Start next) {
    long firstRow = run.start().firstRow();
    Long rows = run.end().rows();
    if (rows == null && firstRow == next.firstRow()) {
      // It left no row here. Nor did one that went on with a copy, but that is on another host.
      return run.start().hostName().equals(next.hostName())
          && run.start().startedWallNs() < next.startedWallNs();
    }
    return firstRow + (rows == null ? 0 : rows) <= next.firstRow();
  }

  /** Those after the last run in common. */
  private static List<Run> afterCommon(List<Run> some, List<Run> others) {
    int from = some.size();
    while (from > 0 && !has(others, some.get(from - 1))) {
      from--;
    }
    return some.subList(from, some.size());
  }

  /** Those after the first run in common that ours has not; lists may lack their oldest runs. */
  private static List<Run> onlyKnown(List<Run> ours, List<Run> known) {
    return known.stream().dropWhile(run -> !has(ours, run)).filter(run -> !has(ours, run)).toList();
  }

  private static boolean has(List<Run> runs, Run run) {
    return runs.stream().anyMatch(each -> same(each.start(), run.start()));
  }

  private static @Nullable Long numberShift(Manifest ours, Manifest known) {
    for (Run one : ours.runs()) {
      for (Run other : known.runs()) {
        if (same(one.start(), other.start())) {
          return other.number() - one.number();
        }
      }
    }
    return null;
  }

  private static boolean same(Run.Start one, Run.Start other) {
    return one.pid() == other.pid()
        && one.processStartTicks() == other.processStartTicks()
        && one.startedWallNs() == other.startedWallNs()
        && Objects.equals(one.bootId(), other.bootId());
  }

  private boolean hasLaterRun() {
    return numberShift != null && lastNumber() > last(known.runs()).number();
  }

  private boolean knownHasLaterRun() {
    return numberShift != null && lastNumber() < last(known.runs()).number();
  }

  private long lastNumber() {
    long[] numbers = numbers(numberShift == null ? 0 : numberShift);
    return numbers[numbers.length - 1];
  }

  /** Which numbers our runs have among all: after those that only the other one knows. */
  private long[] numbers(long shift) {
    long[] numbers = new long[ours.runs().size()];
    for (int i = 0; i < numbers.length; i++) {
      Run run = ours.runs().get(i);
      long number = i == 0 ? run.number() + shift : numbers[i - 1] + 1;
      while (isOnlyKnown(number)) {
        number++;
      }
      numbers[i] = number;
    }
    return numbers;
  }

  private boolean isOnlyKnown(long number) {
    return onlyKnown.stream().anyMatch(each -> each.number() == number);
  }

  private Manifest.Beginning beginning() {
    Manifest.Beginning our = ours.beginning();
    Manifest.Beginning other = known.beginning();
    if (our.pid() == null) {
      // Rows that we did not sample: whoever did knows better when the first one was taken.
      return filled(other, our);
    }
    boolean startKnown = other.startedWallNs() != null && other.pid() != null;
    Manifest.Beginning began = startKnown ? our.startedAt(other.startedWallNs()) : our;
    boolean sameProcess =
        other.pid() != null
            && other.processStartTicks() != null
            && our.isProcess(other.bootId(), other.pid(), other.processStartTicks());
    return sameProcess ? filled(began, other) : began;
  }

  private Manifest.Ending ending() {
    if (sampling || hasLaterRun()) {
      return ours.ending();
    }
    if (knownHasLaterRun()) {
      return known.ending();
    }
    Manifest.Ending base = ours.ending();
    Manifest.Ending other = known.ending();
    int later = ours.state().compareTo(known.state());
    if (later < 0 || (later == 0 && bytes(known.ending()) > bytes(ours.ending()))) {
      base = known.ending();
      other = ours.ending();
    }
    if (base.bytes() == null || !base.bytes().equals(other.bytes())) {
      return base;
    }
    Manifest.Ending both = filled(base, other);
    boolean otherSawTheEnd = other.endReason() != null && other.endReason() != EndReason.UNKNOWN;
    return base.endReason() == EndReason.UNKNOWN && otherSawTheEnd ? withEndOf(other, both) : both;
  }

  private static Manifest.Ending withEndOf(Manifest.Ending seen, Manifest.Ending both) {
    return new Manifest.Ending(
        seen.endedWallNs(),
        seen.endReason(),
        seen.exitCode(),
        both.rows(),
        both.linesSkipped(),
        both.bytes(),
        both.chain(),
        both.rowsAcknowledged(),
        both.alteration());
  }

  private static long bytes(Manifest.Ending ending) {
    return ending.bytes() == null ? -1 : ending.bytes();
  }

  private Ticks ticks() {
    if (ours.ticks().equals(Ticks.UNKNOWN) || known.ticks().equals(Ticks.UNKNOWN)) {
      return filled(ours.ticks(), known.ticks());
    }
    if (numberShift == null) {
      return known.runs().isEmpty() || ours.runs().isEmpty()
          ? filled(ours.ticks(), known.ticks())
          : known.ticks().plus(ours.ticks());
    }
    if (sampling && numberShift == 0) {
      return withOnlyKnown();
    }
    boolean knownCounted = !hasLaterRun() && !last(known.runs()).isOpen();
    if (knownCounted && last(ours.runs()).isOpen()) {
      return known.ticks();
    }
    if (knownHasLaterRun()) {
      return known.ticks();
    }
    // Runs that ours has not are in the known sum, and ours is not, until it has ended there.
    if (numberShift == 0) {
      return withOnlyKnown();
    }
    return knownCounted ? known.ticks() : known.ticks().plus(ours.ticks());
  }

  private Ticks withOnlyKnown() {
    return onlyKnown.stream().map(Run::ticks).reduce(ours.ticks(), Ticks::plus);
  }

  private List<Run> runs() {
    if (ours.runs().isEmpty() || known.runs().isEmpty()) {
      return ours.runs().isEmpty() ? known.runs() : ours.runs();
    }
    TreeMap<Long, Run> byNumber = new TreeMap<>();
    Run first = ours.runs().get(0);
    List<Run> before = known.runs();
    long shift;
    if (numberShift == null) {
      // The file's manifest was lost on the way: what is known of it came before.
      before = known.runsSettled(first.start().firstRow());
      shift = last(before).number() - first.number() + 1;
    } else {
      shift = numberShift;
    }
    before.forEach(run -> byNumber.put(run.number(), run));
    long[] numbers = numbers(shift);
    for (int i = 0; i < numbers.length; i++) {
      Run run = ours.runs().get(i);
      Run numbered = new Run(numbers[i], run.start(), run.end(), run.ticks());
      byNumber.merge(numbered.number(), numbered, this::better);
    }
    List<Run> all = new ArrayList<>(byNumber.values());
    if (!onlyKnown.isEmpty()) {
      settleKilled(all);
    }
    return all.subList(Math.max(0, all.size() - Manifest.RUNS_MAX), all.size());
  }

  /** A run that was killed has the rows up to the next one's, whoever did not know that one. */
  private static void settleKilled(List<Run> all) {
    for (int i = 0; i + 1 < all.size(); i++) {
      EndReason reason = all.get(i).end().endReason();
      if (reason == null || reason == EndReason.UNKNOWN) {
        all.set(i, all.get(i).killed(all.get(i + 1).start().firstRow()));
      }
    }
  }

  /** A manifest that saw a run's end knows more than one that found it ended. */
  private Run better(Run other, Run our) {
    return sampling || rank(our) >= rank(other) ? our : other;
  }

  private static int rank(Run run) {
    return run.isOpen() ? 0 : run.end().endReason() == EndReason.UNKNOWN ? 1 : 2;
  }

  private static Run last(List<Run> runs) {
    return runs.get(runs.size() - 1);
  }

  /** The first record, with the other's values where its own are null. */
  private static <R extends Record> R filled(R first, R other) {
    try {
      RecordComponent[] components = first.getClass().getRecordComponents();
      Object[] values = new Object[components.length];
      Class<?>[] types = new Class<?>[components.length];
      for (int i = 0; i < values.length; i++) {
        Object value = components[i].getAccessor().invoke(first);
        values[i] = value != null ? value : components[i].getAccessor().invoke(other);
        types[i] = components[i].getType();
      }
      @SuppressWarnings("unchecked")
      R filled = (R) first.getClass().getDeclaredConstructor(types).newInstance(values);
      return filled;
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("records of plain values", impossible);
    }
  }
}
