package cis490.hostproc.config;

import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** The section {@code match} of a rule. */
final class MatchSection {

  private static final String COMMAND = "command";
  private static final String ARGUMENTS = "arguments";
  private static final String EXE = "exe";
  private static final String USER = "user";
  private static final String CGROUP = "cgroup";
  private static final String PID_FILE = "pid_file";
  private static final List<String> KEYS = List.of(COMMAND, ARGUMENTS, EXE, USER, CGROUP, PID_FILE);

  private static final int USER_LENGTH_MAX = 256;
  private static final Pattern USER_FORM = Pattern.compile("[^\\s:]+");

  private final Section section;

  private MatchSection(Section section) {
    this.section = section;
  }

  static Match read(Field field) throws ConfigException {
    return new MatchSection(new Section(field, KEYS)).read();
  }

  private Match read() throws ConfigException {
    if (KEYS.stream().allMatch(key -> section.find(key) == null)) {
      throw section.wrong(
          "is empty and would fit each process; add one of " + String.join(", ", KEYS));
    }
    return new Match(
        command(), arguments(), pathGlob(EXE), user(), pathGlob(CGROUP), section.path(PID_FILE));
  }

  private @Nullable Glob command() throws ConfigException {
    Field field = section.find(COMMAND);
    if (field == null) {
      return null;
    }
    Glob glob = new Glob(field.text(Glob.LENGTH_MAX));
    if (glob.bytesMin() > Match.COMMAND_BYTES_MAX) {
      throw field.wrong(
          Words.quoted(glob.pattern())
              + " fits no process, the kernel cuts command names to "
              + Match.COMMAND_BYTES_MAX
              + " bytes; shorten it, or use exe");
    }
    return glob;
  }

  private @Nullable ArgumentsPattern arguments() throws ConfigException {
    Field field = section.find(ARGUMENTS);
    if (field == null) {
      return null;
    }
    ArgumentsPattern pattern = compile(field);
    for (String group : pattern.groups()) {
      if (Rule.PLACEHOLDERS.contains(group)) {
        throw field.wrong("the group " + group + " has a placeholder's name; give it another");
      }
    }
    return pattern;
  }

  private static ArgumentsPattern compile(Field field) throws ConfigException {
    try {
      return new ArgumentsPattern(field.text(ArgumentsPattern.LENGTH_MAX));
    } catch (PatternSyntaxException wrong) {
      String place = wrong.getIndex() < 0 ? "" : " at character " + (wrong.getIndex() + 1);
      throw field.isNot(
          "a regular expression: "
              + Words.shown(wrong.getDescription())
              + place
              + "; write \\ before a character that stands for itself");
    }
  }

  private @Nullable Glob pathGlob(String key) throws ConfigException {
    Field field = section.find(key);
    if (field == null) {
      return null;
    }
    String glob = field.text(Glob.LENGTH_MAX);
    if ("/*?".indexOf(glob.charAt(0)) < 0) {
      throw field.isNot("a whole path, and fits none; begin it with / or *");
    }
    return new Glob(glob);
  }

  private @Nullable String user() throws ConfigException {
    Field field = section.find(USER);
    if (field == null) {
      return null;
    }
    if (field.isWhole()) {
      return Long.toString(field.number(0, Match.USER_ID_MAX));
    }
    return field.text(
        USER_LENGTH_MAX, USER_FORM, "a user; write a name without spaces, or a number");
  }
}
