package cis490.hostproc.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsPatternTest {

  @Test
  void findsItsGroupsAnywhere() {
    ArgumentsPattern pattern = new ArgumentsPattern("-name guest=(?<vm>[^,]+)(?<debug>,debug)?");
    assertEquals(Map.of("vm", "web-1"), pattern.find("qemu -name guest=web-1"));
    assertEquals(
        Map.of("vm", "web-1", "debug", ",debug"), pattern.find("qemu -name guest=web-1,debug"));
    assertNull(pattern.find("qemu -name web-1"));
    assertEquals(Map.of(), new ArgumentsPattern("q").find("qemu"));
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void takesNeitherAllTimeNorAllMemory() {
    ArgumentsPattern slow = new ArgumentsPattern("a*a*a*a*a*a*b");
    assertEquals("needs too much time", problem(slow, "a".repeat(1000)));
    ArgumentsPattern deep = new ArgumentsPattern("(a|b)*c");
    assertEquals("needs too much memory", problem(deep, "a".repeat(2_000_000)));
    assertNull(new ArgumentsPattern("-name (?<vm>[^,]+)").find("-name".repeat(400_000)));
  }

  private static String problem(ArgumentsPattern pattern, String text) {
    return assertThrows(IllegalArgumentException.class, () -> pattern.find(text)).getMessage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "a|",
        "(?<vm>a)(b)(?<n>c)|vm n",
        "\\(?<vm>a|",
        "[(?<vm>]|",
        "\\Q(?<vm>a)\\E(?<n>b)|n",
        "\\Q(?<vm>a)|",
        "(?<!vm>)(?<=vm)(?<n>a)|n",
        "(?x) (?<n>a) # (?<vm>b)|n",
        "(?<n>a)\\Q(?<n>|n"
      })
  void knowsItsGroupsFromWhatLooksLikeOne(String regex, String expected) {
    List<String> groups = expected == null ? List.of() : List.of(expected.split(" "));
    assertEquals(groups, new ArgumentsPattern(regex).groups());
  }

  @Test
  void isEqualToOneOfTheSameText() {
    assertEquals(new ArgumentsPattern("a+"), new ArgumentsPattern("a+"));
    assertEquals(new ArgumentsPattern("a+").hashCode(), new ArgumentsPattern("a+").hashCode());
    assertNotEquals(new ArgumentsPattern("a+"), new ArgumentsPattern("a*"));
    assertEquals("a+", new ArgumentsPattern("a+").toString());
  }

  @Test
  void theDeepestThatIsAllowedCompiles() {
    int depth = ArgumentsPattern.LENGTH_MAX / 2;
    assertEquals(List.of(), new ArgumentsPattern("(".repeat(depth) + ")".repeat(depth)).groups());
  }
}
