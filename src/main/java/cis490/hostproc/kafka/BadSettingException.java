package cis490.hostproc.kafka;

import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** A setting of Kafka's clients with which nothing can ever be shipped. */
public final class BadSettingException extends ConfigException {

  private static final long serialVersionUID = 1L;

  private final @Nullable String setting;

  BadSettingException(@Nullable String setting, String message) {
    super(message);
    this.setting = setting;
  }

  /**
   * Which one it is.
   *
   * @return its name, or null if that is unknown
   */
  public @Nullable String setting() {
    return setting;
  }
}
