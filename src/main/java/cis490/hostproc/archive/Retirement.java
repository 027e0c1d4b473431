package cis490.hostproc.archive;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.ManifestTopic;
import cis490.hostproc.ship.Replica;
import cis490.hostproc.ship.RowDifference;
import cis490.hostproc.ship.TopicCheck;
import cis490.hostproc.ship.TopicRetirement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proof that an episode's rows are elsewhere, and the end of its topic. One of the proofs comes
 * first, then perhaps {@link #delete}.
 */
public final class Retirement {

  private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);
  private static final String CLIENT_ID = "hostproc-retire";

  private final EpisodeId episode;
  private final KafkaSettings settings;
  private final ReadingListener listener;
  private final Manifest manifest;
  private final long manifestsEnd;

  @SuppressWarnings("NullAway.Init")
  private Uuid topicId;

  private @Nullable Proof proof;

  /**
   * What was looked at.
   *
   * @param rows in the topic
   * @param by the file that was compared with it
   * @param problem why the topic must stay; null if all of its rows are in the file
   */
  public record Proof(long rows, Path by, @Nullable String problem) {

    /**
     * Whether the rows are elsewhere.
     *
     * @return false if there is a {@link #problem()}
     */
    public boolean isHeld() {
      return problem == null;
    }
  }

  /**
   * Of an episode whose manifest says what is complete.
   *
   * @param episode which
   * @param settings where the brokers are
   * @param listener called after each row
   * @throws FailedException if Kafka's manifest does not say that all has arrived
   * @throws Exception if it can't be read
   */
  public Retirement(EpisodeId episode, KafkaSettings settings, ReadingListener listener)
      throws Exception {
    this.episode = episode;
    this.settings = settings;
    this.listener = listener;
    ManifestTopic.Look look =
        ManifestTopic.read(settings, CLIENT_ID, episode, ManifestTopic.Look.NONE);
    this.manifestsEnd = look.end();
    if (look.manifest() == null) {
      throw new FailedException(
          "Kafka has no manifest of " + episode + ", so nothing says what is complete" + hint());
    }
    this.manifest = look.manifest();
    if (manifest.state().compareTo(Manifest.State.SEALED) < 0) {
      throw new FailedException(
          episode
              + " is not sealed ("
              + manifest.state().name().toLowerCase(Locale.ROOT)
              + "): rows may be missing in its topic"
              + hint());
    }
  }

  private static String hint() {
    return "; hostproc ship of its file seals it (hostproc export writes one where that is lost)";
  }

  /**
   * Compares the topic with a file of rows.
   *
   * @param file the original, or what export wrote
   * @return whether all is in it
   * @throws FailedException if the file can't be read
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is no topic
   * @throws Exception if the topic can't be read
   */
  public Proof proveByFile(Path file) throws Exception {
    topicId = TopicRetirement.idOf(settings, CLIENT_ID, episode.topic());
    try (JournalReader reader = JournalReader.open(file);
        TopicCheck topic = TopicCheck.open(settings, episode.topic(), CLIENT_ID)) {
      // What was left out of the topic stands in the file, and is left out here.
      JournalCursor cursor = JournalCursor.atStart(reader, Verification.kept(hasLinesSkipped()));
      TopicCheck.Result result =
          topic.compare(
              cursor,
              reader.length(),
              episode.value(),
              RowFormat.headers(),
              count -> listener.at(ReadingListener.Step.COMPARING_ROWS, count));
      String problem = fileProblem(result, cursor.chain(), reader.tornBytes());
      proof = new Proof(result.rows(), file, problem);
      return proof;
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(file, failure), failure);
    }
  }

  /** Then the manifest's hash is of more than the topic holds. */
  private boolean hasLinesSkipped() {
    Long skipped = manifest.ending().linesSkipped();
    return skipped != null && skipped > 0;
  }

  private @Nullable String fileProblem(TopicCheck.Result compared, String chain, long tornBytes) {
    RowDifference difference = compared.difference();
    if (difference != null) {
      return "the file is not what the topic holds: " + difference.what();
    }
    String rowsProblem = rowsProblem(compared.rows());
    if (rowsProblem != null) {
      return rowsProblem;
    }
    String hashProblem = hashProblem("file", chain);
    if (hashProblem != null) {
      return hashProblem;
    }
    return tornBytes > 0 ? "the file ends in a torn row" : null;
  }

  private @Nullable String hashProblem(String what, String chain) {
    String expected = manifest.ending().chain();
    return chain.equals(expected)
        ? null
        : "the " + what + "'s hash is " + chain + ", the manifest's " + expected;
  }

  private @Nullable String rowsProblem(long rows) {
    long expected = requireNonNull(manifest.ending().rows());
    return rows == expected
        ? null
        : String.format(
            Locale.ROOT, "the topic has %,d rows, the manifest says %,d", rows, expected);
  }

  /**
   * Compares the topic with the rows that a lake gives back.
   *
   * @param rows JSON lines in order of {@code seq}
   * @param named where they come from
   * @return whether all is in it
   * @throws FailedException if the rows can't be read
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is no topic
   * @throws Exception if the topic can't be read
   */
  public Proof proveByLake(InputStream rows, Path named) throws Exception {
    topicId = TopicRetirement.idOf(settings, CLIENT_ID, episode.topic());
    try (LakeRows lake = new LakeRows(rows, episode.value());
        TopicReader topic = TopicReader.open(settings, episode.topic(), CLIENT_ID)) {
      LakeComparison comparison = new LakeComparison(lake);
      topic.forEach(record -> comparison.isSame(record.value()));
      proof = new Proof(comparison.count, named, comparison.problem());
      return proof;
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(named, failure), failure);
    }
  }

  /** Row by row, with the hash of all. */
  private final class LakeComparison {
    private final LakeRows lake;
    private final MessageDigest hash;
    private long count;
    private @Nullable String different;

    LakeComparison(LakeRows lake) throws Exception {
      this.lake = lake;
      this.hash = MessageDigest.getInstance("SHA-256");
    }

    boolean isSame(byte[] shipped) throws IOException {
      different = lake.problem(count, shipped);
      hash.update(shipped);
      hash.update((byte) '\n');
      count++;
      listener.at(ReadingListener.Step.COMPARING_ROWS, count);
      return different == null;
    }

    @Nullable String problem() throws IOException {
      different = different != null ? different : lake.atEnd();
      if (different != null) {
        return "the lake's rows are not the topic's: " + different;
      }
      String rowsProblem = rowsProblem(count);
      return rowsProblem != null || hasLinesSkipped()
          ? rowsProblem
          : hashProblem("topic", HexFormat.of().formatHex(hash.digest()));
    }
  }

  /**
   * Deletes the topic, and says so in the manifest, in Kafka and beside the file of the proof.
   *
   * @throws IllegalStateException if there is no proof, or it does not hold
   * @throws FailedException if topic or manifest are not what they were at the proof
   * @throws Exception if the brokers do not answer, or refuse
   */
  public void delete() throws Exception {
    if (proof == null || !proof.isHeld()) {
      throw new IllegalStateException("nothing proves that the rows are elsewhere");
    }
    TopicRetirement retirement =
        new TopicRetirement(
            Replica.of(episode, RowFormat.headers()),
            new TopicRetirement.Proved(topicId, proof.rows(), manifestsEnd));
    Manifest retired = manifest.retired();
    retirement.run(settings, CLIENT_ID, retired.toJson());
    writeBeside(proof.by(), retired);
  }

  /** So that the file is not shipped once more: the lake would then have its rows twice. */
  private void writeBeside(Path rows, Manifest retired) {
    ManifestFile beside = ManifestFile.beside(rows);
    try {
      Manifest before = beside.read().orElse(null);
      if (before != null && isOfSameRecording(before)) {
        beside.write(retired.keeping(before));
      }
    } catch (IOException failure) {
      LOG.warn(
          "the retired manifest is in Kafka alone: {}",
          FileFailure.describe(beside.path(), failure));
    }
  }

  /** The file of the proof may lie beside another episode's manifest. */
  private boolean isOfSameRecording(Manifest beside) {
    return beside.beginning().episodeId().equals(episode.value())
        && !beside.isOfOtherRecordingThan(manifest);
  }
}
