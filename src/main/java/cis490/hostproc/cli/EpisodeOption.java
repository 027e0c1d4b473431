package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which episode, the same for every command that is about one. */
final class EpisodeOption {

  @Option(
      names = "--episode",
      required = true,
      paramLabel = "ID",
      converter = ToEpisodeId.class,
      description = "The episode's name: letters, digits, '.', '_', '-'.")
  private EpisodeId id;

  EpisodeOption() {}

  EpisodeId id() {
    return id;
  }

  /** Turns the option's text into an episode id. */
  static final class ToEpisodeId implements ITypeConverter<EpisodeId> {

    ToEpisodeId() {}

    @Override
    public EpisodeId convert(String value) {
      try {
        return new EpisodeId(value);
      } catch (IllegalArgumentException wrong) {
        throw new TypeConversionException(wrong.getMessage());
      }
    }
  }
}
