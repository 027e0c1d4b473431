package cis490.hostproc.agent;

import cis490.hostproc.episode.EpisodeId;
import cis490.hostproc.episode.Manifest;
import cis490.hostproc.episode.ManifestFile;
import java.nio.file.Path;

/**
 * An episode that lies under the output.
 *
 * @param episode its id
 * @param rows the file
 * @param manifestFile where its manifest is
 * @param manifest what that says
 * @param modifiedMs when the rows' file was last changed, ms since the Unix epoch
 */
record Recorded(
    EpisodeId episode, Path rows, ManifestFile manifestFile, Manifest manifest, long modifiedMs) {

  /** One that this agent has just ended. */
  static Recorded of(AgentEpisode episode) {
    return new Recorded(
        episode.id(),
        episode.plan().rowsFile(),
        episode.plan().manifestFile(),
        episode.live().manifest(),
        System.currentTimeMillis());
  }

  /** Whether its rows are not proved to be in Kafka. */
  boolean isUnsealed() {
    return manifest.state().compareTo(Manifest.State.SEALED) < 0;
  }
}
