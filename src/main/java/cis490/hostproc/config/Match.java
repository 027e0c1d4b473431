package cis490.hostproc.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process must be. All that is not null must fit; at least one is not.
 *
 * @param command its command name, which the kernel cuts to {@value #COMMAND_BYTES_MAX} bytes
 * @param arguments found anywhere in its command line, the words joined by one space
 * @param exe the path of its executable
 * @param user its effective user: a name, or an id in decimal digits, 0 to {@value #USER_ID_MAX}
 * @param cgroup the path of its cgroup
 * @param pidFile a file that holds its pid
 */
public record Match(
    @Nullable Glob command,
    @Nullable ArgumentsPattern arguments,
    @Nullable Glob exe,
    @Nullable String user,
    @Nullable Glob cgroup,
    @Nullable Path pidFile) {

  static final int COMMAND_BYTES_MAX = 15;

  /** The highest id means nobody. */
  static final long USER_ID_MAX = 4_294_967_294L;

  /** What its episode can name beside {@link Rule#PLACEHOLDERS}. */
  List<String> groups() {
    return arguments == null ? List.of() : arguments.groups();
  }
}
