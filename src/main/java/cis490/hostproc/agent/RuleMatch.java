package cis490.hostproc.agent;

import cis490.hostproc.config.Match;
import cis490.hostproc.proc.ProcessFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks whether a process is what a rule wants: the cheapest questions first. */
final class RuleMatch {

  private static final int PID_FILE_BYTES_MAX = 64;

  private final Match match;

  /** -1 if any will do. */
  private final long userId;

  RuleMatch(Match match) throws UnknownUserException, InterruptedException {
    this.match = match;
    this.userId = match.user() == null ? -1 : Users.id(match.user());
  }

  /** The named groups of the command line if the process fits; null if it does not. */
  @Nullable Map<String, String> of(ProcessFacts process) {
    if (match.command() != null && !match.command().matches(process.name())) {
      return null;
    }
    if (match.pidFile() != null && process.pid() != pid(match.pidFile())) {
      return null;
    }
    if (userId >= 0 && process.userId() != userId) {
      return null;
    }
    if (match.cgroup() != null && process.cgroups().stream().noneMatch(match.cgroup()::matches)) {
      return null;
    }
    String exe = match.exe() == null ? null : process.exe();
    if (match.exe() != null && (exe == null || !match.exe().matches(exe))) {
      return null;
    }
    return match.arguments() == null ? Map.of() : match.arguments().find(process.commandLine());
  }

  /** -1 if the file is not there, or holds no pid. */
  private static long pid(Path file) {
    try {
      if (Files.size(file) > PID_FILE_BYTES_MAX) {
        return -1;
      }
      return Long.parseLong(Files.readString(file, StandardCharsets.ISO_8859_1).strip());
    } catch (IOException | NumberFormatException none) {
      return -1;
    }
  }
}
