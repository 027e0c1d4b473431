package cis490.hostproc.control;

import cis490.hostproc.episode.EpisodeId;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of the agent: one JSON object on one line, as {@code
 * schemas/control.schema.json} has it.
 */
public sealed interface ControlRequest {

  /** The {@code $id} of {@code schemas/control.schema.json}. */
  String SCHEMA_ID = "urn:cis490:hostproc:control:1";

  /** Where the schema is on the class path. */
  String SCHEMA_RESOURCE = "/schemas/control.schema.json";

  /**
   * When the request came.
   *
   * @return the two clocks, read when the line's newline was
   */
  Received received();

  /**
   * What the agent would refuse in a request, whatever it records.
   *
   * @param request to be sent
   * @return one line that says what is wrong and what would be right; null if nothing is
   */
  static @Nullable String problem(ObjectNode request) {
    return RequestParser.parse(request, Received.now()).problem();
  }

  /**
   * A moment on the two clocks of a row.
   *
   * @param monoNs CLOCK_MONOTONIC, ns
   * @param wallNs CLOCK_REALTIME, ns since the Unix epoch
   */
  record Received(long monoNs, long wallNs) {

    private static final long NS_PER_S = 1_000_000_000L;

    static Received now() {
      long monoNs = System.nanoTime();
      Instant wall = Instant.now();
      return new Received(monoNs, wall.getEpochSecond() * NS_PER_S + wall.getNano());
    }
  }

  /**
   * Begin an episode. Answered once its first row is in the file.
   *
   * @param received when it came
   * @param episode its id
   * @param pid the process to sample, 1 to 4,194,304
   * @param intervalMs time between ticks, 1 ms to one hour; null for the agent's own
   * @param monoOriginNs the CLOCK_MONOTONIC reading that its rows count from, ns, not later than
   *     {@code received}; null for the moment of its start
   * @param output the rows' file, absolute; null for the agent's choice
   */
  record Start(
      Received received,
      EpisodeId episode,
      long pid,
      @Nullable Long intervalMs,
      @Nullable Long monoOriginNs,
      @Nullable Path output)
      implements ControlRequest {}

  /**
   * End an episode. Answered once it is as far as {@code until}.
   *
   * @param received when it came
   * @param episode its id
   * @param until what to wait for
   */
  record Stop(Received received, EpisodeId episode, Until until) implements ControlRequest {}

  /** What the answer to {@link Stop} waits for. */
  enum Until {
    /** The file is complete and the manifest is written. */
    ENDED,
    /** The topic was also read back, and equals the file. */
    SEALED
  }

  /**
   * Tell which episodes there are.
   *
   * @param received when it came
   */
  record ListAll(Received received) implements ControlRequest {}

  /**
   * Tell what happens to the episodes. Answered once something has.
   *
   * @param received when it came
   * @param after the number of the last event that the client knows, 0 or more; null for the number
   *     of the last one, told at once
   */
  record NextEvents(Received received, @Nullable Long after) implements ControlRequest {}

  /**
   * Give a moment of an episode a name.
   *
   * @param received when it came
   * @param episode its id
   * @param name 1 to 64 characters, none a control character
   * @param detail more words, at most 1,024 characters, none a control character; null if there are
   *     none
   * @param monoNs the moment on CLOCK_MONOTONIC, ns, not later than {@code received}
   */
  record Mark(
      Received received, EpisodeId episode, String name, @Nullable String detail, long monoNs)
      implements ControlRequest {

    /**
     * The moment on the other clock, if that was not set since.
     *
     * @return CLOCK_REALTIME, ns since the Unix epoch
     */
    public long wallNs() {
      return received.wallNs - (received.monoNs - monoNs);
    }
  }
}
