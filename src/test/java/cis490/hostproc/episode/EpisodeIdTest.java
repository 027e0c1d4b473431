package cis490.hostproc.episode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids that make a folder and a topic, and no others. */
class EpisodeIdTest {

  private static final int LONGEST = 249 - "oracle.host-proc.".length();

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "Z", "0", "demo", "2026-01-01T10.00_a", "a.", "a-", "a_", "a..b", "A-._9"})
  void whatIsAFolderAndATopicIsAnId(String value) {
    EpisodeId id = new EpisodeId(value);
    assertEquals("oracle.host-proc." + value, id.topic());
    assertEquals(id.topic(), id.transactionalId());
    assertEquals(value, id.toString());
    Topic.validate(id.topic());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "..",
        ".a",
        "-a",
        "_a",
        "a b",
        " a",
        "a ",
        "a\n",
        "\na",
        "a\nb",
        "a\r",
        "a\t",
        "a/b",
        "/a",
        "a/",
        "../a",
        "a\\b",
        "a\u0000",
        "é",
        "aé",
        "а",
        "aа",
        "٣",
        "a٣",
        "１",
        "ａ",
        "a\u0301",
        "a\u2028",
        "a\u0085",
        "\ud83d\ude00",
        "a:b",
        "a*",
        "a$b",
        "a+b",
        "a,b",
        "\"a\""
      })
  void anythingElseIsRefusedWithTheRule(String value) {
    var refused = assertThrows(IllegalArgumentException.class, () -> new EpisodeId(value));
    assertEquals(
        "'"
            + value
            + "' is not an episode id: a letter or digit, then letters, digits, '.', '_' or '-'",
        refused.getMessage());
  }

  @Test
  void everyAsciiCharacterIsTakenOrRefusedAsTheRuleSays() {
    for (char c = 0; c < 0x250; c++) {
      boolean alphanumeric =
          (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      boolean inside = alphanumeric || c == '.' || c == '_' || c == '-';
      assertEquals(alphanumeric, accepted("" + c), "first " + (int) c);
      assertEquals(inside, accepted("a" + c), "last " + (int) c);
      assertEquals(inside, accepted("a" + c + "b"), "inside " + (int) c);
    }
  }

  private static boolean accepted(String value) {
    try {
      new EpisodeId(value);
      return true;
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  @Test
  void theLongestTopicIsTheLongestThatKafkaTakes() {
    EpisodeId longest = new EpisodeId("x".repeat(LONGEST));
    assertEquals(249, longest.topic().length());
    Topic.validate(longest.topic());
    var refused =
        assertThrows(IllegalArgumentException.class, () -> new EpisodeId("x".repeat(LONGEST + 1)));
    assertEquals("the episode id has 233 characters, at most 232", refused.getMessage());
    assertThrows(RuntimeException.class, () -> Topic.validate(longest.topic() + "x"));
  }

  @Test
  void allThatIsOracleOnlyLiesUnderOnePrefix() {
    assertTrue(new EpisodeId("a").topic().startsWith(EpisodeId.ORACLE_PREFIX));
    assertTrue(EpisodeId.EPISODES_TOPIC.startsWith(EpisodeId.ORACLE_PREFIX));
    assertEquals("oracle.episodes", EpisodeId.EPISODES_TOPIC);
  }
}
