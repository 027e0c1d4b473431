package cis490.hostproc.agent;

import cis490.hostproc.collect.Log;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What systemd, or whoever else has set {@code NOTIFY_SOCKET}, is told of this process;
 * sd_notify(3). Without that variable all methods do nothing. A message that can't be sent is
 * logged, the first time only. Any thread may call.
 */
public final class ServiceManager {

  private static final String SOCKET = "NOTIFY_SOCKET";
  private static final String WATCHDOG_USEC = "WATCHDOG_USEC";
  private static final String WATCHDOG_PID = "WATCHDOG_PID";

  /** More is cut off: systemctl(1) shows it in one line. */
  private static final int STATUS_LENGTH_MAX = 500;

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

  private final @Nullable NotifySocket socket;
  private final Optional<Duration> watchdogInterval;
  private final AtomicBoolean hasWarned = new AtomicBoolean();

  private ServiceManager(Map<String, String> environment) {
    String address = environment.getOrDefault(SOCKET, "");
    socket = address.isEmpty() ? null : open(address);
    watchdogInterval = socket == null ? Optional.empty() : watchdogInterval(environment);
  }

  /**
   * The manager that has started this process, if it has one.
   *
   * @param environment this process's own: {@link System#getenv()}
   * @return the manager; what is wrong with it is logged
   */
  public static ServiceManager of(Map<String, String> environment) {
    return new ServiceManager(environment);
  }

  private @Nullable NotifySocket open(String address) {
    try {
      return NotifySocket.at(address);
    } catch (IOException unusable) {
      warn(unusable);
      return null;
    }
  }

  private static Optional<Duration> watchdogInterval(Map<String, String> environment) {
    String self = Long.toString(ProcessHandle.current().pid());
    String limit = environment.getOrDefault(WATCHDOG_USEC, "");
    if (!environment.getOrDefault(WATCHDOG_PID, self).equals(self) || !isPositive(limit)) {
      return Optional.empty();
    }
    return Optional.of(Duration.of(Long.parseLong(limit), ChronoUnit.MICROS));
  }

  /** Not the largest number either, by which systemd means none. */
  private static boolean isPositive(String number) {
    return number.matches("[1-9][0-9]{0,17}");
  }

  /**
   * How long the manager waits for a sign of life before it ends this process. {@link #watchdog()}
   * is to be called twice in that time.
   *
   * @return the time, 1 µs or more; none if the manager does not watch
   */
  public Optional<Duration> watchdogInterval() {
    return watchdogInterval;
  }

  /**
   * It has started, or has read its configuration again.
   *
   * @param status one line for people
   */
  public void ready(String status) {
    send("READY=1\n" + statusLine(status));
  }

  /**
   * What it does now.
   *
   * @param text one line for people; without control characters, and cut after 500 characters
   */
  public void status(String text) {
    send(statusLine(text));
  }

  /** It begins to read its configuration again; {@link #ready} ends that. */
  public void reloading() {
    // systemd compares with its own CLOCK_MONOTONIC, which is what nanoTime() reads.
    long nowUs = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
    send("RELOADING=1\nMONOTONIC_USEC=" + nowUs);
  }

  /** It begins to end. */
  public void stopping() {
    send("STOPPING=1");
  }

  /** A sign of life. */
  public void watchdog() {
    send("WATCHDOG=1");
  }

  private static String statusLine(String text) {
    String line = CONTROL.matcher(text).replaceAll(" ");
    return "STATUS=" + line.substring(0, Math.min(line.length(), STATUS_LENGTH_MAX));
  }

  private void send(String message) {
    if (socket == null) {
      return;
    }
    try {
      socket.send(message);
    } catch (IOException failed) {
      warn(failed);
    }
  }

  private void warn(IOException reason) {
    if (!hasWarned.getAndSet(true)) {
      Log.get()
          .warn(
              "the service manager is not told what hostproc does: {}: {};"
                  + " it may end hostproc if it waits for that",
              SOCKET,
              reason.getMessage());
    }
  }
}
