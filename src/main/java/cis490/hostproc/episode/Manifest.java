package cis490.hostproc.episode;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Objects;

/**
 * Who, what and when of an episode, written at its start and at its end; its form, one flat object,
 * is {@code schemas/episode.schema.json}.
 *
 * <p>Kept beside the rows' file ({@link ManifestFile}) and in the topic {@link
 * EpisodeId#EPISODES_TOPIC}.
 *
 * @param beginning what is known from the start
 * @param state open while the episode is sampled, then ended
 * @param ending what is known at the end, {@link Ending#NONE} before
 */
public record Manifest(Beginning beginning, State state, Ending ending) {

  /** The manifest's {@code $id}. */
  public static final String SCHEMA_ID = "urn:cis490:hostproc:episode:1";

  /** The schema's place on the class path. */
  public static final String SCHEMA_RESOURCE = "/schemas/episode.schema.json";

  private static final String STATE = "state";

  /** What an episode is doing. */
  public enum State {
    /** Being sampled, or its collector died. */
    @JsonProperty("open")
    OPEN,
    /** Sampling ended. */
    @JsonProperty("ended")
    ENDED
  }

  /**
   * Known from the start.
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
   * @param startedWallNs when sampling began, ns since the Unix epoch
   */
  public record Beginning(
      String episodeId,
      String topic,
      String source,
      boolean availableInDeployment,
      String schema,
      String collectorVersion,
      String hostName,
      String bootId,
      long pid,
      String commandName,
      long processStartTicks,
      long clockTicksPerSecond,
      long pageSizeBytes,
      long intervalMs,
      long originMonoNs,
      long startedWallNs) {

    /**
     * Whether this is about one certain process: pid and start time within one boot.
     *
     * @param bootId the host's boot
     * @param pid the process
     * @param processStartTicks its start after boot, in clock ticks
     * @return true if it is the same process
     */
    public boolean isProcess(String bootId, long pid, long processStartTicks) {
      return this.pid == pid
          && this.processStartTicks == processStartTicks
          && Objects.equals(this.bootId, bootId);
    }
  }

  /**
   * Known at the end; all null while the episode is open.
   *
   * @param endedWallNs when sampling ended, ns since the Unix epoch
   * @param endReason why
   * @param exitCode exit code of a command that the collector started, null for any other process
   * @param rows complete rows in the file
   * @param bytes length of the file
   * @param ticksMissed ticks that were due and skipped
   * @param ticksMalformed ticks without a row, because the kernel's text was not understood
   * @param ticksUnwritten ticks whose row could not be written (disk full)
   * @param latenessMaxNs the worst delay of a tick behind its deadline, ns
   * @param chain SHA-256 of the whole file, hexadecimal
   * @param rowsAcknowledged rows that the topic holds, committed
   */
  public record Ending(
      Long endedWallNs,
      EndReason endReason,
      Integer exitCode,
      Long rows,
      Long bytes,
      Long ticksMissed,
      Long ticksMalformed,
      Long ticksUnwritten,
      Long latenessMaxNs,
      String chain,
      Long rowsAcknowledged) {

    /**
     * With what is known once shipping is over, too.
     *
     * @param chain SHA-256 of the whole file, hexadecimal, or null
     * @param rowsAcknowledged rows that the topic holds, committed; null if none were to be shipped
     * @return the same ending otherwise
     */
    public Ending closed(String chain, Long rowsAcknowledged) {
      return new Ending(
          endedWallNs,
          endReason,
          exitCode,
          rows,
          bytes,
          ticksMissed,
          ticksMalformed,
          ticksUnwritten,
          latenessMaxNs,
          chain,
          rowsAcknowledged);
    }

    /** Not ended. */
    public static final Ending NONE =
        new Ending(null, null, null, null, null, null, null, null, null, null, null);
  }

  /**
   * At the start.
   *
   * @param beginning what is known then
   * @return an open manifest
   */
  public static Manifest open(Beginning beginning) {
    return new Manifest(beginning, State.OPEN, Ending.NONE);
  }

  /**
   * At the end.
   *
   * @param ending what is known then
   * @return this manifest, ended
   */
  public Manifest ended(Ending ending) {
    return new Manifest(beginning, State.ENDED, ending);
  }

  /**
   * As JSON.
   *
   * @return one flat object on one line, UTF-8, without a newline
   */
  public byte[] toJson() {
    try {
      ObjectNode all = Json.MAPPER.valueToTree(beginning);
      all.set(STATE, Json.MAPPER.valueToTree(state));
      all.setAll(Json.MAPPER.<ObjectNode>valueToTree(ending));
      return Json.MAPPER.writeValueAsBytes(all);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("records of plain values", impossible);
    }
  }

  /**
   * From JSON.
   *
   * @param json what {@link #toJson()} gave
   * @return the manifest
   * @throws IOException if it is no manifest
   */
  public static Manifest fromJson(byte[] json) throws IOException {
    try {
      if (!(Json.MAPPER.readTree(json) instanceof ObjectNode all)) {
        throw new IOException("not a manifest: not a JSON object");
      }
      Beginning beginning = Json.MAPPER.treeToValue(all, Beginning.class);
      State state = Json.MAPPER.treeToValue(all.path(STATE), State.class);
      if (beginning.episodeId == null || state == null) {
        throw new IOException("not a manifest: episode_id or state is missing");
      }
      return new Manifest(beginning, state, Json.MAPPER.treeToValue(all, Ending.class));
    } catch (JsonProcessingException wrong) {
      // On one line, whatever text it quotes.
      throw new IOException("not a manifest: " + wrong.getOriginalMessage().replaceAll("\\R", " "));
    }
  }

  /**
   * Apart, so that Jackson's classes load with the first manifest written, after the first tick.
   */
  private static final class Json {

    private static final JsonMapper MAPPER =
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            // A manifest of a later version can still be listed.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
  }
}
