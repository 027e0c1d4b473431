package cis490.hostproc;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The table of packages, as {@code docs/architecture.md} has it, and as the code has it. */
final class HouseTable {

  private static final Path DOCS = Path.of("docs", "architecture.md");
  private static final Path SOURCES = Path.of("src", "main", "java", "cis490", "hostproc");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?cis490\\.hostproc\\.(\\w+)\\.");
  private static final String HEAD = "| package | what | imports of ours | libraries |";
  private static final Pattern LINE =
      Pattern.compile("\\| `(\\w+)` \\| [^|]+ \\| ([^|]+) \\| ([^|]+) \\|");
  private static final String HOUSE = "cis490.hostproc.";

  /** The longest that fits is the library's. */
  private static final Map<String, String> LIBRARIES =
      Map.ofEntries(
          Map.entry("com.fasterxml.jackson.", "Jackson"),
          Map.entry("com.sun.jna.", "JNA"),
          Map.entry("io.micrometer.", "Micrometer"),
          Map.entry("jakarta.ws.rs.", "JAX-RS"),
          Map.entry("kafka.", "Kafka's server"),
          Map.entry("org.apache.iceberg.", "Iceberg's sink"),
          Map.entry("org.apache.kafka.", "Kafka's server"),
          Map.entry("org.apache.kafka.clients.", "kafka-clients"),
          Map.entry("org.apache.kafka.common.", "kafka-clients"),
          Map.entry("org.apache.kafka.connect.", "Connect's API"),
          Map.entry("org.slf4j.", "SLF4J"),
          Map.entry("picocli.", "picocli"));

  private HouseTable() {}

  /**
   * What a package imports.
   *
   * @param ours packages of this house
   * @param libraries by the names that people know
   */
  record Line(Set<String> ours, Set<String> libraries) {}

  /** As it is written down. */
  static Map<String, Line> read() throws IOException {
    Map<String, Line> lines = new TreeMap<>();
    boolean isInTable = false;
    for (String text : Files.readAllLines(DOCS)) {
      isInTable = text.equals(HEAD) || (isInTable && text.startsWith("|"));
      Matcher line = LINE.matcher(text);
      if (isInTable && line.matches()) {
        lines.put(line.group(1), new Line(names(line.group(2)), names(line.group(3))));
      }
    }
    return lines;
  }

  private static Set<String> names(String cell) {
    Set<String> names = new TreeSet<>(Set.of(cell.replace("`", "").strip().split(", ")));
    names.remove("none");
    return names;
  }

  /**
   * As it is: by the classes, and by the import lines, since constants leave no trace in classes.
   */
  static Map<String, Line> of(JavaClasses classes) throws IOException {
    Map<String, Line> lines = new TreeMap<>();
    for (JavaClass each : classes) {
      String self = room(each.getPackageName() + ".");
      Line line = lines.computeIfAbsent(self, name -> new Line(new TreeSet<>(), new TreeSet<>()));
      for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
        String target = dependency.getTargetClass().getBaseComponentType().getPackageName() + ".";
        if (target.startsWith(HOUSE)) {
          line.ours().add(room(target));
        } else if (!isOfAll(target)) {
          line.libraries().add(library(target));
        }
      }
      line.ours().remove(self);
    }
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String self = SOURCES.relativize(file).getName(0).toString();
        Line line = lines.get(self);
        Matcher imported = IMPORT.matcher(Files.readString(file));
        while (imported.find()) {
          line.ours().add(imported.group(1));
        }
        line.ours().remove(self);
      }
    }
    return lines;
  }

  private static String room(String packageName) {
    return packageName.substring(HOUSE.length(), packageName.indexOf('.', HOUSE.length()));
  }

  /** Of the JDK, or an annotation that only the compiler reads. */
  private static boolean isOfAll(String packageName) {
    // Primitive types have none.
    return packageName.equals(".")
        || packageName.equals("org.jspecify.annotations.")
        || packageName.startsWith("java.")
        || packageName.startsWith("javax.");
  }

  private static String library(String packageName) {
    return LIBRARIES.keySet().stream()
        .filter(packageName::startsWith)
        .max((one, other) -> Integer.compare(one.length(), other.length()))
        .map(LIBRARIES::get)
        .orElse(packageName);
  }
}
