package cis490.hostproc.config;

import cis490.hostproc.kafka.ServerList;
import java.util.List;

/** The section {@code kafka}. */
final class KafkaSection {

  private static final String SERVERS = "bootstrap_servers";
  private static final String CONFIG = "config";
  private static final String EMBEDDED = "embedded";
  private static final String OFFLINE = "offline";
  private static final String LINGER_MS = "linger_ms";
  private static final List<String> CHOICES = List.of(SERVERS, EMBEDDED, OFFLINE);

  private final Section section;

  private KafkaSection(Section section) {
    this.section = section;
  }

  static KafkaChoice read(Field field) throws ConfigException {
    List<String> known = List.of(SERVERS, CONFIG, EMBEDDED, OFFLINE, LINGER_MS);
    return new KafkaSection(new Section(field, known)).read();
  }

  private KafkaChoice read() throws ConfigException {
    String choice = choice();
    if (!choice.equals(SERVERS)) {
      refuse(CONFIG, choice);
    }
    return switch (choice) {
      case SERVERS -> new KafkaChoice.Cluster(servers(), section.path(CONFIG), lingerMs());
      case EMBEDDED -> embedded();
      default -> offline();
    };
  }

  private String choice() throws ConfigException {
    List<String> chosen = CHOICES.stream().filter(key -> section.find(key) != null).toList();
    if (chosen.isEmpty()) {
      throw section.wrong("does not say where Kafka is; add one of " + String.join(", ", CHOICES));
    }
    if (chosen.size() > 1) {
      refuse(chosen.get(1), chosen.get(0));
    }
    return chosen.get(0);
  }

  /** A key that the choice leaves no place for. */
  private void refuse(String key, String choice) throws ConfigException {
    if (section.find(key) != null) {
      throw section.wrong(key, "can't be used with " + choice + "; take one of them out");
    }
  }

  private String servers() throws ConfigException {
    Field field = section.require(SERVERS, "lake:9092");
    String servers = field.text();
    String problem = ServerList.problem(servers);
    if (problem != null) {
      throw field.wrong(Words.shown(problem) + "; write HOST:PORT, or several with commas");
    }
    return servers;
  }

  private KafkaChoice embedded() throws ConfigException {
    Field field = section.require(EMBEDDED, "true");
    if (field.isTrue()) {
      return new KafkaChoice.Embedded(null, lingerMs());
    }
    if (field.isText()) {
      return new KafkaChoice.Embedded(field.path(), lingerMs());
    }
    throw field.isNot("true or a folder; write one of them, or take the key out");
  }

  private KafkaChoice offline() throws ConfigException {
    Field field = section.require(OFFLINE, "true");
    if (!field.isTrue()) {
      throw field.isNot("true; write true, or take the key out");
    }
    refuse(LINGER_MS, OFFLINE);
    return new KafkaChoice.Offline();
  }

  private long lingerMs() throws ConfigException {
    return section.number(LINGER_MS, 1, KafkaChoice.LINGER_MS_MAX, KafkaChoice.LINGER_MS_DEFAULT);
  }
}
