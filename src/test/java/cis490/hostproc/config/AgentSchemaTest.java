package cis490.hostproc.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cis490.hostproc.testkit.Schemas;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema and the reader say the same, as far as a schema can. */
class AgentSchemaTest {

  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder()
              .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
              .build());

  private static final JsonNode SCHEMA = schema();
  private static final Schema VALIDATOR = Schemas.REGISTRY.getSchema(SCHEMA);

  private static final String START = "kafka: {offline: true}\noutput: a\n";

  @TempDir private Path folder;

  private static JsonNode schema() {
    try (InputStream in = AgentConfig.class.getResourceAsStream(AgentConfig.SCHEMA_RESOURCE)) {
      return new JsonMapper().readTree(in);
    } catch (IOException unreadable) {
      throw new AssertionError(unreadable);
    }
  }

  private boolean isTaken(String yaml) throws IOException {
    try {
      ConfigFile.read(Files.writeString(folder.resolve("a.yaml"), yaml));
      return true;
    } catch (ConfigException refused) {
      return false;
    }
  }

  private static boolean isValid(String yaml) throws IOException {
    return VALIDATOR.validate(YAML.readTree(yaml)).isEmpty();
  }

  private void assertJudged(boolean expected, String yaml) throws IOException {
    assertEquals(expected, isTaken(yaml), "by the reader: " + yaml);
    assertEquals(expected, isValid(yaml), "by the schema: " + yaml);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka: {offline: true}",
        "kafka: {embedded: true, linger_ms: 60000}",
        "kafka: {embedded: /k}",
        "kafka: {bootstrap_servers: 'a:1, [::1]:2', config: c, linger_ms: 1}",
      })
  void bothTakeEachKafka(String kafka) throws Exception {
    assertJudged(true, "output: a\n" + kafka);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka: {}",
        "kafka:",
        "kafka: true",
        "events: a",
        "kafka: {offline: false}",
        "kafka: {offline: yes}",
        "kafka: {offline: true, embedded: true}",
        "kafka: {offline: true, linger_ms: 5}",
        "kafka: {embedded: false}",
        "kafka: {embedded: ''}",
        "kafka: {embedded: 5}",
        "kafka: {embedded: true, config: c}",
        "kafka: {embedded: true, bootstrap_servers: 'a:1'}",
        "kafka: {config: c}",
        "kafka: {bootstrap_servers: a}",
        "kafka: {bootstrap_servers: ['a:1']}",
        "kafka: {embedded: true, linger_ms: 0}",
        "kafka: {embedded: true, linger_ms: 60001}",
        "kafka: {embedded: true, linger_ms: '5'}",
        "kafka: {embedded: true, other: 5}",
      })
  void bothRefuseEachKafka(String kafka) throws Exception {
    assertJudged(false, "output: a\n" + kafka);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "output: a/{{b}}|true",
        "output: a/{episode}/b.jsonl|true",
        "output: a/{b}|false",
        "output: a}|false",
        "output: ''|false",
        "output: 5|false",
      })
  void bothJudgeAnOutputAlike(String output, boolean isRight) throws Exception {
    assertJudged(isRight, "kafka: {offline: true}\n" + output);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "manifests: a|true",
        "manifests: 5|false",
        "manifests:|false",
        "events: a|true",
        "events: ''|false",
        "interval_ms: 1|true",
        "interval_ms: 3600000|true",
        "interval_ms: 0|false",
        "interval_ms: 3600001|false",
        "interval_ms: 1.5|false",
        "interval_ms: '5'|false",
        "interval_ms: true|false",
        "priority: normal|true",
        "priority: high|true",
        "priority: realtime|true",
        "priority: Normal|false",
        "priority: 5|false",
        "flush_timeout_s: 0|true",
        "flush_timeout_s: 86400|true",
        "flush_timeout_s: -1|false",
        "flush_timeout_s: 86401|false",
        "look_every_ms: 100|true",
        "look_every_ms: 10000|true",
        "look_every_ms: 99|false",
        "look_every_ms: 10001|false",
        "limits: {}|true",
        "limits: []|false",
        "limits: {episodes: 1}|true",
        "limits: {episodes: 4096}|true",
        "limits: {episodes: 0}|false",
        "limits: {episodes: 4097}|false",
        "limits: {free_disk: 0}|true",
        "limits: {free_disk: 1125899906842624}|true",
        "limits: {free_disk: 1125899906842625}|false",
        "limits: {free_disk: -1}|false",
        "limits: {free_disk: 5TiB}|true",
        "limits: {free_disk: 5GB}|false",
        "limits: {free_disk: 05GiB}|false",
        "limits: {free_disk: 5 GiB}|false",
        "limits: {free_disk: '5'}|false",
        "limits: {files: 5}|false",
        "keep: {}|true",
        "keep: {sealed_days: 1}|true",
        "keep: {sealed_days: 3650}|true",
        "keep: {sealed_days: 0}|false",
        "keep: {sealed_days: 3651}|false",
        "keep: {days: 5}|false",
        "control: {socket: a}|true",
        "control: {}|false",
        "control: {socket: ''}|false",
        "control: {socket: a, mode: 5}|false",
        "other: 5|false",
        "watch: []|true",
        "watch:|false",
        "watch: {}|false",
        "watch: [a]|false",
        "watch: [{name: a, match: {user: 1}, episode: '{pid}'}]|true",
        "watch: [{match: {user: 1}, episode: '{pid}'}]|false",
        "watch: [{name: a, episode: '{pid}'}]|false",
        "watch: [{name: a, match: {user: 1}}]|false",
      })
  void bothJudgeAKeyAlike(String yaml, boolean isRight) throws Exception {
    assertJudged(isRight, START + yaml);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "name: a.B_c-1|true",
        "name: a b|false",
        "name: ''|false",
        "name: 5|false",
        "match: {}|false",
        "match: a|false",
        "match: {other: a}|false",
        "match: {command: '*?qemu-system-x86*'}|false",
        "match: {command: '*qemu-system-x86*'}|true",
        "match: {command: ''}|false",
        "match: {arguments: a}|true",
        "match: {arguments: ''}|false",
        "match: {exe: '/usr/bin/qemu-*'}|true",
        "match: {exe: '*/qemu-*'}|true",
        "match: {exe: qemu}|false",
        "match: {cgroup: '?machine.slice'}|true",
        "match: {cgroup: machine.slice}|false",
        "match: {user: libvirt-qemu}|true",
        "match: {user: 0}|true",
        "match: {user: 4294967294}|true",
        "match: {user: 4294967295}|false",
        "match: {user: -1}|false",
        "match: {user: a b}|false",
        "match: {user: 'a:b'}|false",
        "match: {pid_file: a}|true",
        "match: {pid_file: 5}|false",
        "episode: 'a-{pid}.b'|true",
        "episode: '{started}'|true",
        "episode: '{command}-{pid}'|true",
        "episode: '{command}-{host}-{boot}-{rule}'|false",
        "episode: a|false",
        "episode: ''|false",
        "episode: 'a/{pid}'|false",
        "episode: '.{pid}'|false",
        "episode: '{pid'|false",
        "episode: '{{pid}}'|false",
        "episode: {pid}|false",
        "interval_ms: 1|true",
        "interval_ms: 0|false",
        "interval_ms: 3600001|false",
        "other: 5|false",
      })
  void bothJudgeARuleAlike(String yaml, boolean isRight) throws Exception {
    String key = yaml.substring(0, yaml.indexOf(':'));
    List<String> rule = new ArrayList<>(List.of("name: a", "match: {user: 1}", "episode: '{pid}'"));
    rule.removeIf(line -> line.startsWith(key + ":"));
    rule.add(yaml);
    assertJudged(isRight, START + "watch:\n- " + String.join("\n  ", rule));
  }

  @Test
  void bothBoundLengths() throws Exception {
    assertJudged(true, START + "events: " + "a".repeat(4096));
    assertJudged(false, START + "events: " + "a".repeat(4097));
    assertJudged(true, START + "control: {socket: " + "a".repeat(107) + "}");
    assertJudged(false, START + "control: {socket: " + "a".repeat(108) + "}");
    String rule = "- {name: a, match: {user: 1}, episode: '{pid}'}\n";
    assertFalse(isValid(START + "watch:\n" + rule.repeat(1001)));
    assertTrue(isValid(START + "watch:\n" + rule.repeat(1000)));
  }

  /** The reader names its keys when it is asked for another. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"|no_such_key: 1",
        "/properties/kafka|kafka: {no_such_key: 1}",
        "/properties/limits|limits: {no_such_key: 1}",
        "/properties/keep|keep: {no_such_key: 1}",
        "/properties/control|control: {no_such_key: 1}",
        "/properties/watch/items|watch: [no_such_key: 1]",
        "/properties/watch/items/properties/match|watch: [{name: a, match: {no_such_key: 1}}]",
      })
  void bothKnowTheSameKeys(String place, String yaml) throws Exception {
    String rest = yaml.startsWith("kafka") ? "output: a\n" : START;
    Path file = Files.writeString(folder.resolve("a.yaml"), rest + yaml);
    String message = assertThrows(ConfigException.class, () -> ConfigFile.read(file)).getMessage();
    List<String> keys = new ArrayList<>();
    SCHEMA.at(place).get("properties").fieldNames().forEachRemaining(keys::add);
    assertTrue(message.endsWith("known are " + String.join(", ", keys)), message);
  }

  @Test
  void theDefaultsAreThoseOfTheSchema() throws Exception {
    AgentConfig config =
        ConfigFile.read(
            Files.writeString(folder.resolve("a.yaml"), "kafka: {embedded: true}\noutput: a\n"));
    assertEquals(number("/interval_ms"), config.intervalMs());
    assertEquals(number("/flush_timeout_s"), config.flushTimeoutS());
    assertEquals(number("/look_every_ms"), config.lookEveryMs());
    assertEquals(number("/limits/properties/episodes"), config.limits().episodes());
    assertEquals("1GiB", SCHEMA.at("/properties/limits/properties/free_disk/default").asText());
    assertEquals(1 << 30, config.limits().freeDiskBytes());
    assertEquals(
        new KafkaChoice.Embedded(null, number("/kafka/properties/linger_ms")), config.kafka());
    assertEquals(
        SCHEMA.at("/properties/priority/default").asText().toUpperCase(Locale.ROOT),
        config.priority().name());
  }

  private static long number(String place) {
    return SCHEMA.at("/properties" + place + "/default").longValue();
  }

  @Test
  void everyKeySaysWhatItIs() {
    assertSaysWhatItIs("", SCHEMA);
  }

  private static void assertSaysWhatItIs(String place, JsonNode schema) {
    assertFalse(schema.path("title").asText().isBlank(), place + ": title");
    assertTrue(schema.path("description").asText().endsWith("."), place + ": description");
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> assertSaysWhatItIs(place + "/" + property.getKey(), property.getValue()));
    if (schema.has("items")) {
      assertSaysWhatItIs(place + "/items", schema.get("items"));
    }
  }
}
