package cis490.hostproc.config;

import static java.util.Objects.requireNonNull;

import cis490.hostproc.config.Node.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mapping with keys that are known. */
final class Section {

  private final Field field;
  private final Map<String, Member> members;

  Section(Field field, List<String> known) throws ConfigException {
    this.field = field;
    members = field.mapping().members();
    for (Map.Entry<String, Member> member : members.entrySet()) {
      if (!known.contains(member.getKey())) {
        throw field.wrong(
            member.getValue().line(),
            Words.quoted(member.getKey())
                + " is not a key here; "
                + Words.meant(member.getKey(), known));
      }
    }
  }

  /** Null if the key is not there. */
  @Nullable Field find(String key) {
    Member member = members.get(key);
    return member == null ? null : field.member(key, member.value());
  }

  /** Asks for a key that must be there. */
  Field require(String key, String example) throws ConfigException {
    Field found = find(key);
    if (found == null) {
      throw field
          .member(key, field.node())
          .wrong("is missing; add it, such as " + key + ": " + example);
    }
    return found;
  }

  /** A whole number in a range, both ends included. */
  long number(String key, long min, long max, long otherwise) throws ConfigException {
    Field found = find(key);
    return found == null ? otherwise : found.number(min, max);
  }

  @Nullable Path path(String key) throws ConfigException {
    Field found = find(key);
    return found == null ? null : found.path();
  }

  /** About the whole of it. */
  ConfigException wrong(String what) {
    return field.wrong(what);
  }

  /** About the line of a key that is there. */
  ConfigException wrong(String key, String what) {
    Member member = requireNonNull(members.get(key));
    return field.member(key, member.value()).wrong(member.line(), what);
  }
}
