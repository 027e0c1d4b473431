package cis490.hostproc.collect;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.kafka.common.KafkaException;

/**
 * Loads what is needed only when something fails, and at the end. Somebody may copy another build
 * over the program while it runs: what was not loaded then is gone, and the way out must not need
 * it.
 */
final class Classes {

  private static final String OURS = "cis490/hostproc/";
  private static final String FAILURES_OF_KAFKA = "org/apache/kafka/common/errors/";
  private static final String CLASS = ".class";

  /** Of other processes: nothing here needs them, and what they need is not here. */
  private static final String[] ELSEWHERE = {OURS + "broker/", OURS + "lake/"};

  private Classes() {}

  /** Takes a tenth of a second, or less. Does nothing if the program is not a jar. */
  static void loadAll() {
    load(Classes.class, OURS);
    load(KafkaException.class, FAILURES_OF_KAFKA);
  }

  private static void load(Class<?> one, String folder) {
    try {
      File file = new File(one.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!file.isFile()) {
        return;
      }
      try (JarFile jar = new JarFile(file)) {
        jar.stream()
            .map(JarEntry::getName)
            .filter(name -> isIn(name, folder))
            .forEach(Classes::load);
      }
    } catch (IOException | URISyntaxException | LinkageError gone) {
      Log.get().debug("not all classes are loaded", gone);
    }
  }

  private static boolean isIn(String name, String folder) {
    for (String each : ELSEWHERE) {
      if (name.startsWith(each)) {
        return false;
      }
    }
    return name.startsWith(folder) && name.endsWith(CLASS) && !name.contains("-info");
  }

  private static void load(String name) {
    String className = name.substring(0, name.length() - CLASS.length()).replace('/', '.');
    try {
      Class.forName(className, false, Classes.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError gone) {
      Log.get().debug("not loaded", gone);
    }
  }
}
