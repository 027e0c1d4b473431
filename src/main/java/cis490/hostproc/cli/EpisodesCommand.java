package cis490.hostproc.cli;

import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Text;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.ship.ManifestTopic;
import cis490.hostproc.ship.RowCounter;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** {@code hostproc episodes}. */
final class EpisodesCommand extends Command {

  private static final String COLUMNS = "%-24s %-6s %10s %10s %10s %12s  %-19s  %-19s  %s%n";
  private static final String CLIENT_ID = "hostproc-episodes";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  private final KafkaOptions kafka = new KafkaOptions(this);

  EpisodesCommand() {
    super(
        "List the episodes that Kafka knows.",
        "State, rows, and times (UTC) of each.",
        "IN TOPIC is counted now, unless the episode is sealed: ended, and its topic read back"
            + " equal to the file. MISSING is what the file has and the topic has not. A retired"
            + " episode has no topic any more.");
  }

  @Override
  public Integer call() throws Exception {
    kafka.check(false);
    try (KafkaConnection connection = kafka.connection()) {
      KafkaSettings settings = connection.connect();
      try {
        print(settings, ManifestTopic.read(settings, CLIENT_ID));
      } catch (KafkaException failure) {
        throw KafkaFailure.of(settings, failure);
      }
    }
    return 0;
  }

  private void print(KafkaSettings settings, Map<String, Manifest> episodes) throws Exception {
    PrintWriter out = out();
    if (episodes.isEmpty()) {
      err().println("no episodes yet");
      return;
    }
    out.printf(
        COLUMNS,
        "EPISODE",
        "STATE",
        "ROWS",
        "IN TOPIC",
        "MISSING",
        "TICKS MISSED",
        "STARTED",
        "ENDED",
        "BECAUSE");
    try (RowCounter counter = new RowCounter(settings, CLIENT_ID)) {
      for (Map.Entry<String, Manifest> episode : episodes.entrySet()) {
        print(out, episode.getKey(), episode.getValue(), counter);
      }
    }
    out.flush();
  }

  private static void print(PrintWriter out, String key, Manifest manifest, RowCounter counter)
      throws Exception {
    String id = Text.printable(key);
    if (manifest == null) {
      out.printf(COLUMNS, id, "?", "-", "-", "-", "-", "-", "-", "its entry is not a manifest");
      return;
    }
    Manifest.Ending ending = manifest.ending();
    Long inTopic = inTopic(manifest, counter);
    out.printf(
        COLUMNS,
        id,
        manifest.state().name().toLowerCase(Locale.ROOT),
        orDash(ending.rows()),
        orDash(inTopic),
        orDash(missing(ending.rows(), inTopic)),
        orDash(manifest.ticks().ticksMissed()),
        time(manifest.beginning().startedWallNs()),
        time(ending.endedWallNs()),
        ending.endReason() == null ? "-" : ending.endReason().text());
  }

  /** What a manifest says of it may be old, unless it is sealed. Null if the topic can't tell. */
  private static @Nullable Long inTopic(Manifest manifest, RowCounter counter) throws Exception {
    if (manifest.state() == Manifest.State.SEALED) {
      return manifest.ending().rowsAcknowledged();
    }
    if (manifest.state() == Manifest.State.RETIRED) {
      return null;
    }
    OptionalLong rows = counter.rows(manifest.beginning().topic());
    return rows.isPresent() ? rows.getAsLong() : null;
  }

  /** Null if not known. A topic may have rows that are younger than its episode's manifest. */
  private static @Nullable Long missing(@Nullable Long rows, @Nullable Long inTopic) {
    return rows == null || inTopic == null ? null : Long.valueOf(Math.max(0, rows - inTopic));
  }

  private static String orDash(@Nullable Long number) {
    return Objects.toString(number, "-");
  }

  private static String time(@Nullable Long wallNs) {
    return wallNs == null ? "-" : TIME.format(Instant.ofEpochSecond(0, wallNs));
  }
}
