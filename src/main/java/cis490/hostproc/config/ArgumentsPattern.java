package cis490.hostproc.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** A regular expression for a command line. Two of the same text are equal. */
public final class ArgumentsPattern {

  static final int LENGTH_MAX = 1000;

  /** Also finds what only looks like a group, as in {@code \(?<a>}. */
  private static final Pattern GROUP = Pattern.compile("\\(\\?<([A-Za-z][A-Za-z0-9]*)>");

  private final Pattern pattern;
  private final List<String> groups;

  /** Throws {@link PatternSyntaxException} if that is not a regular expression. */
  ArgumentsPattern(String regex) {
    pattern = Pattern.compile(regex);
    groups = groupsOf(regex);
  }

  /** Java 17 does not tell. An expression that also fits nothing at all has the same groups. */
  private static List<String> groupsOf(String regex) {
    Matcher nothing = Pattern.compile("|" + regex).matcher("");
    nothing.find();
    List<String> groups = new ArrayList<>();
    Matcher group = GROUP.matcher(regex);
    while (group.find()) {
      if (isGroup(nothing, group.group(1)) && !groups.contains(group.group(1))) {
        groups.add(group.group(1));
      }
    }
    return List.copyOf(groups);
  }

  private static boolean isGroup(Matcher matcher, String name) {
    try {
      matcher.start(name);
      return true;
    } catch (IllegalArgumentException none) {
      return false;
    }
  }

  /**
   * The names of its groups.
   *
   * @return each once, in order
   */
  public List<String> groups() {
    return groups;
  }

  /**
   * Looks for it in a command line.
   *
   * @param commandLine the words, joined by one space
   * @return the named groups that took part, by name; null if it is not there
   * @throws IllegalArgumentException if that takes too much time or memory
   */
  public @Nullable Map<String, String> find(String commandLine) {
    Matcher matcher = pattern.matcher(new BoundedText(commandLine));
    try {
      return matcher.find() ? values(matcher) : null;
    } catch (StackOverflowError deep) {
      throw new IllegalArgumentException("needs too much memory", deep);
    }
  }

  private Map<String, String> values(Matcher matcher) {
    Map<String, String> values = new HashMap<>();
    for (String group : groups) {
      String value = matcher.group(group);
      if (value != null) {
        values.put(group, value);
      }
    }
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ArgumentsPattern same && same.toString().equals(toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** The regular expression. */
  @Override
  public String toString() {
    return pattern.pattern();
  }
}
