package cis490.hostproc.cli;

import cis490.hostproc.episode.EpisodeId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Turns an option's text into an episode id. */
final class EpisodeOption implements ITypeConverter<EpisodeId> {

  EpisodeOption() {}

  @Override
  public EpisodeId convert(String value) {
    try {
      return new EpisodeId(value);
    } catch (IllegalArgumentException wrong) {
      throw new TypeConversionException(wrong.getMessage());
    }
  }
}
