package cis490.hostproc.episode;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who, what and when of an episode, written at its start, at its end and when its topic is known to
 * be equal; its form, one object that is flat but for the runs, is {@code
 * schemas/episode.schema.json}.
 *
 * <p>Kept beside the rows' file ({@link ManifestFile}) and in the topic {@link
 * EpisodeId#EPISODES_TOPIC}.
 *
 * @param beginning what is known from the start
 * @param state open while the episode is sampled, then ended, then sealed
 * @param ending what is known at the end, {@link Ending#NONE} before
 * @param ticks over all runs that have ended and told; {@link Ticks#UNKNOWN} of rows that hostproc
 *     did not sample
 * @param runs the collector's runs on the file, oldest first, at most the last {@value #RUNS_MAX}
 * @param marks moments that somebody has named, in the order of their wall clock, at most {@value
 *     #MARKS_MAX}
 */
public record Manifest(
    Beginning beginning,
    State state,
    Ending ending,
    Ticks ticks,
    List<Run> runs,
    List<Mark> marks) {

  /** The manifest's {@code $id}. */
  public static final String SCHEMA_ID = "urn:cis490:hostproc:episode:6";

  /** The schema's place on the class path. */
  public static final String SCHEMA_RESOURCE = "/schemas/episode.schema.json";

  /** Bounds the manifest of a collector that is started again and again. */
  public static final int RUNS_MAX = 100;

  /** Bounds the manifest of an episode that is marked again and again. */
  public static final int MARKS_MAX = 1_000;

  /** What an episode is doing. */
  public enum State {
    /** Being sampled, or its collector died. */
    @JsonProperty("open")
    OPEN,
    /** Sampling ended. */
    @JsonProperty("ended")
    ENDED,
    /** Sampling ended, and the topic was read back equal to the file. */
    @JsonProperty("sealed")
    SEALED,
    /** Sealed, and its topic deleted: the rows were proved to be elsewhere. */
    @JsonProperty("retired")
    RETIRED
  }

  /**
   * Known from the start. What is about process and host is that of the process sampled last; it is
   * null for rows that hostproc did not sample.
   *
   * @param episodeId the episode
   * @param topic the topic of its rows
   * @param source always {@code host_proc}
   * @param availableInDeployment always false: oracle-only
   * @param schema the rows' schema id
   * @param collectorVersion version of hostproc
   * @param hostName the host
   * @param bootId the host's boot: pid, start time and origin mean something within it
   * @param pid the process
   * @param commandName its command name, at most 15 bytes
   * @param processStartTicks its start after boot, in clock ticks (stat field 22)
   * @param clockTicksPerSecond jiffies in a second
   * @param pageSizeBytes bytes in a page
   * @param intervalMs time between ticks, ms
   * @param originMonoNs the CLOCK_MONOTONIC reading that {@code t_mono_ns} counts from, ns
   * @param monoOffsetNs what CLOCK_MONOTONIC has read more than the host's own, in the collector's
   *     time namespace, ns; null if the kernel knows no such thing
   * @param startedWallNs when the sampling of the file's first row began, ns since the Unix epoch;
   *     null if that is not known
   */
  public record Beginning(
      String episodeId,
      String topic,
      String source,
      boolean availableInDeployment,
      String schema,
      @Nullable String collectorVersion,
      @Nullable String hostName,
      @Nullable String bootId,
      @Nullable Long pid,
      @Nullable String commandName,
      @Nullable Long processStartTicks,
      @Nullable Long clockTicksPerSecond,
      @Nullable Long pageSizeBytes,
      @Nullable Long intervalMs,
      @Nullable Long originMonoNs,
      @Nullable Long monoOffsetNs,
      @Nullable Long startedWallNs) {

    /**
     * Of an episode that a run of the collector begins.
     *
     * @param episode the episode
     * @param source of the rows
     * @param availableInDeployment of the rows
     * @param schema the rows' schema id
     * @param run the run
     * @param clockTicksPerSecond jiffies in a second
     * @param pageSizeBytes bytes in a page
     * @return all of it
     */
    public static Beginning of(
        EpisodeId episode,
        String source,
        boolean availableInDeployment,
        String schema,
        Run.Start run,
        long clockTicksPerSecond,
        long pageSizeBytes) {
      return new Beginning(
          episode.value(),
          episode.topic(),
          source,
          availableInDeployment,
          schema,
          run.collectorVersion(),
          run.hostName(),
          run.bootId(),
          run.pid(),
          run.commandName(),
          run.processStartTicks(),
          clockTicksPerSecond,
          pageSizeBytes,
          run.intervalMs(),
          run.originMonoNs(),
          run.monoOffsetNs(),
          run.startedWallNs());
    }

    /**
     * Of rows that hostproc did not sample, so that of process and host nothing is known.
     *
     * @param episode the episode
     * @param source of the rows
     * @param availableInDeployment of the rows
     * @param schema the rows' schema id
     * @param startedWallNs the first row's {@code t_wall_ns}, null if there is no row
     * @return what is left
     */
    public static Beginning imported(
        EpisodeId episode,
        String source,
        boolean availableInDeployment,
        String schema,
        @Nullable Long startedWallNs) {
      return new Beginning(
          episode.value(),
          episode.topic(),
          source,
          availableInDeployment,
          schema,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          startedWallNs);
    }

    /**
     * Whether this is about one certain process: pid and start time within one boot.
     *
     * @param bootId the host's boot
     * @param pid the process
     * @param processStartTicks its start after boot, in clock ticks
     * @return true if it is the same process
     */
    public boolean isProcess(@Nullable String bootId, long pid, long processStartTicks) {
      return Objects.equals(this.pid, pid)
          && Objects.equals(this.processStartTicks, processStartTicks)
          && Objects.equals(this.bootId, bootId);
    }

    private Beginning of(EpisodeId episode) {
      return new Beginning(
          episode.value(),
          episode.topic(),
          source,
          availableInDeployment,
          schema,
          collectorVersion,
          hostName,
          bootId,
          pid,
          commandName,
          processStartTicks,
          clockTicksPerSecond,
          pageSizeBytes,
          intervalMs,
          originMonoNs,
          monoOffsetNs,
          startedWallNs);
    }

    Beginning startedAt(@Nullable Long wallNs) {
      return new Beginning(
          episodeId,
          topic,
          source,
          availableInDeployment,
          schema,
          collectorVersion,
          hostName,
          bootId,
          pid,
          commandName,
          processStartTicks,
          clockTicksPerSecond,
          pageSizeBytes,
          intervalMs,
          originMonoNs,
          monoOffsetNs,
          wallNs);
    }
  }

  /**
   * Known at the end; all null while the episode is open.
   *
   * @param endedWallNs when sampling ended, ns since the Unix epoch; null if that was not recorded
   * @param endReason why
   * @param exitCode exit code of a command that the collector started, null for any other process
   * @param rows rows in the file: its complete lines without those skipped
   * @param linesSkipped lines that are not valid rows and were left out of the topic, null unless
   *     that was asked for
   * @param bytes length of the file
   * @param chain SHA-256 of the whole file, hexadecimal; null if not known
   * @param rowsAcknowledged rows that the topic holds, committed; null if none were to be shipped
   * @param alteration how the file was altered by others while it was recorded, in words: it is not
   *     what was sampled; null if it was not, and once its topic equals it. Known at once, also
   *     while the episode is open
   */
  public record Ending(
      @Nullable Long endedWallNs,
      @Nullable EndReason endReason,
      @Nullable Integer exitCode,
      @Nullable Long rows,
      @Nullable Long linesSkipped,
      @Nullable Long bytes,
      @Nullable String chain,
      @Nullable Long rowsAcknowledged,
      @Nullable String alteration) {

    /** Not ended. */
    public static final Ending NONE = new Ending(null, null, null, null, null, null, null, null);

    /**
     * Of a file that nobody has altered.
     *
     * @param endedWallNs when sampling ended, ns since the Unix epoch
     * @param endReason why
     * @param exitCode of a command
     * @param rows in the file
     * @param linesSkipped left out of the topic
     * @param bytes length of the file
     * @param chain SHA-256 of the whole file
     * @param rowsAcknowledged that the topic holds
     */
    public Ending(
        @Nullable Long endedWallNs,
        @Nullable EndReason endReason,
        @Nullable Integer exitCode,
        @Nullable Long rows,
        @Nullable Long linesSkipped,
        @Nullable Long bytes,
        @Nullable String chain,
        @Nullable Long rowsAcknowledged) {
      this(
          endedWallNs,
          endReason,
          exitCode,
          rows,
          linesSkipped,
          bytes,
          chain,
          rowsAcknowledged,
          null);
    }

    private Ending closed(@Nullable String chain, @Nullable Long rowsAcknowledged) {
      return with(chain, rowsAcknowledged, alteration);
    }

    /** The same of a file that was altered, or that was not (null). */
    Ending altered(@Nullable String alteration) {
      return with(chain, rowsAcknowledged, alteration);
    }

    private Ending with(
        @Nullable String chain, @Nullable Long rowsAcknowledged, @Nullable String alteration) {
      return new Ending(
          endedWallNs,
          endReason,
          exitCode,
          rows,
          linesSkipped,
          bytes,
          chain,
          rowsAcknowledged,
          alteration);
    }

    /** Complete lines of the file; 0 while the episode is open. */
    long lines() {
      if (rows == null) {
        return 0;
      }
      return rows + (linesSkipped == null ? 0 : linesSkipped);
    }
  }

  /**
   * Takes copies of the lists.
   *
   * @param beginning what is known from the start
   * @param state open, ended or sealed
   * @param ending what is known at the end
   * @param ticks over all runs that have ended and told
   * @param runs oldest first
   * @param marks in the order of their wall clock
   */
  public Manifest {
    runs = List.copyOf(runs);
    marks = List.copyOf(marks);
  }

  /**
   * At the start of the first run.
   *
   * @param beginning what is known then
   * @param run the same of the run
   * @return an open manifest with one open run
   */
  public static Manifest open(Beginning beginning, Run.Start run) {
    return new Manifest(
        beginning, State.OPEN, Ending.NONE, Ticks.NONE, List.of(Run.open(1, run)), List.of());
  }

  /**
   * Of a file that hostproc did not record.
   *
   * @param beginning {@link Beginning#imported}
   * @return an open manifest without runs
   */
  public static Manifest imported(Beginning beginning) {
    return new Manifest(beginning, State.OPEN, Ending.NONE, Ticks.UNKNOWN, List.of(), List.of());
  }

  /**
   * At the start of a further run on the file. An earlier run that is still open was killed: its
   * rows are those from its start to this one's.
   *
   * @param next what is known then; the episode's start stays, if it is known
   * @param run the same of the run
   * @return an open manifest, with this one's runs, the new one, and the totals so far
   */
  public Manifest goingOn(Beginning next, Run.Start run) {
    long number = runs.isEmpty() ? 1 : last().number() + 1;
    List<Run> all = new ArrayList<>(runsSettled(run.firstRow()));
    all.add(Run.open(number, run));
    Long startedWallNs = beginning.startedWallNs();
    return new Manifest(
        startedWallNs == null ? next : next.startedAt(startedWallNs),
        State.OPEN,
        Ending.NONE.altered(ending.alteration()),
        ticks.plus(Ticks.NONE),
        all.subList(Math.max(0, all.size() - RUNS_MAX), all.size()),
        marks);
  }

  /**
   * The last run, which must be open, has ended.
   *
   * @param end when, why, and how many rows
   * @param counted what it counted; also goes into the totals
   * @return this manifest otherwise
   */
  public Manifest runEnded(Run.End end, Ticks counted) {
    List<Run> all = new ArrayList<>(runs);
    all.set(all.size() - 1, last().ended(end, counted));
    return new Manifest(beginning, state, ending, ticks.plus(counted), all, marks);
  }

  /**
   * At the end. A run that is still open was killed.
   *
   * @param ending what is known then, rows and end reason at least
   * @return this manifest, ended
   */
  public Manifest ended(Ending ending) {
    String alteration = this.ending.alteration();
    Ending all = alteration == null ? ending : ending.altered(alteration);
    return new Manifest(beginning, State.ENDED, all, ticks, runsSettled(ending.lines()), marks);
  }

  /**
   * Ended, with what is known once shipping is over, though the topic was not read back equal.
   *
   * @param chain SHA-256 of the whole file, hexadecimal, or null
   * @param rowsAcknowledged rows that the topic holds, committed; null if none were to be shipped
   * @return the same manifest otherwise
   */
  public Manifest closed(@Nullable String chain, @Nullable Long rowsAcknowledged) {
    return new Manifest(
        beginning, State.ENDED, ending.closed(chain, rowsAcknowledged), ticks, runs, marks);
  }

  /**
   * Ended, and the topic was read back equal to the file.
   *
   * @param chain SHA-256 of the whole file, hexadecimal
   * @param rowsAcknowledged rows that the topic holds, committed: all of the file's
   * @return the same manifest otherwise
   */
  public Manifest sealed(String chain, long rowsAcknowledged) {
    return new Manifest(
        beginning,
        State.SEALED,
        ending.closed(chain, rowsAcknowledged).altered(null),
        ticks,
        runs,
        marks);
  }

  /**
   * The file was altered by others, and so holds what was not sampled, or lacks what was.
   *
   * @param alteration how, in words
   * @return the same manifest otherwise
   */
  public Manifest altered(String alteration) {
    return new Manifest(beginning, state, ending.altered(alteration), ticks, runs, marks);
  }

  /**
   * How the file was altered while it was recorded, unless it can be what was sampled all the same:
   * it has that length, and a chain that tells. A file that was moved away and back is.
   *
   * @param length of the file now, bytes
   * @return in words, or null
   */
  public @Nullable String alterationOf(long length) {
    boolean told = ending.chain() != null && Objects.equals(ending.bytes(), length);
    return told ? null : ending.alteration();
  }

  /**
   * Sealed, and the topic is deleted: the rows are elsewhere.
   *
   * @return the same manifest otherwise
   */
  public Manifest retired() {
    return new Manifest(beginning, State.RETIRED, ending, ticks, runs, marks);
  }

  /**
   * Of the same rows, which are to be another episode's: what was shipped of the former one is not
   * part of it.
   *
   * @param episode the new id
   * @return the same manifest otherwise, open or ended
   */
  public Manifest renamed(EpisodeId episode) {
    return new Manifest(
        beginning.of(episode),
        state == State.OPEN ? State.OPEN : State.ENDED,
        ending.closed(ending.chain(), null),
        ticks,
        runs,
        marks);
  }

  /**
   * With all that another manifest of the same rows knows: for commands that do not sample into the
   * file. The state only rises, {@code retired} stays, and nothing that is known becomes null.
   *
   * @param known the other one, of Kafka or of a file beside the rows; null if there is none
   * @return both together
   */
  public Manifest keeping(@Nullable Manifest known) {
    return known == null ? this : ManifestMerge.of(this, known, false);
  }

  /**
   * With all that another manifest knows of the episode's earlier runs: for the collector that is
   * sampling into the file, whose own state and end these are.
   *
   * @param known the other one, of Kafka; null if there is none
   * @return both together
   */
  public Manifest goingOnAfter(@Nullable Manifest known) {
    return known == null ? this : ManifestMerge.of(this, known, true);
  }

  /**
   * Whether another manifest has a run in common with this one, so that both are of one file.
   *
   * @param known the other one
   * @return true if a run of both began with the same process at the same time
   */
  public boolean sharesRunWith(Manifest known) {
    return ManifestMerge.shareRun(this, known);
  }

  /**
   * Whether another manifest has rows that this one's file can't have: it is of another recording
   * under the same id.
   *
   * @param known the other one
   * @return true if both have runs, none in common, and this one's began before the other's rows
   */
  public boolean isOfOtherRecordingThan(Manifest known) {
    return ManifestMerge.otherRecording(this, known);
  }

  /**
   * What can't be in a manifest that was written as it should: of an episode that has ended no run
   * is open, each run begins where the one before has ended, and the last ends where the file does.
   *
   * @return the first such thing, in words; null if there is none
   */
  public @Nullable String contradiction() {
    if (state == State.OPEN || runs.isEmpty()) {
      return null;
    }
    long next = runs.get(0).start().firstRow();
    for (Run run : runs) {
      if (run.isOpen()) {
        return "run " + run.number() + " is open, and the episode has ended";
      }
      if (run.start().firstRow() != next) {
        return "run " + run.number() + " begins at row " + run.start().firstRow() + ", not " + next;
      }
      next += requireNonNull(run.end().rows());
    }
    return next == ending.lines()
        ? null
        : "the last run ends at row " + next + ", and the file at " + ending.lines();
  }

  /**
   * With one more moment that has a name.
   *
   * @param mark it
   * @return the same and that
   * @throws IllegalStateException if there are {@value #MARKS_MAX} already
   */
  public Manifest marked(Mark mark) {
    if (marks.size() >= MARKS_MAX) {
      throw new IllegalStateException("has " + MARKS_MAX + " marks already");
    }
    List<Mark> all = new ArrayList<>(marks);
    all.add(mark);
    return new Manifest(beginning, state, ending, ticks, runs, ManifestMerge.inOrder(all));
  }

  private Run last() {
    return runs.get(runs.size() - 1);
  }

  /** With the rows in the file now. */
  List<Run> runsSettled(long lines) {
    if (runs.isEmpty() || !last().isOpen()) {
      return runs;
    }
    List<Run> all = new ArrayList<>(runs);
    all.set(all.size() - 1, last().killed(lines));
    return all;
  }

  /**
   * As JSON.
   *
   * @return one object on one line, UTF-8, without a newline
   */
  public byte[] toJson() {
    return ManifestJson.write(this);
  }

  /**
   * From JSON.
   *
   * @param json what {@link #toJson()} gave, or an earlier version's
   * @return the manifest
   * @throws IOException if it is no manifest
   */
  public static Manifest fromJson(byte[] json) throws IOException {
    return ManifestJson.read(json);
  }
}
