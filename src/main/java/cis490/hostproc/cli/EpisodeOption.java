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
            builder()
                .type(EpisodeId.class)
                .required(true)
                .description("The episode's name: letters, digits, '.', '_', '-'."));
  }

  EpisodeId id() {
    return id.getValue();
  }

  /** Type and description are to be added: some commands take more than one. */
  static OptionSpec.Builder builder() {
    return OptionSpec.builder("--episode").paramLabel("ID").converters(new ToEpisodeId());
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
