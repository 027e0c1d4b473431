package cis490.hostproc.truth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/** One row, as a reader of JSON gets it. */
record Sample(long tMonoNs, long tWallNs, Map<Field, Long> numbers) {

  private static final ObjectMapper JSON = new ObjectMapper();

  static Sample of(String line) throws IOException {
    JsonNode row = JSON.readTree(line);
    Map<Field, Long> numbers = new EnumMap<>(Field.class);
    for (Field field : Field.values()) {
      numbers.put(field, number(row, field.json()));
    }
    return new Sample(number(row, "t_mono_ns"), number(row, "t_wall_ns"), numbers);
  }

  private static long number(JsonNode row, String name) {
    JsonNode value = row.required(name);
    if (!value.isIntegralNumber()) {
      throw new IllegalStateException(name + " is " + value);
    }
    return value.asLong();
  }

  long get(Field field) {
    return numbers.get(field);
  }

  /** By how much each number has moved. */
  Map<Field, Long> since(Sample before) {
    Map<Field, Long> moved = new EnumMap<>(Field.class);
    numbers.forEach((field, number) -> moved.put(field, number - before.get(field)));
    return moved;
  }
}
