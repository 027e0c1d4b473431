package cis490.hostproc.container;

import cis490.hostproc.agent.ServiceManager;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What {@code hostproc agent} is to systemd, and no more: it reads a config, samples one guest
 * once, and answers signals. Takes the config's path.
 */
final class AgentStandIn {

  private final ServiceManager manager = ServiceManager.of(System.getenv());
  private final LinkedBlockingQueue<String> signals = new LinkedBlockingQueue<>();
  private final Path config;

  private AgentStandIn(Path config) {
    this.config = config;
  }

  public static void main(String[] arguments) throws Exception {
    new AgentStandIn(Path.of(arguments[0])).run();
  }

  private void run() throws Exception {
    on("HUP");
    on("TERM");
    readConfig();
    sample();
    manager.ready("1 episode");
    long everyMs = manager.watchdogInterval().map(Duration::toMillis).orElseThrow() / 2;
    String signal = "";
    while (!signal.equals("TERM")) {
      signal = signals.poll(everyMs, TimeUnit.MILLISECONDS);
      if (signal == null) {
        signal = "";
        manager.watchdog();
      } else if (signal.equals("HUP")) {
        manager.reloading();
        readConfig();
        System.err.println(SystemdIT.READ_AGAIN);
        manager.ready("1 episode, config read again");
      }
    }
    manager.stopping();
    System.exit(0);
  }

  private void readConfig() throws IOException {
    if (Files.readString(config).contains(SystemdIT.WRONG)) {
      System.err.println(config + ": " + SystemdIT.WRONG);
      System.exit(2);
    }
  }

  private static void sample() throws IOException {
    Path io = guest().resolve("io");
    String bytes =
        Files.readAllLines(io).stream()
            .filter(line -> line.startsWith("read_bytes: "))
            .map(line -> line.substring(line.indexOf(' ') + 1))
            .findFirst()
            .orElseThrow();
    Path folder = Path.of(SystemdIT.EPISODES, "guest");
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("host_proc.jsonl"), "{\"io_read_bytes\": " + bytes + "}\n");
  }

  private static Path guest() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(each -> comm(each).equals(SystemdIT.GUEST)).findFirst().orElseThrow();
    }
  }

  private static String comm(Path process) {
    try {
      return Files.readString(process.resolve("comm")).strip();
    } catch (IOException noProcess) {
      return "";
    }
  }

  /** By reflection: the compiler warns of sun.misc, whatever it is told. */
  private void on(String name) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object adds =
        Proxy.newProxyInstance(
            handler.getClassLoader(),
            new Class<?>[] {handler},
            (self, method, arguments) -> {
              signals.add(name);
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), adds);
  }
}
