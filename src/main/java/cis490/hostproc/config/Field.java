package cis490.hostproc.config;

import cis490.hostproc.config.Node.Kind;
import cis490.hostproc.config.Node.Mapping;
import cis490.hostproc.config.Node.Scalar;
import cis490.hostproc.config.Node.Sequence;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A value that must be of a certain kind.
 *
 * @param file that it stands in
 * @param where the keys that lead to it, such as {@code watch[0].match}; empty for the whole file
 */
record Field(Path file, String where, Node node) {

  private static final int TEXT_LENGTH_MAX = 4096;

  /** No other writing, such as 0x10 or 010, means the same to all readers of YAML. */
  private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]{0,17}");

  private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,15})([KMGT])iB");
  private static final String UNITS = "KMGT";
  private static final int UNIT_BITS = 10;

  /** About this value. */
  ConfigException wrong(String what) {
    return wrong(node.line(), what);
  }

  ConfigException wrong(int line, String what) {
    String key = where.isEmpty() ? "" : where + ": ";
    return new ConfigException(file + ":" + line + ": " + key + what);
  }

  /** About this value, which is not what it should be. */
  ConfigException isNot(String what) {
    return wrong(node.shown() + " is not " + what);
  }

  /** A value in this one. */
  Field member(String key, Node value) {
    return new Field(file, where.isEmpty() ? key : where + "." + key, value);
  }

  Mapping mapping() throws ConfigException {
    if (node instanceof Mapping mapping) {
      return mapping;
    }
    throw isNot("a mapping; write key: value below it, one a line");
  }

  List<Field> items(int max) throws ConfigException {
    if (!(node instanceof Sequence list)) {
      throw isNot("a list; begin each of its items with a hyphen");
    }
    if (list.items().size() > max) {
      throw wrong(list.items().size() + " items; at most " + max);
    }
    List<Field> items = new ArrayList<>();
    for (Node item : list.items()) {
      items.add(new Field(file, where + "[" + items.size() + "]", item));
    }
    return items;
  }

  /** A whole number in a range, both ends included. */
  long number(long min, long max) throws ConfigException {
    if (!isWhole()) {
      throw isNot("a whole number; write " + min + " to " + max + ", without quotes");
    }
    return inRange(Long.parseLong(scalar()), min, max);
  }

  private long inRange(long value, long min, long max) throws ConfigException {
    if (value < min || value > max) {
      throw wrong(scalar() + " is out of range; write " + min + " to " + max);
    }
    return value;
  }

  /** Bytes, 0 to a highest number: a number, or one with a unit. */
  long bytes(long max) throws ConfigException {
    if (isWhole()) {
      return inRange(Long.parseLong(scalar()), 0, max);
    }
    Matcher size = SIZE.matcher(isText() ? scalar() : "");
    if (!size.matches()) {
      throw isNot("a size; write bytes, or a whole number with KiB, MiB, GiB or TiB, such as 5GiB");
    }
    int bits = UNIT_BITS * (1 + UNITS.indexOf(size.group(2)));
    long count = Long.parseLong(size.group(1));
    return inRange(count > max >> bits ? Long.MAX_VALUE : count << bits, 0, max);
  }

  boolean isTrue() {
    return is(Kind.TRUTH) && scalar().equals("true");
  }

  boolean isText() {
    return is(Kind.TEXT);
  }

  boolean isWhole() {
    return is(Kind.NUMBER) && WHOLE.matcher(scalar()).matches();
  }

  private boolean is(Kind kind) {
    return node instanceof Scalar scalar && scalar.is(kind);
  }

  /** As it is written, whatever it is; empty for what has members. */
  String scalar() {
    return node instanceof Scalar scalar ? scalar.text() : "";
  }

  String text() throws ConfigException {
    return text(TEXT_LENGTH_MAX);
  }

  /** Neither empty nor longer. */
  String text(int max) throws ConfigException {
    if (!isText()) {
      throw isNot("a text; write one, in quotes");
    }
    String text = scalar();
    if (text.isEmpty()) {
      throw wrong("is empty; write a text, or take the key out");
    }
    if (text.length() > max) {
      throw wrong("has " + text.length() + " characters; at most " + max);
    }
    return text;
  }

  /** A text of a form, which is told if it has another. */
  String text(int max, Pattern form, String what) throws ConfigException {
    String text = text(max);
    if (!form.matcher(text).matches()) {
      throw isNot(what);
    }
    return text;
  }

  Path path() throws ConfigException {
    try {
      return Path.of(text());
    } catch (InvalidPathException unknown) {
      throw wrong(Words.quoted(scalar()) + " can't be a path: " + unknown.getReason());
    }
  }

  Template template() throws ConfigException {
    try {
      return Template.parse(text());
    } catch (IllegalArgumentException stray) {
      throw wrong(Words.quoted(scalar()) + ": " + stray.getMessage());
    }
  }
}
