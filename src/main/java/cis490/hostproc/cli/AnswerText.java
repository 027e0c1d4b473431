package cis490.hostproc.cli;

import cis490.hostproc.episode.Text;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The agent's answers as people read them, whatever fields it gives them. */
final class AnswerText {

  private static final String GAP = "  ";

  private AnswerText() {}

  /** A line for each field. */
  static String of(ObjectNode answer) {
    TextTable text = new TextTable();
    for (Map.Entry<String, JsonNode> field : answer.properties()) {
      if (!field.getKey().equals("ok")) {
        text.add(Text.printable(field.getKey()).replace('_', ' '), "%s", cell(field.getValue()));
      }
    }
    return text.toString();
  }

  /** A line for each object, under the names of all fields; numbers stand to the right. */
  static String table(Iterable<JsonNode> objects) {
    Set<String> names = new LinkedHashSet<>();
    objects.forEach(each -> each.fieldNames().forEachRemaining(names::add));
    List<StringBuilder> lines = new ArrayList<>();
    lines.add(new StringBuilder());
    objects.forEach(each -> lines.add(new StringBuilder()));
    for (String name : names) {
      addColumn(lines, name, objects);
    }
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.toString().stripTrailing()).append('\n'));
    return text.toString();
  }

  private static void addColumn(
      List<StringBuilder> lines, String name, Iterable<JsonNode> objects) {
    List<String> cells = new ArrayList<>();
    cells.add(Text.printable(name).replace('_', ' ').toUpperCase(Locale.ROOT));
    boolean isNumber = true;
    for (JsonNode each : objects) {
      cells.add(cell(each.path(name)));
      isNumber &= each.path(name).isNumber() || !each.hasNonNull(name);
    }
    int width = cells.stream().mapToInt(String::length).max().orElse(1);
    for (int i = 0; i < cells.size(); i++) {
      StringBuilder line = lines.get(i);
      String format = (isNumber ? "%" : "%-") + width + "s";
      line.append(line.isEmpty() ? "" : GAP).append(format.formatted(cells.get(i)));
    }
  }

  private static String cell(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "-";
    }
    return Text.printable(value.isTextual() ? value.textValue() : value.toString());
  }
}
