package cis490.hostproc.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** Which words of a JSON schema are understood; the others must not be passed over. */
final class SchemaKeywords {

  private static final Set<String> ANNOTATIONS = Set.of("title", "description");
  private static final String OWN_ANNOTATION_PREFIX = "x-";

  private SchemaKeywords() {}

  /** Refuses a schema with any word that is neither an annotation nor one of these. */
  static void require(JsonNode schema, String where, Set<String> understood) {
    for (var keyword : schema.properties()) {
      String name = keyword.getKey();
      if (!understood.contains(name)
          && !ANNOTATIONS.contains(name)
          && !name.startsWith(OWN_ANNOTATION_PREFIX)) {
        throw new IllegalArgumentException(where + ": keyword " + name + " is not understood");
      }
    }
  }
}
