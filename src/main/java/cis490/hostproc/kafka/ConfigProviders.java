package cis490.hostproc.kafka;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.provider.ConfigProvider;

/** Values that are kept elsewhere, {@code ${provider:path:key}} (KIP-297). */
final class ConfigProviders {

  private static final String PROVIDERS = AbstractConfig.CONFIG_PROVIDERS_CONFIG;

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}:]*):[^}]*}");

  private ConfigProviders() {}

  /**
   * The settings with what the providers say, and without the providers.
   *
   * @throws org.apache.kafka.common.KafkaException if one fails
   */
  static Map<String, String> resolve(Map<String, String> own) {
    Map<String, String> named = new HashMap<>(own);
    // Kafka takes a space for a part of a provider's name.
    named.put(PROVIDERS, String.join(",", names(own)));
    Map<String, String> resolved = new HashMap<>();
    new AbstractConfig(new ConfigDef(), named, false)
        .originals()
        .forEach((name, value) -> resolved.put(name, String.valueOf(value)));
    resolved.keySet().removeIf(ConfigProviders::isOfProviders);
    return resolved;
  }

  private static boolean isOfProviders(String name) {
    return name.equals(PROVIDERS) || name.startsWith(PROVIDERS + ".");
  }

  private static String[] names(Map<String, String> own) {
    return Arrays.stream(own.getOrDefault(PROVIDERS, "").split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toArray(String[]::new);
  }

  /**
   * Asks each provider for what is wanted of it.
   *
   * @throws BadSettingException naming the first setting that gets no value
   */
  static void check(Map<String, String> own) {
    for (String provider : names(own)) {
      checkClass(own, provider);
    }
    Map<String, String> providers =
        own.entrySet().stream()
            .filter(setting -> isOfProviders(setting.getKey()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    new TreeMap<>(own)
        .forEach(
            (name, value) -> {
              if (!isOfProviders(name) && VARIABLE.matcher(value).find()) {
                checkValue(providers, name, value);
              }
            });
  }

  private static void checkClass(Map<String, String> own, String provider) {
    String setting = PROVIDERS + "." + provider + ".class";
    String className = own.get(setting);
    if (className == null) {
      throw new BadSettingException(PROVIDERS, PROVIDERS + "=" + provider + " without " + setting);
    }
    SettingsCheck.requireClass(setting, className.strip(), ConfigProvider.class);
  }

  private static void checkValue(Map<String, String> providers, String name, String value) {
    Map<String, String> one = new HashMap<>(providers);
    one.put(name, value);
    String resolved;
    try {
      resolved = resolve(one).get(name);
    } catch (RuntimeException failure) {
      throw new BadSettingException(name, name + ": " + FailureText.all(failure));
    }
    Matcher left = VARIABLE.matcher(resolved);
    if (left.find() && value.contains(left.group())) {
      throw new BadSettingException(name, name + ": no provider has a value for " + left.group());
    }
  }
}
