package cis490.hostproc.cli;

import cis490.hostproc.check.RowCheck;
import cis490.hostproc.collect.Log;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.episode.Text;
import cis490.hostproc.journal.FileFailure;
import cis490.hostproc.journal.JournalCursor;
import cis490.hostproc.journal.JournalReader;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.TopicReader;
import cis490.hostproc.lake.LakeRows;
import cis490.hostproc.row.RowFormat;
import cis490.hostproc.ship.ManifestTopic;
import cis490.hostproc.ship.Replica;
import cis490.hostproc.ship.RowDifference;
import cis490.hostproc.ship.ShippingStoppedException;
import cis490.hostproc.ship.TopicCheck;
import cis490.hostproc.ship.TopicRetirement;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The proof that an episode's rows are elsewhere, and the end of its topic. */
final class Retirement {

  private static final Path STANDARD_INPUT = Path.of("-");

  private final EpisodeId episode;
  private final KafkaSettings settings;
  private final Manifest manifest;
  private final long manifestsEnd;
  private final StatusLine status = new StatusLine(System.err);

  private Path provedBy;
  private Uuid topicId;
  private long rows;

  /** Why the topic must stay; null if it need not. */
  private String problem;

  private boolean deleted;

  /** Of an episode whose manifest says what is complete. */
  Retirement(EpisodeId episode, KafkaSettings settings) throws Exception {
    this.episode = episode;
    this.settings = settings;
    ManifestTopic.Look look =
        ManifestTopic.read(settings, RetireCommand.CLIENT_ID, episode, ManifestTopic.Look.NONE);
    this.manifest = look.manifest();
    this.manifestsEnd = look.end();
    if (manifest == null) {
      throw new FailedException(
          "Kafka has no manifest of " + episode + ", so nothing says what is complete" + hint());
    }
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

  boolean proved() {
    return problem == null;
  }

  void proveByFile(Path file) throws Exception {
    provedBy = file;
    TopicCheck.Result result;
    lookForTopic();
    try (JournalReader reader = JournalReader.open(file);
        TopicCheck topic = TopicCheck.open(settings, episode.topic(), RetireCommand.CLIENT_ID)) {
      JournalCursor cursor = JournalCursor.atStart(reader, shipped());
      result =
          topic.compare(
              cursor,
              reader.length(),
              episode.value(),
              RowFormat.headers(),
              new ReadingProgress(status, "rows compared"));
      rows = result.rows();
      problem = fileProblem(result.difference(), cursor.chain(), reader.tornBytes());
    } catch (UnknownTopicOrPartitionException none) {
      throw KafkaFailure.noTopic(settings, episode.topic());
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(file, failure), failure);
    } finally {
      status.clear();
    }
  }

  private void lookForTopic() throws Exception {
    try {
      topicId = TopicRetirement.idOf(settings, RetireCommand.CLIENT_ID, episode.topic());
    } catch (UnknownTopicOrPartitionException none) {
      throw KafkaFailure.noTopic(settings, episode.topic());
    }
  }

  /** What was left out of the topic stands in the file, and is left out here. */
  private JournalCursor.Keep shipped() {
    if (!linesSkipped()) {
      return JournalCursor.Keep.ALL;
    }
    RowCheck check = new RowCheck();
    return (line, number) -> check.problem(line) == null;
  }

  /** Then the manifest's hash is of more than the topic holds. */
  private boolean linesSkipped() {
    Long skipped = manifest.ending().linesSkipped();
    return skipped != null && skipped > 0;
  }

  private String fileProblem(RowDifference difference, String chain, long tornBytes) {
    if (difference != null) {
      return "the file is not what the topic holds: " + difference.what();
    }
    if (rowsProblem() != null) {
      return rowsProblem();
    }
    String hashProblem = hashProblem("file", chain);
    if (hashProblem != null) {
      return hashProblem;
    }
    return tornBytes > 0 ? "the file ends in a torn row" : null;
  }

  private String hashProblem(String what, String chain) {
    String expected = manifest.ending().chain();
    return chain.equals(expected)
        ? null
        : "the " + what + "'s hash is " + chain + ", the manifest's " + expected;
  }

  private String rowsProblem() {
    long expected = manifest.ending().rows();
    return rows == expected
        ? null
        : String.format(
            Locale.ROOT, "the topic has %,d rows, the manifest says %,d", rows, expected);
  }

  void proveByLake(Path file) throws Exception {
    provedBy = file;
    ReadingProgress progress = new ReadingProgress(status, "rows compared");
    MessageDigest hash = MessageDigest.getInstance("SHA-256");
    String[] different = {null};
    lookForTopic();
    try (LakeRows lake = new LakeRows(open(file), episode.value());
        TopicReader topic = TopicReader.open(settings, episode.topic(), RetireCommand.CLIENT_ID)) {
      topic.forEach(
          record -> {
            different[0] = lake.problem(rows, record.value());
            hash.update(record.value());
            hash.update((byte) '\n');
            rows++;
            progress.accept(rows);
            return different[0] == null;
          });
      different[0] = different[0] != null ? different[0] : lake.atEnd();
      problem = different[0] != null ? inLake(different[0]) : rowsProblem();
      if (problem == null && !linesSkipped()) {
        problem = hashProblem("topic", HexFormat.of().formatHex(hash.digest()));
      }
    } catch (UnknownTopicOrPartitionException none) {
      throw KafkaFailure.noTopic(settings, episode.topic());
    } catch (IOException failure) {
      throw new FailedException(FileFailure.describe(file, failure), failure);
    } finally {
      status.clear();
    }
  }

  private static InputStream open(Path file) throws IOException {
    return file.equals(STANDARD_INPUT)
        ? new FileInputStream(FileDescriptor.in)
        : Files.newInputStream(file);
  }

  private static String inLake(String problem) {
    return "the lake's rows are not the topic's: " + problem;
  }

  void delete() throws Exception {
    TopicRetirement retirement =
        new TopicRetirement(
            Replica.of(episode, RowFormat.headers()),
            new TopicRetirement.Proved(topicId, rows, manifestsEnd));
    Manifest retired = manifest.retired();
    try {
      retirement.run(settings, RetireCommand.CLIENT_ID, retired.toJson());
    } catch (ShippingStoppedException grown) {
      throw new FailedException(grown.getMessage(), grown);
    }
    deleted = true;
    writeBeside(retired);
  }

  /** So that the file is not shipped once more: the lake would then have its rows twice. */
  private void writeBeside(Manifest retired) {
    ManifestFile beside = ManifestFile.beside(provedBy);
    try {
      Manifest before = beside.read().orElse(null);
      if (before != null && isOfSameRecording(before)) {
        beside.write(retired.keeping(before));
      }
    } catch (IOException failure) {
      Log.get()
          .warn(
              "the retired manifest is in Kafka alone: {}",
              FileFailure.describe(beside.path(), failure));
    }
  }

  /** Rows may have been proved by a file that lies beside another episode's manifest. */
  private boolean isOfSameRecording(Manifest beside) {
    return beside.beginning().episodeId().equals(episode.value())
        && !beside.isOfOtherRecordingThan(manifest);
  }

  String text() {
    Report report = new Report();
    report.add("episode", "%s", episode);
    report.add("topic", "%s, %,d rows", episode.topic(), rows);
    report.add(
        "proved by",
        "%s",
        problem != null
            ? "nothing"
            : Text.printable(provedBy.toString()) + ", row by row, and the sealed manifest");
    report.add("retired", "%s", problem != null ? "no: " + problem : outcome());
    return report.toString();
  }

  private String outcome() {
    return deleted
        ? "yes, the topic is deleted"
        : "not yet: a dry run; with --delete the topic would be deleted";
  }
}
