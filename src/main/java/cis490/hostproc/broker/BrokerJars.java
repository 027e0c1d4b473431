package cis490.hostproc.broker;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds Kafka's server classes, which a plain collector does not have on its class path. */
public final class BrokerJars {

  private static final String SERVER_CLASS = "kafka.server.KafkaRaftServer";
  private static final String PACKAGE = BrokerJars.class.getPackageName() + ".";
  private static final String BROKER_CLASS = PACKAGE + "EmbeddedBroker";
  private static final String FOLDER = "broker";

  private BrokerJars() {}

  /**
   * Whether a broker can be started at all.
   *
   * @throws IOException naming the folder that is missing
   */
  public static void check() throws IOException {
    if (!onClassPath() && !Files.isDirectory(folder())) {
      throw new IOException(
          "this install has no embedded broker: "
              + folder()
              + " is missing; name a cluster with"
              + " --bootstrap-servers");
    }
  }

  /**
   * Formats the folder if it is new, and starts a broker in this process.
   *
   * @param data where the topics are kept; made if it is not there
   * @param port to listen on, 0 for any that is free
   * @return the broker, ready for clients
   * @throws IOException if it can't start
   */
  public static Broker start(Path data, int port) throws IOException {
    check();
    try {
      ClassLoader loader = onClassPath() ? BrokerJars.class.getClassLoader() : loader();
      Thread.currentThread().setContextClassLoader(loader);
      return (Broker)
          Class.forName(BROKER_CLASS, true, loader)
              .getMethod("start", Path.class, int.class)
              .invoke(null, data, port);
    } catch (InvocationTargetException failed) {
      if (failed.getCause() instanceof IOException known) {
        throw known;
      }
      throw new IOException("the embedded broker did not start", failed.getCause());
    } catch (ReflectiveOperationException broken) {
      throw new IOException("the jars in " + folder() + " do not fit this hostproc", broken);
    }
  }

  private static boolean onClassPath() {
    return BrokerJars.class.getClassLoader().getResource(SERVER_CLASS.replace('.', '/') + ".class")
        != null;
  }

  private static Path folder() {
    return ownJar().resolveSibling(FOLDER);
  }

  private static Path ownJar() {
    try {
      return Path.of(BrokerJars.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException impossible) {
      throw new AssertionError("a jar's location is a URI", impossible);
    }
  }

  private static ClassLoader loader() throws IOException {
    List<URL> jars = new ArrayList<>(List.of(url(ownJar())));
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder(), "*.jar")) {
      for (Path jar : found) {
        jars.add(url(jar));
      }
    }
    return new WithServer(jars.toArray(URL[]::new), BrokerJars.class.getClassLoader());
  }

  private static URL url(Path jar) throws MalformedURLException {
    return jar.toUri().toURL();
  }

  /**
   * The classes that name Kafka's server classes must come from the loader that has those; what
   * both sides see of them, {@link Broker}, from the parent.
   */
  private static final class WithServer extends URLClassLoader {

    WithServer(URL[] jars, ClassLoader parent) {
      super(jars, parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(PACKAGE) || name.equals(Broker.class.getName())) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
    }
  }
}
