package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** Which episode, the same for every command that is about one. */
final class EpisodeOption {

  private final OptionSpec id;

  EpisodeOption(Command command) {
    id =
        command.add(
            OptionSpec.builder("--episode")
                .type(EpisodeId.class)
                .required(true)
                .paramLabel("ID")
                .converters(new ToEpisodeId())
                .description("The episode's name: letters, digits, '.', '_', '-'."));
  }

  EpisodeId id() {
    return id.getValue();
  }

  /** Turns the option's text into an episode id. */
  private static final class ToEpisodeId implements ITypeConverter<EpisodeId> {

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
