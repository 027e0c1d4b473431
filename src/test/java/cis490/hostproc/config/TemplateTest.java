package cis490.hostproc.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {

  private static final Map<String, String> VALUES = Map.of("vm", "web-1", "pid", "4711", "u", "{");

  @ParameterizedTest
  @CsvSource({
    "{vm}-{pid},      web-1-4711",
    "{vm}{vm},        web-1web-1",
    "a,               a",
    "'',              ''",
    "{u}vm},          NONE",
    "{{vm}},          {vm}",
    "{{{vm}}},        {web-1}",
    "a}}{{b/{pid}.x,  a}{b/4711.x",
    "{u}{pid},        {4711"
  })
  void putsValuesInPlace(String text, String expected) {
    if (expected.equals("NONE")) {
      assertThrows(IllegalArgumentException.class, () -> Template.parse(text));
      return;
    }
    Template template = Template.parse(text);
    assertEquals(expected, template.expand(VALUES));
    assertEquals(text, template.toString());
    assertEquals(template, Template.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "a{,       2",
    "a{vm,     2",
    "a},       2",
    "{vm}{},   5",
    "{v-m},    1",
    "{{{vm}},  7",
    "{1a},     1",
    "'{ vm}',  1",
  })
  void aStrayBraceIsNamed(String text, int character) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Template.parse(text)).getMessage();
    assertEquals(
        "the brace at character "
            + character
            + " belongs to no placeholder; write {name}, or {{ and }} for braces",
        message);
  }

  @Test
  void aPlaceholderNeedsAValue() {
    Template template = Template.parse("{pid}-{host}");
    String message =
        assertThrows(IllegalArgumentException.class, () -> template.expand(VALUES)).getMessage();
    assertEquals("{host} has no value", message);
  }

  @Test
  void knowsItsPlaceholdersAndWhatIsBefore() {
    Template template = Template.parse("data/{{x/{b}/{a}{b}");
    assertEquals(List.of("b", "a"), template.placeholders());
    assertEquals("data/{x/", template.lead());
    assertEquals("", Template.parse("{a}b").lead());
    assertEquals("", Template.parse("").lead());
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1_000_000})
  void lengthIsNoTrouble(int length) {
    Template template = Template.parse("a".repeat(length) + "{{".repeat(length) + "{pid}");
    assertEquals(2 * length + 4, template.expand(VALUES).length());
  }
}
