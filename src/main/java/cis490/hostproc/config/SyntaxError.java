package cis490.hostproc.config;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The YAML library's many lines, in one. */
final class SyntaxError {

  /** Its own places are newer than the exception's. */
  private static final Pattern PLACE =
      Pattern.compile("(?m)^ in 'reader', line (\\d+), column (\\d+):$");

  /** What the library puts in as an object of its own. */
  private static final String OBJECT = ", got this instead.*";

  private static final int PROBLEM_LENGTH_MAX = 200;

  private static final String REMEDY =
      "indent with spaces, and put texts with { [ * & : # \\ in single quotes";

  private SyntaxError() {}

  static ConfigException of(Path file, IOException notYaml) {
    String text =
        notYaml instanceof JsonProcessingException known
            ? known.getOriginalMessage()
            : String.valueOf(notYaml.getMessage());
    return new ConfigException(
        file + ":" + place(text, notYaml) + ": is not YAML: " + problem(text) + "; " + REMEDY);
  }

  private static String place(String text, IOException notYaml) {
    Matcher place = PLACE.matcher(text);
    String last = placeOf(notYaml);
    while (place.find()) {
      last = place.group(1) + ":" + place.group(2);
    }
    return last;
  }

  private static String placeOf(IOException notYaml) {
    JsonLocation location =
        notYaml instanceof JsonProcessingException known ? known.getLocation() : null;
    return location == null ? "1" : location.getLineNr() + ":" + location.getColumnNr();
  }

  /** Without places and what stands there, which are the lines with a space before them. */
  private static String problem(String text) {
    String lines = text.lines().filter(line -> !line.startsWith(" ")).collect(joining(", "));
    return Words.shown(lines.replaceFirst(OBJECT, ""), PROBLEM_LENGTH_MAX);
  }
}
