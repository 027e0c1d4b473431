package cis490.hostproc.cli;

import cis490.hostproc.archive.Export;
import cis490.hostproc.collect.Log;
import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.FailedException;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import cis490.hostproc.kafka.KafkaSettings;
import cis490.hostproc.kafka.TopicAdmin;
import cis490.hostproc.ship.ManifestTopic;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** {@code hostproc export}: the options; {@link Export} does it. */
final class ExportCommand extends Command {

  private final OptionSpec episodes =
      add(
          EpisodeOption.builder()
              .type(List.class)
              .auxiliaryTypes(EpisodeId.class)
              .description("An episode's name; may be given several times."));

  private final OptionSpec all = addFlag("--all", "All episodes that have a topic.");

  private final OptionSpec output =
      add(
          OptionSpec.builder("--output")
              .type(Path.class)
              .paramLabel("FILE")
              .description("The rows' file, of a single episode."));

  private final OptionSpec outputDir =
      add(
          OptionSpec.builder("--output-dir")
              .type(Path.class)
              .paramLabel("DIR")
              .defaultValue("episodes")
              .description(
                  "Where each episode gets its file, ID/host_proc.jsonl. Default:"
                      + " ${DEFAULT-VALUE}"));

  private final KafkaOptions kafka = new KafkaOptions(this);

  ExportCommand() {
    super(
        "Write an episode's topic back into a file.",
        "The file is byte for byte the one that was shipped; the manifest is written beside it.",
        "Each row is checked against the hash that it was shipped with. A file that is there must"
            + " be the beginning of that, and is completed: killed anywhere and started again,"
            + " export goes on.");
  }

  @Override
  public Integer call() throws Exception {
    check();
    kafka.check(false);
    try (KafkaConnection connection = kafka.connection();
        StatusLine status = new StatusLine()) {
      KafkaSettings settings = connection.connect();
      try {
        return export(settings, status);
      } catch (KafkaException failure) {
        throw KafkaFailure.of(settings, failure);
      }
    }
  }

  private void check() {
    if (ids().isEmpty() != all()) {
      throw usage("which episodes? --episode ID, or --all, one of them");
    }
    Path file = output.getValue();
    if (file != null && (all() || ids().size() > 1)) {
      throw usage("--output " + file + ": is for one episode; --output-dir DIR for several");
    }
    if (file != null && (file.toString().isEmpty() || file.getFileName() == null)) {
      throw usage("--output '" + file + "': is not a file name");
    }
    if (file != null && ManifestFile.isNameOfOne(file)) {
      throw usage("--output " + file + ": is a manifest's name");
    }
  }

  /** One that fails does not stop the others. */
  private int export(KafkaSettings settings, StatusLine status) throws Exception {
    Map<String, Manifest> manifests = ManifestTopic.read(settings, Export.CLIENT_ID);
    Set<EpisodeId> wanted = all() ? inKafka(settings) : ids();
    if (wanted.isEmpty()) {
      err().println("no episodes yet");
      return 0;
    }
    int exitCode = 0;
    for (EpisodeId episode : wanted) {
      Manifest manifest = manifests.get(episode.value());
      try {
        Export.Result result = export(settings, episode, manifest, status);
        out().print(new ExportText(episode, file(episode), result).text());
        exitCode = Math.max(exitCode, result.isExported() ? 0 : 1);
      } catch (FailedException failure) {
        if (wanted.size() == 1) {
          throw failure;
        }
        err()
            .println(
                "hostproc export: episode "
                    + episode
                    + ": "
                    + ErrorLines.oneLine(failure.getMessage()));
        exitCode = 1;
      }
      out().flush();
    }
    return exitCode;
  }

  private Export.Result export(
      KafkaSettings settings, EpisodeId episode, @Nullable Manifest manifest, StatusLine status)
      throws Exception {
    try {
      return new Export(episode, file(episode), manifest)
          .run(settings, new ReadingProgress(status, " of " + episode));
    } catch (UnknownTopicOrPartitionException none) {
      throw KafkaFailure.of(settings, episode, none);
    } finally {
      status.clear();
    }
  }

  private static Set<EpisodeId> inKafka(KafkaSettings settings) {
    Set<EpisodeId> found = new LinkedHashSet<>();
    try (TopicAdmin topics = new TopicAdmin(settings, Export.CLIENT_ID)) {
      for (String topic : topics.withPrefix(EpisodeId.TOPIC_PREFIX)) {
        try {
          found.add(EpisodeId.ofTopic(topic));
        } catch (IllegalArgumentException foreign) {
          Log.get().warn("left out: {}", foreign.getMessage());
        }
      }
    }
    return found;
  }

  private Set<EpisodeId> ids() {
    List<EpisodeId> given = episodes.getValue();
    return given == null ? Set.of() : new LinkedHashSet<>(given);
  }

  private boolean all() {
    return all.getValue();
  }

  private Path file(EpisodeId episode) {
    Path file = output.getValue();
    Path folder = outputDir.getValue();
    return file != null ? file : folder.resolve(episode.value()).resolve("host_proc.jsonl");
  }
}
