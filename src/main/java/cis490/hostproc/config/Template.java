package cis490.hostproc.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A text with placeholders: <code>{name}</code>. <code>{{</code> and <code>}}</code> stand for
 * braces.
 *
 * @param parts in order; no two texts follow each other
 */
public record Template(List<Part> parts) {

  private static final Pattern PART =
      Pattern.compile("(?<text>(?:[^{}]|\\{\\{|}})++)|\\{(?<name>[A-Za-z][A-Za-z0-9]*+)}");

  /**
   * A text, or the name of a placeholder.
   *
   * @param text the text, or the name
   * @param isPlaceholder whether it is a name
   */
  public record Part(String text, boolean isPlaceholder) {}

  /**
   * Takes a copy.
   *
   * @param parts in order
   */
  public Template {
    parts = List.copyOf(parts);
  }

  /** Throws {@link IllegalArgumentException}, which says what is wrong and right. */
  static Template parse(String text) {
    List<Part> parts = new ArrayList<>();
    Matcher part = PART.matcher(text);
    int end = 0;
    while (end < text.length()) {
      if (!part.region(end, text.length()).lookingAt()) {
        throw new IllegalArgumentException(
            "the brace at character "
                + (end + 1)
                + " belongs to no placeholder; write {name}, or {{ and }} for braces");
      }
      parts.add(part(part));
      end = part.end();
    }
    return new Template(parts);
  }

  private static Part part(Matcher found) {
    String name = found.group("name");
    return name == null
        ? new Part(found.group().replace("{{", "{").replace("}}", "}"), false)
        : new Part(name, true);
  }

  /** The names, each once, in order. */
  List<String> placeholders() {
    return parts.stream().filter(Part::isPlaceholder).map(Part::text).distinct().toList();
  }

  /** The text before the first placeholder, perhaps empty. */
  String lead() {
    return parts.isEmpty() || parts.get(0).isPlaceholder ? "" : parts.get(0).text;
  }

  /** Both, one after the other. */
  Template then(Template next) {
    return parse(this + next.toString());
  }

  /**
   * Puts values in the place of placeholders.
   *
   * @param values by the placeholders' names; others may be among them
   * @return the text
   * @throws IllegalArgumentException if a placeholder has no value, naming it
   */
  public String expand(Map<String, String> values) {
    return parts.stream().map(part -> expand(part, values)).collect(Collectors.joining());
  }

  private static String expand(Part part, Map<String, String> values) {
    if (!part.isPlaceholder) {
      return part.text;
    }
    String value = values.get(part.text);
    if (value == null) {
      throw new IllegalArgumentException("{" + part.text + "} has no value");
    }
    return value;
  }

  @Override
  public String toString() {
    return parts.stream()
        .map(
            part ->
                part.isPlaceholder
                    ? "{" + part.text + "}"
                    : part.text.replace("{", "{{").replace("}", "}}"))
        .collect(Collectors.joining());
  }
}
