package cis490.hostproc.archive;

import cis490.hostproc.check.FileCheck;
import cis490.hostproc.check.RowCheck;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.ManifestTopic;
import cis490.hostproc.ship.TopicCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The result of verifying an episode: its topic compared with its file, each line checked, and the
 * manifest.
 *
 * @param episode which
 * @param skipInvalid whether lines that are not rows are not expected in the topic
 * @param file what the file says of itself
 * @param isManifestOfKafka whether the manifest is Kafka's, since the one beside the file is open
 * @param topic whether the topic holds the file's rows
 */
public record Verification(
    EpisodeId episode,
    boolean skipInvalid,
    FileCheck file,
    boolean isManifestOfKafka,
    TopicCheck.Result topic) {

  private static final String CLIENT_ID = "hostproc-verify";

  /**
   * Reads all of both. Alters nothing.
   *
   * @param episode which
   * @param rows its file
   * @param skipInvalid whether lines that are not rows are not expected in the topic
   * @param settings where the brokers are
   * @param listener called after each line and row
   * @return what was found
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is no topic
   * @throws Exception if the file or the topic can't be read
   */
  public static Verification of(
      EpisodeId episode,
      JournalReader rows,
      boolean skipInvalid,
      KafkaSettings settings,
      ReadingListener listener)
      throws Exception {
    try (TopicCheck topic = TopicCheck.open(settings, episode.topic(), CLIENT_ID)) {
      // In this order: rows that a collector adds meanwhile are then in the file at least.
      long length = rows.length();
      FileCheck ofFile =
          FileCheck.read(
              rows,
              length,
              rows.tornBytes(),
              lines -> listener.at(ReadingListener.Step.CHECKING_LINES, lines));
      TopicCheck.Result ofTopic =
          topic.compare(
              JournalCursor.atStart(rows, kept(skipInvalid)),
              length,
              episode.value(),
              RowFormat.headers(),
              count -> listener.at(ReadingListener.Step.COMPARING_ROWS, count));
      Manifest elsewhere = sealedElsewhere(episode, ofFile.manifest(), settings);
      return new Verification(
          episode,
          skipInvalid,
          elsewhere == null ? ofFile : ofFile.with(elsewhere),
          elsewhere != null,
          ofTopic);
    }
  }

  /** Which lines of a file are expected in its topic. */
  static JournalCursor.Keep kept(boolean skipInvalid) {
    if (!skipInvalid) {
      return JournalCursor.Keep.ALL;
    }
    RowCheck check = new RowCheck();
    return (line, number) -> check.problem(line) == null;
  }

  /** A file on a read-only disk was sealed in Kafka alone. Null if it was not. */
  private static @Nullable Manifest sealedElsewhere(
      EpisodeId episode, @Nullable Manifest beside, KafkaSettings settings) throws Exception {
    if (beside == null || beside.state() != Manifest.State.OPEN) {
      return null;
    }
    Manifest inKafka = ManifestTopic.read(settings, CLIENT_ID).get(episode.value());
    return inKafka != null && inKafka.state() == Manifest.State.SEALED ? inKafka : null;
  }

  /**
   * Whether nothing is missing and nothing is wrong.
   *
   * @return false if there are {@link #problems()}
   */
  public boolean isVerified() {
    return problems().isEmpty();
  }

  /**
   * What is missing or wrong.
   *
   * @return each in a few words, in the order of their weight
   */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (topic.difference() != null) {
      problems.add("the topic does not equal the file");
    }
    if (file.tornBytes() > 0) {
      problems.add("the file ends in a torn row");
    }
    if (file.invalid() > 0 && !skipInvalid) {
      problems.add(
          Text.counted(file.invalid(), "line is not a valid row", "lines are not valid rows"));
    }
    if (manifestProblem() != null) {
      problems.add("the manifest does not agree");
    }
    return problems;
  }

  /**
   * Why the manifest does not agree with the file.
   *
   * @return in a few words; null if it does, and if there is none, since a file may come from
   *     elsewhere
   */
  public @Nullable String manifestProblem() {
    Manifest manifest = file.manifest();
    if (manifest == null) {
      return file.manifestFailure();
    }
    if (!manifest.beginning().episodeId().equals(episode.value())) {
      return "of another episode, " + Text.printable(manifest.beginning().episodeId());
    }
    if (manifest.state() == Manifest.State.OPEN) {
      return "open: the collector is at work, or was killed";
    }
    List<String> deviations = new ArrayList<>();
    long rows = file.lines() - (skipInvalid ? file.invalid() : 0);
    addDeviation(deviations, "rows", manifest.ending().rows(), rows);
    addDeviation(deviations, "bytes", manifest.ending().bytes(), file.bytes());
    if (manifest.ending().chain() != null) {
      // Null until the collector has worked it out, and if it was killed before.
      addDeviation(deviations, "chain", manifest.ending().chain(), file.chain());
    }
    String contradiction = manifest.contradiction();
    if (deviations.isEmpty() && contradiction != null) {
      return name(manifest.state()) + ", but it contradicts itself: " + contradiction;
    }
    return deviations.isEmpty()
        ? null
        : name(manifest.state()) + ", but it says " + String.join(", ", deviations);
  }

  private static void addDeviation(
      List<String> to, String field, @Nullable Object says, Object is) {
    if (!Objects.equals(says, is)) {
      to.add(field + " " + Text.printable(String.valueOf(says)));
    }
  }

  private static String name(Manifest.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
