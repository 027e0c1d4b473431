package cis490.hostproc.broker;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The embedded broker in a process of its own, so that its threads and its garbage never get into
 * the way of sampling. It ends when this process does, however that comes about: it reads its
 * standard input and stops at the end of it.
 */
public final class BrokerProcess implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);

  /** Heap of a broker that serves a handful of clients. */
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** Ctrl-C goes to the whole foreground group; the broker is still needed for the last rows. */
  private static final String IGNORE_KEYBOARD = "trap '' INT HUP; exec \"$@\"";

  private final Path data;
  private final @Nullable Process process;
  private final String address;

  private BrokerProcess(Path data, @Nullable Process process, String address) {
    this.data = data;
    this.process = process;
    this.address = address;
  }

  /**
   * Starts a broker on a folder, or takes the one that runs there already.
   *
   * @param data where the topics are kept; made if it is not there
   * @return the broker, ready for clients
   * @throws IOException if it does not get ready; {@code broker.log} in the folder says more
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public static BrokerProcess start(Path data) throws IOException, InterruptedException {
    BrokerJars.check();
    if (DataFolder.inUse(data)) {
      return shared(data);
    }
    Files.createDirectories(data);
    File log = data.resolve("broker.log").toFile();
    Process process =
        new ProcessBuilder(command(data))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .redirectError(ProcessBuilder.Redirect.appendTo(log))
            .start();
    try {
      Optional<String> address = await(data, process);
      if (address.isPresent()) {
        return new BrokerProcess(data, process, address.get());
      }
    } catch (IOException | InterruptedException failure) {
      process.destroyForcibly();
      throw failure;
    }
    if (DataFolder.inUse(data)) {
      // Somebody else was quicker on the same folder.
      return shared(data);
    }
    throw new IOException(
        "the embedded broker ended with code "
            + process.exitValue()
            + "; see "
            + data.resolve("broker.log"));
  }

  private static BrokerProcess shared(Path data) throws IOException, InterruptedException {
    String address =
        await(data, null)
            .orElseThrow(() -> new IOException("the broker that ran on " + data + " has ended"));
    return new BrokerProcess(data, null, address);
  }

  private static List<String> command(Path data) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", IGNORE_KEYBOARD, "hostproc"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(BrokerChild.class.getName());
    command.add(data.toString());
    // Any free port: several may start at the same moment.
    command.add("0");
    return command;
  }

  /** The address once it is there; empty if the broker, ours or another's, has ended instead. */
  private static Optional<String> await(Path data, @Nullable Process ours)
      throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + READY_WITHIN.toNanos();
    while (System.nanoTime() < deadlineNs) {
      if (ours == null ? !DataFolder.inUse(data) : !ours.isAlive()) {
        return Optional.empty();
      }
      Optional<String> address = DataFolder.running(data);
      if (address.isPresent() && (ours == null || ours.isAlive())) {
        return address;
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
    throw new IOException(
        "the embedded broker on "
            + data
            + " is not ready after "
            + READY_WITHIN.toSeconds()
            + " s");
  }

  /**
   * Where clients reach it.
   *
   * @return {@code 127.0.0.1:port}
   */
  public String address() {
    return address;
  }

  /**
   * Whether it was running before, as somebody else's.
   *
   * @return true if closing this leaves it running
   */
  public boolean shared() {
    return process == null;
  }

  /**
   * Whether it is still there; one that is shared ends with whoever started it.
   *
   * @return false once it has ended
   * @throws IOException if the folder can't be read
   */
  public boolean alive() throws IOException {
    return process != null
        ? process.isAlive()
        : DataFolder.running(data).filter(address::equals).isPresent();
  }

  /** Lets it shut down in good order, if it is ours. Can be called twice. */
  @Override
  public void close() {
    if (process == null || !process.isAlive()) {
      return;
    }
    try {
      process.getOutputStream().close();
      if (process.waitFor(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (IOException pipeBroken) {
      // It is ending already.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
