package cis490.hostproc.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Names of users, by id(1): it knows all of nsswitch.conf's sources, where the JDK has no call. */
final class Users {

  private static final long LIMIT_S = 10;

  private Users() {}

  /** The id of a name; digits are an id already. */
  static long id(String user) throws UnknownUserException, InterruptedException {
    if (user.chars().allMatch(Character::isDigit)) {
      return Long.parseLong(user);
    }
    try {
      Process process =
          new ProcessBuilder("id", "-u", "--", user)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readNBytes(64), UTF_8).strip();
      if (process.waitFor(LIMIT_S, TimeUnit.SECONDS) && process.exitValue() == 0) {
        return Long.parseLong(said);
      }
      process.destroyForcibly();
    } catch (IOException | NumberFormatException notTold) {
      throw new UnknownUserException("user " + user + ": id(1) gives no number");
    }
    throw new UnknownUserException(
        "user " + user + " is not known on this host; name one that is, or give its number");
  }
}
