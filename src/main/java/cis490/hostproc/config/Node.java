package cis490.hostproc.config;

import java.util.List;
import java.util.Map;

/** What stands in a YAML file, and where. */
sealed interface Node {

  /** Where it begins; the first line is 1. */
  int line();

  /** For people. */
  String shown();

  /** What a scalar is by YAML's rules: what stands in quotes is a text. */
  enum Kind {
    TEXT,
    NUMBER,
    TRUTH,
    NOTHING
  }

  record Scalar(int line, Kind kind, String text) implements Node {

    @Override
    public String shown() {
      return switch (kind) {
        case TEXT -> Words.quoted(text);
        case NUMBER, TRUTH -> Words.shown(text);
        case NOTHING -> "an empty value";
      };
    }

    boolean is(Kind other) {
      return kind == other;
    }
  }

  record Sequence(int line, List<Node> items) implements Node {

    @Override
    public String shown() {
      return "a list";
    }
  }

  /** Members in their order. */
  record Mapping(int line, Map<String, Member> members) implements Node {

    @Override
    public String shown() {
      return "a mapping";
    }
  }

  /** A value and the line of its key. */
  record Member(int line, Node value) {}
}
